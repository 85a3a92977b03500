import { type ChangeOptions, rollback as rollBack } from "../../api/stored/mod.ts";
import { CHANGE_FLAGS } from "../options/change_flags.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { SCOPE_FLAGS, scopeOf, STORE_FLAGS, withStore } from "../options/store.ts";
import { readVersion } from "../options/version_argument.ts";
import { reportChange } from "../output/report_change.ts";

/** `weft rollback` */
export const rollback: Command = {
  usage: "[FLAGS] VERSION",
  about:
    `VERSION is a version number or head~N, and may be newer than head. Moving head creates no version, and later versions
remain in the history. With --namespace, only the specs of that namespace are restored, as a new version.`,
  maxArgs: 1,
  flags: [
    ...SCOPE_FLAGS,
    ...STORE_FLAGS,
    ...CHANGE_FLAGS,
  ],
  examples: [
    ["weft rollback head~1", "undo the last change"],
    ["weft rollback 3 --dry-run", "preview a rollback to version 3"],
    ["weft rollback 3 -n shop -m 'prices were wrong'", "restore one namespace"],
  ],
  async run(flags, args, terminal) {
    const [text] = args;
    if (text === undefined) throw new UsageError("missing argument VERSION");
    return await withStore(flags, terminal, async (target) => {
      const version = await readVersion(text, target);
      const make = (options: ChangeOptions) => rollBack(target, version, { ...options, namespace: scopeOf(flags) });
      return await reportChange(flags, terminal, target, make, { whole: true });
    });
  },
};
