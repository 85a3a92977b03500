import { Entry, sameEntry } from "./entry.ts";
import { type Id, toId } from "./id.ts";
import { type Change, creation, type Operation, removal, replacement } from "./operation.ts";
import { squash } from "./squash.ts";
import { checkOperation, type State } from "./state/state.ts";

/**
 * Returns the operations that make changes to a state, each change checked against the result of those before it: one
 * operation for each entry, or a delete and a create of another kind. A change that changes nothing is left out.
 *
 * @throws {RegistryError} `invalid`, `not_found` or `conflict`, if a change is malformed or does not fit.
 */
export function plan(changes: Iterable<Change>, state: State): Operation[] {
  const operations: Operation[] = [];
  const changed = new Map<Id, Entry | undefined>();
  let again = false;
  for (const change of changes) {
    const entry = change.kind === "delete" ? undefined : Entry.of(change.entry);
    const id = change.kind === "delete" ? toId(change.id) : entry!.id;
    const known = changed.has(id);
    const found = known ? changed.get(id) : state.get(id);
    checkOperation({ kind: change.kind, id, ...(entry === undefined ? {} : { entry }) }, found);
    operations.push(
      entry === undefined ? removal(found!) : found === undefined ? creation(entry) : replacement(entry, found),
    );
    changed.set(id, entry);
    again ||= known;
  }
  return (again ? squash([operations]) : operations).filter((operation) => !changesNothing(operation));
}

/** Reports whether an operation leaves an entry equal to what it was. */
export function changesNothing(operation: Operation): boolean {
  return operation.kind === "update" && sameEntry(operation.entry, operation.original);
}
