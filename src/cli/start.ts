import { WardenLink } from "../pool/warden_link.ts";
import type { Command } from "./command.ts";
import { UsageError } from "./flag.ts";
import { readEnv, readExtensions, SPEC_FLAGS } from "./settings.ts";

/** `weft start` */
export const start: Command = {
  name: "start",
  summary: "Starts a runtime and serves until it is told to stop.",
  usage: "-f FILE [FLAGS]",
  about:
    "SIGINT or SIGTERM: takes no more requests, finishes those in flight (30 s at most), ends. A second one: at once.",
  flags: [
    {
      name: "file",
      short: "f",
      type: "list",
      value: "FILE",
      summary: "Specs to run: a file, a folder, or - for standard input.",
    },
    ...SPEC_FLAGS,
    {
      name: "store",
      type: "text",
      value: "STORE",
      summary: "Where versions are kept: memory: or nil:. Default memory:.",
    },
    {
      name: "executors",
      type: "number",
      value: "N",
      summary: "Threads that run workflows. Default one less than processors.",
    },
    {
      name: "host",
      type: "text",
      value: "ADDRESS",
      summary: "Where listeners bind that name no host. Default 127.0.0.1.",
    },
    { name: "dev", type: "flag", summary: "Has error answers tell the error. Not for the open." },
    {
      name: "log-format",
      type: "text",
      choices: ["text", "json"],
      summary: "How log lines are written. Default text.",
    },
    {
      name: "log-level",
      type: "text",
      choices: ["debug", "info", "warn", "error"],
      summary: "The least grave lines. Default info.",
    },
  ],
  examples: [
    ["weft start -f examples/ping.yaml", "serve a workflow"],
    ["weft start -f flows/ -e PORT=8080 --log-format json", "serve a folder whose templates read env.PORT"],
  ],
  async run(given, args, terminal) {
    const paths = [...(given.file ?? []) as string[], ...args];
    if (paths.length === 0) throw new UsageError("there is nothing to run: name spec files with -f");
    if (given.executors === 0) throw new UsageError("--executors is one at least");
    const env = await readEnv(given, terminal);
    const extensions = readExtensions(given);
    // the executors take half a second to come up: they begin beside the rest
    const warden = new WardenLink(extensions);
    const { serve } = await import("./serve.ts");
    return await serve({ given, paths, env, extensions, warden, terminal });
  },
};
