import { type Entry, RegistryError, type Snapshot } from "../registry/mod.ts";
import { isNode } from "../runtime/stored/mod.ts";
import { nearest } from "../spec/mod.ts";
import type { ValueMap } from "../value/mod.ts";

/**
 * Finds the entry of a spec by its name in a namespace, by `namespace:name`, or by its id.
 *
 * @throws {RegistryError} `not_found`, with a suggestion.
 */
export function findNamed(name: string, namespace: string, snapshot: Pick<Snapshot, "get" | "entries">): Entry {
  const colon = name.indexOf(":");
  const wanted = colon < 0 ? { namespace, name } : { namespace: name.slice(0, colon), name: name.slice(colon + 1) };
  const entry = snapshot.get(wanted) ??
    snapshot.entries().find((entry) => isNode(entry) && (entry.data as ValueMap).id === name.toLowerCase());
  if (entry !== undefined) return entry;
  throw new RegistryError(
    "not_found",
    `no spec ${JSON.stringify(wanted.name)} in namespace ${JSON.stringify(wanted.namespace)}${hint(wanted, snapshot)}`,
  );
}

function hint(wanted: { namespace: string; name: string }, snapshot: Pick<Snapshot, "entries">): string {
  const ids = snapshot.entries().map(({ id }) => id);
  const elsewhere = ids.find(({ name }) => name === wanted.name);
  const names = ids.filter(({ namespace }) => namespace === wanted.namespace).map(({ name }) => name);
  const meant = elsewhere?.text ?? nearest(wanted.name, names);
  return meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`;
}
