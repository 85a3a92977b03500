import { WardenLink } from "../../pool/mod.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { listOf, readEnv, readExtensions, settings, SPEC_FLAGS } from "../options/settings.ts";

/** `weft start` */
export const start: Command = {
  usage: "[FLAGS] [FILE|FOLDER|- ...]",
  about:
    `Runs what the store holds for the namespace, and follows every new version. With files it runs those: in memory, or, with
--store, put into that store first. --watch applies them again whenever one is saved; a file with errors changes nothing.

SIGINT or SIGTERM: takes no more requests, finishes those in flight (30 s at most), ends. A second one: at once.`,
  flags: [
    ...settings("file"),
    ...SPEC_FLAGS,
    ...settings("store").map((flag) => ({ ...flag, summary: `${flag.summary} With files memory:.` })),
    ...settings("watch", "strict", "author", "executors", "executor-memory", "host", "admin"),
    ...settings("dev", "log-format", "log-level"),
  ],
  examples: [
    ["weft start -f examples/ping.yaml", "serve a workflow"],
    ["weft start -f flows/ --watch --dev", "work on a folder of workflows"],
    ["weft start --store shop.db -n shop --host 0.0.0.0", "serve what a store holds for a namespace, to everyone"],
    ["weft start -f flows/ --admin 127.0.0.1:9180", "serve health, status and metrics beside it"],
    ["weft start -f flows/ -e PORT=8080 --log-format json", "give templates a variable"],
  ],
  async run(given, args, terminal, config) {
    const paths = [...listOf(given, "file"), ...args];
    if (given.watch === true && (paths.length === 0 || paths.includes("-"))) {
      throw new UsageError("--watch needs files or folders to watch: name them with -f");
    }
    const env = await readEnv(given, terminal);
    // the executors take half a second to come up: they begin beside the rest
    const warden = new WardenLink(readExtensions(given));
    const { serve } = await import("../serve.ts");
    return await serve({ config, paths, env, warden, terminal });
  },
};
