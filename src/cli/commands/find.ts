import { parseQuery, type Query, RegistryError } from "../../registry/mod.ts";
import { isSpec } from "../input/spec_names.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { textOf } from "../options/settings.ts";
import { SCOPE_FLAGS, scopeOf, STORE_FLAGS, withStore } from "../options/store.ts";
import { readVersion } from "../options/version_argument.ts";
import { outputFlag } from "../output/output.ts";
import { printSpecs } from "../output/print_specs.ts";
import { AT_FLAG } from "./get.ts";

/** `weft find` */
export const find: Command = {
  usage: "[FLAGS] CRITERION ...",
  about:
    `A criterion is FIELD=VALUE, where * in the value stands for anything; before the field ~ makes the value a regular
expression, * asks whether it is contained (in a text or a list), ^ whether it is the beginning and $ whether it is the
end. Fields are .kind, .name, .ns, .id, and meta.<annotation>. A spec has to meet all of them.`,
  flags: [...SCOPE_FLAGS, AT_FLAG, ...STORE_FLAGS, outputFlag("table")],
  examples: [
    ["weft find .kind=snippet '^.name=user'", "list the snippets whose name begins with user"],
    ["weft find '*meta.tags=backend' -o yaml", "write the specs whose annotation tags contains backend"],
    ["weft find '~meta.path=/api/v[12]/.*' -n shop", "search one namespace by a regular expression"],
  ],
  async run(given, args, terminal) {
    if (args.length === 0) throw new UsageError("there is no criterion; weft get lists all specs");
    const query = readQuery(args);
    await withStore(given, terminal, async (registry) => {
      const at = textOf(given, "at");
      const snapshot = await registry.stateAt(at === undefined ? registry.version.id : await readVersion(at, registry));
      const scope = scopeOf(given);
      const found = snapshot.find(query).filter((entry) =>
        isSpec(entry) && (scope ?? entry.id.namespace) === entry.id.namespace
      );
      printSpecs(given, terminal, found);
    });
    return 0;
  },
};

function readQuery(criteria: readonly string[]): Query {
  try {
    return parseQuery(criteria);
  } catch (error) {
    throw error instanceof RegistryError ? new UsageError(error.message) : error;
  }
}
