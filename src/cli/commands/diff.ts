import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { SCOPE_FLAGS, scopeOf, STORE_FLAGS, withStore } from "../options/store.ts";
import { readVersion } from "../options/version_argument.ts";
import { reportOperations } from "../output/difference.ts";
import { operationLines } from "../output/operation_lines.ts";
import { outputFlag, printData } from "../output/output.ts";

/** `weft diff` */
export const diff: Command = {
  usage: "[FLAGS] [FROM] [TO]",
  about:
    `Versions are numbers, head, or head~1. Default: from what head was made from, to head; with one version, from there to
head. It prints the fields that changed, and of texts of several lines the lines.`,
  flags: [...SCOPE_FLAGS, ...STORE_FLAGS, outputFlag("text")],
  examples: [
    ["weft diff", "see what the last change was"],
    ["weft diff 3", "see what has changed since version 3"],
    ["weft diff 3 5 -o json", "the way from one version to another, as JSON"],
  ],
  async run(given, args, terminal) {
    if (args.length > 2) throw new UsageError(`there are ${args.length} versions; a difference is between two`);
    await withStore(given, terminal, async (registry) => {
      const head = registry.version;
      const [from, to] = [
        args[0] === undefined ? head.parent ?? head.id : await readVersion(args[0], registry),
        args[1] === undefined ? head.id : await readVersion(args[1], registry),
      ];
      const scope = scopeOf(given);
      const all = await registry.delta(from, to);
      const operations = reportOperations(all.filter(({ id }) => (scope ?? id.namespace) === id.namespace));
      if (printData(given, terminal, { from, to, operations })) return;
      terminal.print(`from version ${from} to version ${to}:${operations.length === 0 ? " no difference" : ""}`);
      for (const line of operationLines(operations, { whole: true })) terminal.print(line);
    });
    return 0;
  },
};
