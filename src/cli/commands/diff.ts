import { diff as diffVersions } from "../../api/stored/mod.ts";
import type { Command } from "../options/command.ts";
import { SCOPE_FLAGS, scopeOf, STORE_FLAGS, withStore } from "../options/store.ts";
import { readVersion } from "../options/version_argument.ts";
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
    await withStore(flags, terminal, async (target) => {
      const [from, to] = await Promise.all(args.map((text) => readVersion(text, target)));
      const found = await diffVersions(target, { from, to, namespace: scopeOf(flags) });
      if (printData(flags, terminal, found)) return;
      const none = found.operations.length === 0 ? " no changes" : "";
      terminal.print(`from version ${found.from} to version ${found.to}:${none}`);
      for (const line of operationLines(found.operations, { whole: true })) terminal.print(line);
    });
    return 0;
  },
};
