import type { Kind } from "../kind/mod.ts";
import type { Entry } from "../registry/mod.ts";
import {
  isUuid,
  namedIn,
  type NamedValue,
  type Scheme,
  secretReferences,
  type Spec,
  VALUE_KIND,
  type ValueSource,
  withSecrets,
} from "../spec/mod.ts";
import type { PreparedEntries } from "./preparer.ts";
import type { Secrets } from "./secrets.ts";

/** The values that a spec may read. */
export interface ReadValues extends ValueSource {
  /** The names of their entries, and those of values that are not there: they may come. */
  readonly used: ReadonlySet<string>;
  /** Whether a secret was asked for that could not be read. */
  readonly isLacking: boolean;
}

/** Reads the values that a spec may read, with their secrets. Never throws: what looks at a missing secret does. */
export async function readValues(
  spec: Spec,
  { scheme, entries, secrets }: { scheme: Scheme<Kind>; entries: PreparedEntries; secrets: Secrets },
): Promise<ReadValues> {
  const named = namedIn(spec, scheme);
  const used = new Set<string>();
  const found = new Map<string, Entry>();
  for (const nameOrId of named.values) {
    const entry = valueNamed(nameOrId, entries);
    used.add(entry?.id.name ?? nameOrId);
    if (entry !== undefined) found.set(nameOrId, entry);
  }
  const references = new Set(named.secrets);
  for (const { data } of found.values()) secretReferences(data, references);
  const read = await secrets.readAll(references);
  let isLacking = false;
  const secret = (reference: string) => {
    try {
      return read(reference);
    } catch (error) {
      isLacking = true;
      throw error;
    }
  };
  return {
    used,
    get isLacking() {
      return isLacking;
    },
    value(nameOrId) {
      const entry = found.get(nameOrId);
      return entry && withSecrets({ data: entry.data }, secret) as unknown as NamedValue;
    },
    names: () => entries.names(VALUE_KIND),
    kindOf: (name) => entries.get(name)?.kind,
    secret,
  };
}

/** Returns the value of a name or of an id, which is kept in its notes. */
function valueNamed(nameOrId: string, entries: PreparedEntries): Entry | undefined {
  const entry = entries.get(nameOrId);
  if (entry?.kind === VALUE_KIND) return entry;
  if (!isUuid(nameOrId)) return undefined;
  return entries.names(VALUE_KIND).map((name) => entries.get(name)).find((entry) => entry?.meta.id === nameOrId);
}
