import { get as getSpecs, type Target } from "../../api/stored/mod.ts";
import type { Command } from "../options/command.ts";
import type { Flag, ParsedFlags } from "../options/flag.ts";
import { readNamespace } from "../options/namespace.ts";
import { stringOf } from "../options/settings.ts";
import { SCOPE_FLAGS, scopeOf, STORE_FLAGS, withStore } from "../options/store.ts";
import { readVersion } from "../options/version_argument.ts";
import { outputFlag } from "../output/output.ts";
import { printSpecs } from "../output/print_specs.ts";

/** The flag that selects a version other than head. */
export const AT_FLAG: Flag = {
  name: "at",
  type: "string",
  value: "VERSION",
  summary: "Show the specs of this version (default head)",
};

/** `weft get` */
export const get: Command = {
  usage: "[FLAGS] [NAME]...",
  about:
    `NAME is the name of a spec in the namespace (default default), namespace:name, or an id. Without names, all specs are
shown. The output of -o yaml can be applied again.`,
  maxArgs: Infinity,
  flags: [...SCOPE_FLAGS, AT_FLAG, ...STORE_FLAGS, outputFlag("table")],
  examples: [
    ["weft get", "list the specs in the store"],
    ["weft get hello -o yaml", "print a spec as YAML"],
    ["weft get --at head~1 -o yaml > before.yaml", "save the specs of the previous version to a file"],
  ],
  async run(flags, args, terminal) {
    const fallback = readNamespace(flags);
    await withStore(flags, terminal, async (target) => {
      const namespace = args.length > 0 ? fallback : scopeOf(flags);
      const version = await readAt(flags, target);
      printSpecs(flags, terminal, await getSpecs(target, { names: args, namespace, version }));
    });
    return 0;
  },
};

/** Returns the version that `--at` names; undefined for head. */
export async function readAt(flags: ParsedFlags, target: Target): Promise<number | undefined> {
  const at = stringOf(flags, "at");
  return at === undefined ? undefined : await readVersion(at, target);
}
