import { history as listVersions, prune as pruneVersions, type Target } from "../../api/stored/mod.ts";
import { parseDuration, printable } from "../../spec/mod.ts";
import type { Command, Terminal } from "../options/command.ts";
import { type ParsedFlags, UsageError } from "../options/flag.ts";
import { stringOf } from "../options/settings.ts";
import { STORE_FLAGS, withStore } from "../options/store.ts";
import { count, outputFlag, printData } from "../output/output.ts";
import { Progress } from "../output/progress.ts";
import { versionGraph } from "../output/version_graph.ts";

/** `weft history` */
export const history: Command = {
  usage: "[FLAGS] [prune --before VERSION|TIME]",
  about: `Versions are listed newest first, and * marks head. Times are in UTC.

"weft history prune" folds the versions older than VERSION or TIME into one. The ancestors of remaining versions are kept,
and the specs do not change, but a rollback past them is no longer possible. TIME is a date, a date and time, or an age
such as 30d.`,
  maxArgs: 2,
  words: () => ["prune"],
  flags: [
    { name: "before", type: "string", value: "VERSION|TIME", summary: "With prune: the first version to keep" },
    ...STORE_FLAGS,
    outputFlag("table"),
  ],
  examples: [
    ["weft history", "show the versions as a tree"],
    ["weft history -o json", "list the versions as JSON"],
    ["weft history prune --before 30d", "remove versions older than 30 days"],
  ],
  async run(flags, args, terminal) {
    const [action, ...more] = args;
    if (more.length > 0 || action !== undefined && action !== "prune") {
      const [unexpected] = action === "prune" ? more : [action];
      throw new UsageError(`unexpected argument ${JSON.stringify(unexpected)}: expected "prune" or none`);
    }
    const before = stringOf(flags, "before");
    if ((action === "prune") !== (before !== undefined)) {
      throw new UsageError(
        action === "prune" ? "missing flag --before VERSION|TIME" : '--before requires "weft history prune"',
      );
    }
    await withStore(
      flags,
      terminal,
      (target) => before === undefined ? print(flags, terminal, target) : prune(flags, terminal, target, before),
    );
    return 0;
  },
};

async function print(flags: ParsedFlags, terminal: Terminal, target: Target): Promise<void> {
  const rows = versionGraph(await listVersions(target));
  const data = rows.map(({ version: { id, parent, head, time, author, message, operations } }) => ({
    id,
    parent: parent ?? null,
    head,
    time: time.toISOString(),
    author: author ?? null,
    message: message ?? null,
    operations,
  }));
  if (printData(flags, terminal, data)) return;
  const width = Math.max(...rows.map(({ mark }) => mark.length));
  const idWidth = Math.max(...data.map(({ id }) => String(id).length));
  rows.forEach(({ mark, joint }, index) => {
    const { id, time, author, message, operations, head } = data[index]!;
    const when = `${time.slice(0, 10)} ${time.slice(11, 19)}`;
    const details = [author, count(operations, "operation"), head ? "head" : null, message].filter((part) =>
      part !== null
    );
    terminal.print(
      `${mark.padEnd(width)}  ${String(id).padStart(idWidth)}  ${when}  ${details.map(printable).join("  ")}`,
    );
    if (joint !== undefined) terminal.print(joint);
  });
}

async function prune(flags: ParsedFlags, terminal: Terminal, target: Target, before: string): Promise<void> {
  using _ = new Progress(terminal, "pruning");
  const { root, removed } = await pruneVersions(target, readBefore(before));
  if (printData(flags, terminal, { root, removed })) return;
  terminal.print(`${count(removed.length, "version")} pruned; the history begins with version ${root}`);
}

/** Parses `--before`: a version or a time. */
function readBefore(text: string): number | Date {
  const version = /^v?(\d+)$/.exec(text)?.[1];
  if (version !== undefined) return Number(version);
  const ago = parseDuration(text);
  const time = ago !== undefined ? Date.now() - ago : /^\d{4}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return new Date(time);
  const expected = "a version number, a date such as 2030-01-31 or 2030-01-31T12:00Z, or an age such as 30d";
  throw new UsageError(`invalid --before ${JSON.stringify(text)}: expected ${expected}`);
}
