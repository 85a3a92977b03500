import type { Command } from "../options/command.ts";
import { SCOPE_FLAGS, scopeOf, STORE_FLAGS, withStore } from "../options/store.ts";
import { readVersion } from "../options/version_argument.ts";
import { reportOperations } from "../output/difference.ts";
import { operationLines } from "../output/operation_lines.ts";
import { outputFlag, printData } from "../output/output.ts";

/** `weft diff` */
export const diff: Command = {
  usage: "[FLAGS] [FROM] [TO]",
  about:
    `FROM and TO are version numbers, head, or head~N. The default is from the parent of head to head; with FROM alone, from
there to head. Prints the fields that changed, and the changed lines of text with several lines.`,
  maxArgs: 2,
  flags: [...SCOPE_FLAGS, ...STORE_FLAGS, outputFlag("text")],
  examples: [
    ["weft diff", "show the last change"],
    ["weft diff 3", "show what changed since version 3"],
    ["weft diff 3 5 -o json", "show the changes between two versions as JSON"],
  ],
  async run(flags, args, terminal) {
    await withStore(flags, terminal, async (registry) => {
      const head = registry.version;
      const [from, to] = [
        args[0] === undefined ? head.parent ?? head.id : await readVersion(args[0], registry),
        args[1] === undefined ? head.id : await readVersion(args[1], registry),
      ];
      const scope = scopeOf(flags);
      const all = await registry.delta(from, to);
      const operations = reportOperations(all.filter(({ id }) => (scope ?? id.namespace) === id.namespace));
      if (printData(flags, terminal, { from, to, operations })) return;
      terminal.print(`from version ${from} to version ${to}:${operations.length === 0 ? " no changes" : ""}`);
      for (const line of operationLines(operations, { whole: true })) terminal.print(line);
    });
    return 0;
  },
};
