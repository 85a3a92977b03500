import { type OnCycle, order } from "./dependencies/order.ts";
import { Resolver } from "./dependencies/resolver.ts";
import { type Entry, sameEntry } from "./entry.ts";
import { Id } from "./id.ts";
import { creation, type Operation, removal, replacement } from "./operation.ts";
import type { State } from "./state/state.ts";

/**
 * Returns the fewest operations that turn one state into another, in canonical order: one for each entry that differs,
 * or a delete and a create where its kind differs.
 */
export function delta(from: State, to: State, resolver: Resolver = new Resolver(), onCycle?: OnCycle): Operation[] {
  const operations: Operation[] = [];
  const before = from[Symbol.iterator]();
  const after = to[Symbol.iterator]();
  let old = before.next().value as Entry | undefined;
  let now = after.next().value as Entry | undefined;
  while (old !== undefined || now !== undefined) {
    const side = old === undefined ? 1 : now === undefined ? -1 : Id.compare(old.id, now.id);
    if (side < 0) operations.push(removal(old!));
    else if (side > 0) operations.push(creation(now!));
    else operations.push(...change(old!, now!));
    if (side <= 0) old = before.next().value as Entry | undefined;
    if (side >= 0) now = after.next().value as Entry | undefined;
  }
  return order(operations, resolver, onCycle);
}

/** Returns what turns an entry into another of the same id: nothing, an update, or a delete and a create. */
export function change(old: Entry, now: Entry): Operation[] {
  if (sameEntry(old, now)) return [];
  return old.kind === now.kind ? [replacement(now, old)] : [removal(old), creation(now)];
}
