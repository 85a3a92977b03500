import { isTestFile } from "../../spec/mod.ts";
import type { WatchedExtensions } from "../input/watched_extensions.ts";
import { launcherGone } from "../launcher.ts";
import type { Command, Terminal } from "../options/command.ts";
import { type ListedExtensions, readExtensions } from "../options/extensions.ts";
import { type ParsedFlags, UsageError } from "../options/flag.ts";
import { listOf, logOptions, settings, SPEC_FLAGS } from "../options/settings.ts";
import { readStartSettings } from "../start_settings.ts";
import { type StopSignal, stopSignal } from "../stop_signal.ts";
import { SupervisorLink } from "../supervise/supervisor_link.ts";

/** `weft start` */
export const start: Command = {
  usage: "[FLAGS] [FILE|FOLDER|-]...",
  about:
    `Without files, runs the specs of a namespace in the store and follows every new version. With files, runs those in
memory, or applies them to the store first if --store is set. With --watch, files are applied again, and extensions
loaded again, whenever one changes; when weft.yaml or a file of --env-file does, it starts again with the new settings.
Errors in a file change nothing.

On SIGINT or SIGTERM, stops accepting requests, finishes those in flight (30 s at most) and exits. A second signal exits
immediately.

With --supervise, a small program stays beside the engine: it starts it again when it ends unexpectedly, answers 503 in
its place meanwhile, and ends with it when it is told to.`,
  maxArgs: Infinity,
  flags: [
    ...settings("file"),
    ...SPEC_FLAGS,
    ...settings("store").map((flag) => ({ ...flag, summary: flag.summary.replace(/\)$/, "; with files memory:)") })),
    ...settings(
      "dependency",
      "watch",
      "strict",
      "keep-going",
      "author",
      "executors",
      "executor-memory",
      "isolation",
      "allow-files",
      "allow-private",
      "secrets",
      "host",
      "admin",
      "admin-host",
      "supervise",
    ),
    ...settings("dev", "log-format", "log-level", "log-limit", "access-log"),
    {
      name: "record",
      type: "string",
      value: "FILE",
      summary: "Write a test for each request that is served, 100 at most, to a new test file",
    },
  ],
  examples: [
    ["weft start -f examples/ping.yaml", "serve a workflow"],
    ["weft start -f flows/ --watch --dev", "develop a folder of workflows"],
    ["weft start --store shop.db -n shop --host 0.0.0.0", "serve a namespace of a store on every network interface"],
    ["weft start -f flows/ --admin 127.0.0.1:9180", "serve health, status and metrics on a second port"],
    ["weft start -f flows/ --supervise", "start it again when it crashes"],
    ["weft start -f flows/ --record flows/recorded_test.yaml", "write tests of the requests that are served"],
    ["weft start -f flows/ -e PORT=8080 --log-format json", "set a template variable, and log as JSON"],
  ],
  async run(flags, args, terminal, config) {
    checkRecord(flags);
    if (flags.supervise === true) return await supervised(flags, [...listOf(flags, "file"), ...args], terminal);
    const supervisor = SupervisorLink.open(terminal);
    let settings = await readStartSettings(config, args, terminal);
    let stop: StopSignal | undefined;
    for (let isFirst = true;; isFirst = false) {
      const { flags } = settings.config;
      const loader = await loadedExtensions(await readExtensions(settings.config), flags.watch === true);
      // executors take half a second to start: do the rest in the meantime
      const { ProcessWarden, WardenLink } = await import("../../pool/mod.ts");
      const isProcess = flags.isolation === "process";
      const threads = new WardenLink(isProcess ? [] : loader?.readable);
      const warden = isProcess ? new ProcessWarden(loader?.readable) : threads;
      const { serve } = await import("../serve.ts");
      stop ??= stopSignal(supervisor?.gone ?? launcherGone(terminal));
      const ended = await serve({
        ...settings,
        warden,
        threads,
        stop,
        isFirst,
        reload: async () => {
          const next = await readStartSettings(await config.reload!(), args, terminal);
          await loadedExtensions(await readExtensions(next.config), false);
          return next;
        },
        ...loader && { extensions: loader },
        ...supervisor && { supervisor },
        terminal: supervisor === undefined ? terminal : { ...terminal, input: () => supervisor.input() },
      });
      if (typeof ended === "number") return ended;
      settings = ended;
    }
  },
};

/** Checks `--record`. @throws {UsageError} If its value is not the name of a test file. */
function checkRecord({ record, supervise }: ParsedFlags): void {
  if (record === undefined) return;
  if (supervise === true) throw new UsageError("--record and --supervise exclude each other");
  if (isTestFile(String(record))) return;
  throw new UsageError(`invalid --record ${JSON.stringify(record)}: expected NAME_test.yaml or NAME.test.yaml`);
}

/** Runs the engine under a supervisor, which loads nothing of it. */
async function supervised(flags: ParsedFlags, paths: readonly string[], terminal: Terminal): Promise<number> {
  const { supervise } = await import("../supervise/mod.ts");
  return await supervise({
    words: Deno.args,
    readsInput: paths.includes("-"),
    ...logOptions(flags),
    gone: launcherGone(terminal),
  });
}

/** Loads extensions before executors start: which files these may read depends on them. Loads nothing if there are none. */
async function loadedExtensions(listed: ListedExtensions, isWatched: boolean): Promise<WatchedExtensions | undefined> {
  if (listed.urls.length === 0) return undefined;
  const { WatchedExtensions } = await import("../input/watched_extensions.ts");
  return await WatchedExtensions.load(listed, isWatched);
}
