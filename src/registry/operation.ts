import type { Entry, EntryInput } from "./entry.ts";
import type { Id, IdLike } from "./id.ts";

/** A change that a caller asks for. The registry adds what was there before. */
export type Change =
  | { readonly kind: "create" | "update"; readonly entry: EntryInput }
  | { readonly kind: "delete"; readonly id: IdLike };

/** Creates the changes that `Registry.apply` takes. */
export const change = {
  /** Adds an entry that does not exist yet. */
  create: (entry: EntryInput): Change => ({ kind: "create", entry }),
  /** Replaces the entry of the same id and kind. */
  update: (entry: EntryInput): Change => ({ kind: "update", entry }),
  /** Removes an entry. */
  delete: (id: IdLike): Change => ({ kind: "delete", id }),
};

/**
 * A change as it is carried out and stored: with the entry that was there before, so that it can be reversed. A list
 * of operations, a changeset, turns one state into another.
 */
export type Operation =
  | { readonly kind: "create"; readonly id: Id; readonly entry: Entry }
  | { readonly kind: "update"; readonly id: Id; readonly entry: Entry; readonly original: Entry }
  | { readonly kind: "delete"; readonly id: Id; readonly original: Entry };

/** Returns the operation that adds an entry. */
export function creation(entry: Entry): Operation {
  return { kind: "create", id: entry.id, entry };
}

/** Returns the operation that replaces `original` with an entry. */
export function replacement(entry: Entry, original: Entry): Operation {
  return { kind: "update", id: entry.id, entry, original };
}

/** Returns the operation that removes `original`. */
export function removal(original: Entry): Operation {
  return { kind: "delete", id: original.id, original };
}

/** Returns the entry after an operation; undefined for a delete. */
export function entryAfter(operation: Operation): Entry | undefined {
  return operation.kind === "delete" ? undefined : operation.entry;
}

/** Returns the entry before an operation; undefined for a create. */
export function entryBefore(operation: Operation): Entry | undefined {
  return operation.kind === "create" ? undefined : operation.original;
}

/** Returns the operation that reverses an operation. */
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

/** Returns the changeset that reverses a changeset: the inverse of each operation, in reverse order. */
export function reverse(operations: readonly Operation[]): Operation[] {
  return operations.toReversed().map(inverse);
}

/** Returns the kind of the entry that an operation is on. */
export function kindOfEntry(operation: Operation): string {
  return operation.kind === "delete" ? operation.original.kind : operation.entry.kind;
}
