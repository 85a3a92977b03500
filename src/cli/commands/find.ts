import { find as findSpecs } from "../../api/stored/mod.ts";
import { parseQuery, type Query, RegistryError } from "../../registry/mod.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { SCOPE_FLAGS, scopeOf, STORE_FLAGS, withStore } from "../options/store.ts";
import { outputFlag } from "../output/output.ts";
import { printSpecs } from "../output/print_specs.ts";
import { AT_FLAG, readAt } from "./get.ts";

/** `weft find` */
export const find: Command = {
  usage: "[FLAGS] CRITERION...",
  about:
    `CRITERION is FIELD=VALUE, where * in VALUE matches anything. A prefix changes the comparison: ~FIELD matches a regular
expression, *FIELD contains VALUE (in a string or a list), ^FIELD begins with it and $FIELD ends with it. FIELD is .kind,
.name, .ns, .id or meta.KEY, in which dots lead into maps. Only entries that match every criterion are shown.`,
  maxArgs: Infinity,
  flags: [...SCOPE_FLAGS, AT_FLAG, ...STORE_FLAGS, outputFlag("table")],
  examples: [
    ["weft find .kind=snippet '^.name=user'", "list snippets whose name begins with user"],
    ["weft find '*meta.tags=backend' -o yaml", "print specs whose tags contain backend"],
    ["weft find '~meta.path=/api/v[12]/.*' -n shop", "search a namespace with a regular expression"],
  ],
  async run(flags, args, terminal) {
    if (args.length === 0) throw new UsageError('missing argument CRITERION; run "weft get" to list all specs');
    const query = readQuery(args);
    await withStore(flags, terminal, async (target) => {
      const version = await readAt(flags, target);
      printSpecs(flags, terminal, await findSpecs(target, query, { version, namespace: scopeOf(flags) }));
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
