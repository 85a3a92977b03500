import type { Entry, Snapshot } from "../../registry/mod.ts";
import { nearest } from "../../spec/mod.ts";
import { isMap } from "../../value/mod.ts";

/**
 * The entry that a command line names: by the name of the spec in a namespace, by `namespace:name`, or by the spec's id.
 *
 * @throws {Error} If there is none, with the nearest name, or the namespace that has one.
 */
export function findNamed(name: string, namespace: string, snapshot: Pick<Snapshot, "get" | "entries">): Entry {
  const colon = name.indexOf(":");
  const wanted = colon < 0 ? { namespace, name } : { namespace: name.slice(0, colon), name: name.slice(colon + 1) };
  const entry = snapshot.get(wanted) ??
    snapshot.entries().find(({ data }) => isMap(data) && data.id === name.toLowerCase());
  if (entry !== undefined) return entry;
  throw new Error(`there is no spec ${wanted.name} in the namespace ${wanted.namespace}${hint(wanted, snapshot)}`);
}

function hint(wanted: { namespace: string; name: string }, snapshot: Pick<Snapshot, "entries">): string {
  const ids = snapshot.entries().map(({ id }) => id);
  const elsewhere = ids.find(({ name }) => name === wanted.name);
  if (elsewhere !== undefined) return `; there is ${elsewhere}`;
  const meant = nearest(
    wanted.name,
    ids.filter(({ namespace }) => namespace === wanted.namespace).map(({ name }) => name),
  );
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}

/** Whether an entry holds a spec, and not something else that a registry can hold. */
export function isSpec({ data }: Entry): boolean {
  return isMap(data) && typeof data.kind === "string";
}
