import type { Command } from "./command.ts";
import { outputFlag } from "./output.ts";
import type { Flag } from "./flag.ts";
import { readNamespace } from "./namespace.ts";
import { printSpecs } from "./print_specs.ts";
import { textOf } from "./settings.ts";
import { findNamed, isSpec } from "./spec_names.ts";
import { SCOPE_FLAGS, scopeOf, STORE_FLAGS, withStore } from "./store.ts";
import { readVersion } from "./version_argument.ts";

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
