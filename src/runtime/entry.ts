import { Entry, type EntryInput, SILENT_KINDS } from "../registry/mod.ts";
import { type Origin, type Spec, specFromMap, specToMap, withoutSecrets } from "../spec/mod.ts";
import { failure, isMap, type Value, type ValueMap } from "../value/mod.ts";

/**
 * Returns the entry that a spec is stored as. Its id is `namespace:name`, or `namespace:<id>` without a name. The data of
 * a node is the spec as a map.
 */
export function specToEntry(spec: Spec, origin?: Origin): EntryInput {
  const id = { namespace: spec.namespace, name: spec.name ?? spec.id };
  const data = spec.isData ? spec.fields.data ?? null : specToMap(spec);
  const entry = { id, kind: spec.kind, meta: spec.meta, data };
  return origin === undefined ? entry : { ...entry, origin: origin as unknown as Value };
}

/** Reports whether an entry is a node of a workflow; every other entry holds data. */
export function isNode({ id, kind, data }: Entry): boolean {
  return isMap(data) && data.kind === kind && data.namespace === id.namespace && typeof data.id === "string" &&
    (data.name ?? data.id) === id.name && !SILENT_KINDS.includes(kind);
}

/** Returns the spec of an entry. @throws {Error} If it is a node that holds no spec. */
export function entryToSpec(entry: Entry): { spec: Spec; origin?: Origin } {
  const spec = isNode(entry) ? nodeOf(entry) : dataOf(entry);
  return entry.origin === undefined ? { spec } : { spec, origin: entry.origin as unknown as Origin };
}

/** Returns an entry as it is shown to people: without secrets in its data, which older versions of Weft stored. */
export function shownEntry(entry: Entry): Entry {
  if (isNode(entry)) return entry;
  const data = withoutSecrets(entry.data, entry.id.name);
  return data === entry.data ? entry : Entry.of({ id: entry.id, kind: entry.kind, meta: entry.meta, data });
}

/** Returns the spec of an entry as a map: what would be written in a file. */
export function entryToMap(entry: Entry): ValueMap {
  return isNode(entry) ? entry.data as ValueMap : specToMap(dataOf(entry));
}

function nodeOf(entry: Entry): Spec {
  const { spec, diagnostics } = specFromMap(entry.data, { namespace: entry.id.namespace });
  if (spec?.id !== undefined) return { ...spec, id: spec.id };
  const why = diagnostics[0]?.message ?? "it has no id";
  throw failure(`${entry.id} holds no spec: ${why}`, { cause: failure("invalid argument") });
}

function dataOf({ id, kind, meta, data }: Entry): Spec {
  const fields: ValueMap = data === null ? {} : { data };
  return { id: "", kind, namespace: id.namespace, name: id.name, meta, links: {}, fields, isData: true };
}
