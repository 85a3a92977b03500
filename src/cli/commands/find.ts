import { parseQuery, type Query, RegistryError } from "../../registry/mod.ts";
import { isSpec } from "../input/spec_names.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { stringOf } from "../options/settings.ts";
import { SCOPE_FLAGS, scopeOf, STORE_FLAGS, withStore } from "../options/store.ts";
import { readVersion } from "../options/version_argument.ts";
import { outputFlag } from "../output/output.ts";
import { printSpecs } from "../output/print_specs.ts";
import { AT_FLAG } from "./get.ts";

/** `weft find` */
export const find: Command = {
  usage: "[FLAGS] CRITERION...",
  about:
    `CRITERION is FIELD=VALUE, where * in VALUE matches anything. A prefix changes the comparison: ~FIELD matches a regular
expression, *FIELD contains VALUE (in a string or a list), ^FIELD begins with it and $FIELD ends with it. FIELD is .kind,
.name, .ns, .id or meta.ANNOTATION. Only specs that match every criterion are shown.`,
  maxArgs: Infinity,
  flags: [...SCOPE_FLAGS, AT_FLAG, ...STORE_FLAGS, outputFlag("table")],
  examples: [
    ["weft find .kind=snippet '^.name=user'", "list snippets whose name begins with user"],
    ["weft find '*meta.tags=backend' -o yaml", "print specs whose annotation tags contains backend"],
    ["weft find '~meta.path=/api/v[12]/.*' -n shop", "search a namespace with a regular expression"],
  ],
  async run(flags, args, terminal) {
    if (args.length === 0) throw new UsageError('missing argument CRITERION; run "weft get" to list all specs');
    const query = readQuery(args);
    await withStore(flags, terminal, async (registry) => {
      const at = stringOf(flags, "at");
      const snapshot = await registry.stateAt(at === undefined ? registry.version.id : await readVersion(at, registry));
      const scope = scopeOf(flags);
      const found = snapshot.find(query).filter((entry) =>
        isSpec(entry) && (scope ?? entry.id.namespace) === entry.id.namespace
      );
      printSpecs(flags, terminal, found);
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
