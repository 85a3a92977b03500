import { findNamed, isSpec } from "../input/spec_names.ts";
import type { Command } from "../options/command.ts";
import type { Flag } from "../options/flag.ts";
import { readNamespace } from "../options/namespace.ts";
import { textOf } from "../options/settings.ts";
import { SCOPE_FLAGS, scopeOf, STORE_FLAGS, withStore } from "../options/store.ts";
import { readVersion } from "../options/version_argument.ts";
import { outputFlag } from "../output/output.ts";
import { printSpecs } from "../output/print_specs.ts";

/** The flag that shows another version than head. */
export const AT_FLAG: Flag = {
  name: "at",
  type: "text",
  value: "VERSION",
  summary: "As it was at this version. Default head.",
};

/** `weft get` */
export const get: Command = {
  usage: "[FLAGS] [NAME ...]",
  about:
    `Without names all specs. A name is that of a spec in the namespace (default default), namespace:name, or an id.
-o yaml writes what can be applied again.`,
  flags: [...SCOPE_FLAGS, AT_FLAG, ...STORE_FLAGS, outputFlag("table")],
  examples: [
    ["weft get", "list what is in the store"],
    ["weft get hello -o yaml", "see a spec as it was written"],
    ["weft get --at head~1 -o yaml > before.yaml", "write all specs of the version before to a file"],
  ],
  async run(given, args, terminal) {
    const namespace = readNamespace(given);
    await withStore(given, terminal, async (registry) => {
      const at = textOf(given, "at");
      const version = at === undefined ? registry.version.id : await readVersion(at, registry);
      const snapshot = await registry.stateAt(version);
      const scope = scopeOf(given);
      const all = () => scope === undefined ? snapshot.entries() : snapshot.namespace(scope);
      const entries = args.length > 0 ? args.map((name) => findNamed(name, namespace, snapshot)) : all().filter(isSpec);
      printSpecs(given, terminal, entries);
    });
    return 0;
  },
};
