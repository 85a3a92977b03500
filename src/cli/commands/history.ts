import type { Registry } from "../../registry/mod.ts";
import { parseDuration, printable } from "../../spec/mod.ts";
import type { Command, Terminal } from "../options/command.ts";
import { type ParsedFlags, UsageError } from "../options/flag.ts";
import { textOf } from "../options/settings.ts";
import { STORE_FLAGS, withStore } from "../options/store.ts";
import { count, outputFlag, printData } from "../output/output.ts";
import { versionGraph } from "../output/version_graph.ts";

/** `weft history` */
export const history: Command = {
  usage: "[FLAGS] [prune --before VERSION|TIME]",
  about: `The newest version comes first; * is head. Times are in UTC.

prune folds into one what is older than a version or a time: what head and newer versions were made from stays, and so
does what they hold, but one cannot go back past it any more. TIME is a date, a date and time, or how long ago: 30d.`,
  flags: [
    { name: "before", type: "text", value: "VERSION|TIME", summary: "With prune: the first version that is kept." },
    ...STORE_FLAGS,
    outputFlag("table"),
  ],
  examples: [
    ["weft history", "see the versions as a tree"],
    ["weft history -o json", "list them for a program"],
    ["weft history prune --before 30d", "forget what is older than 30 days"],
  ],
  async run(given, args, terminal) {
    const [action, ...more] = args;
    if (more.length > 0 || action !== undefined && action !== "prune") {
      throw new UsageError(`history takes no ${JSON.stringify(action === "prune" ? more[0] : action)}; it can prune`);
    }
    const before = textOf(given, "before");
    if ((action === "prune") !== (before !== undefined)) {
      throw new UsageError(action === "prune" ? "prune needs --before VERSION|TIME" : "--before is for history prune");
    }
    await withStore(
      given,
      terminal,
      (registry) => before === undefined ? print(given, terminal, registry) : prune(given, terminal, registry, before),
    );
    return 0;
  },
};

async function print(given: ParsedFlags, terminal: Terminal, registry: Registry): Promise<void> {
  const { version: head } = await registry.head();
  const rows = versionGraph(await registry.versions(), head);
  const data = rows.map(({ version: { id, parent, time, author, message, operations } }) => ({
    id,
    parent: parent ?? null,
    head: id === head,
    time: time.toISOString(),
    author: author ?? null,
    message: message ?? null,
    operations,
  }));
  if (printData(given, terminal, data)) return;
  const width = Math.max(...rows.map(({ mark }) => mark.length));
  const idWidth = Math.max(...data.map(({ id }) => String(id).length));
  rows.forEach(({ mark, joint }, index) => {
    const { id, time, author, message, operations, head } = data[index]!;
    const when = `${time.slice(0, 10)} ${time.slice(11, 19)}`;
    const said = [author, count(operations, "operation"), head ? "head" : null, message].filter((part) =>
      part !== null
    );
    terminal.print(
      `${mark.padEnd(width)}  ${String(id).padStart(idWidth)}  ${when}  ${said.map(printable).join("  ")}`,
    );
    if (joint !== undefined) terminal.print(joint);
  });
}

async function prune(given: ParsedFlags, terminal: Terminal, registry: Registry, before: string): Promise<void> {
  const { root, removed } = await registry.history.prune(readBefore(before));
  if (printData(given, terminal, { root, removed })) return;
  terminal.print(`${count(removed.length, "version")} forgotten; the history begins with version ${root}`);
}

/** The version or the time that `--before` names. */
function readBefore(text: string): number | Date {
  const version = /^v?(\d+)$/.exec(text)?.[1];
  if (version !== undefined) return Number(version);
  const ago = parseDuration(text);
  const time = ago !== undefined ? Date.now() - ago : /^\d{4}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return new Date(time);
  const hint = "write the number of a version, a date such as 2030-01-31 or 2030-01-31T12:00Z, or how long ago: 30d";
  throw new UsageError(`--before is ${JSON.stringify(text)}; ${hint}`);
}
