import type { Entry, EntryInput } from "./entry.ts";
import type { Id, IdLike } from "./id.ts";

/** A step that a caller asks for. What was there before is the registry's to know. */
export type Change =
  | { readonly kind: "create" | "update"; readonly entry: EntryInput }
  | { readonly kind: "delete"; readonly id: IdLike };

/** Makes the changes that `Registry.apply` takes. */
export const change = {
  /** Adds an entry that is not there yet. */
  create: (entry: EntryInput): Change => ({ kind: "create", entry }),
  /** Puts an entry in the place of the one that has its id, of the same kind. */
  update: (entry: EntryInput): Change => ({ kind: "update", entry }),
  /** Removes an entry. */
  delete: (id: IdLike): Change => ({ kind: "delete", id }),
};

/**
 * A step as it is carried out and stored: with the entry that was there before, so that it can be reversed. A list of
 * them, a changeset, turns one state into another.
 */
export type Operation =
  | { readonly kind: "create"; readonly id: Id; readonly entry: Entry }
  | { readonly kind: "update"; readonly id: Id; readonly entry: Entry; readonly original: Entry }
  | { readonly kind: "delete"; readonly id: Id; readonly original: Entry };

/** The operation that adds an entry. */
export function creation(entry: Entry): Operation {
  return { kind: "create", id: entry.id, entry };
}

/** The operation that puts an entry in the place of `original`. */
export function replacement(entry: Entry, original: Entry): Operation {
  return { kind: "update", id: entry.id, entry, original };
}

/** The operation that removes `original`. */
export function removal(original: Entry): Operation {
  return { kind: "delete", id: original.id, original };
}

/** The entry after an operation; undefined after a delete. */
export function entryAfter(operation: Operation): Entry | undefined {
  return operation.kind === "delete" ? undefined : operation.entry;
}

/** The entry before an operation; undefined before a create. */
export function entryBefore(operation: Operation): Entry | undefined {
  return operation.kind === "create" ? undefined : operation.original;
}

/** The operation's opposite. */
export function inverse(operation: Operation): Operation {
  switch (operation.kind) {
    case "create":
      return removal(operation.entry);
    case "update":
      return replacement(operation.original, operation.entry);
    case "delete":
      return creation(operation.original);
  }
}

/** The changeset that leads back: the opposite of each operation, the last one first. */
export function reverse(operations: readonly Operation[]): Operation[] {
  return operations.toReversed().map(inverse);
}

/** What an operation is about, for handlers that go by kind. */
export function kindOfEntry(operation: Operation): string {
  return operation.kind === "delete" ? operation.original.kind : operation.entry.kind;
}
