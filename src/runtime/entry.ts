import type { Entry, EntryInput } from "../registry/mod.ts";
import { type Origin, type Spec, specFromMap, specToMap } from "../spec/mod.ts";
import { failure, type Value } from "../value/mod.ts";

/** Returns the entry that a spec is stored as. Its id is `namespace:name`, or `namespace:<id>` without a name. */
export function specToEntry(spec: Spec, origin?: Origin): EntryInput {
  const id = { namespace: spec.namespace, name: spec.name ?? spec.id };
  const entry = { id, kind: spec.kind, meta: spec.annotations, data: specToMap(spec) };
  return origin === undefined ? entry : { ...entry, origin: origin as unknown as Value };
}

/** Returns the spec of an entry. @throws {Error} If the entry does not hold a spec. */
export function entryToSpec(entry: Entry): { spec: Spec; origin?: Origin } {
  const { spec, diagnostics } = specFromMap(entry.data, { namespace: entry.id.namespace });
  if (spec?.id === undefined) {
    const why = diagnostics[0]?.message ?? "it has no id";
    throw failure(`${entry.id} holds no spec: ${why}`, { cause: failure("invalid argument") });
  }
  const known = { ...spec, id: spec.id };
  return entry.origin === undefined ? { spec: known } : { spec: known, origin: entry.origin as unknown as Origin };
}
