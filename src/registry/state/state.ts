import type { Entry } from "../entry.ts";
import { RegistryError } from "../errors.ts";
import { Id, type IdLike, toId } from "../id.ts";
import { entryAfter, type Operation } from "../operation.ts";
import { type Patch, SortedEntries } from "./sorted_entries.ts";
import { Trie } from "./trie.ts";

/**
 * An immutable set of entries, ordered by namespace and name (by code point) and indexed by id. A changed state shares
 * whatever did not change with the state it came from.
 */
export class State {
  /** The state without entries. */
  static readonly empty: State = new State(Trie.empty, SortedEntries.empty, 0);
  readonly #byId: Trie;
  readonly #sorted: SortedEntries;
  #list: readonly Entry[] | undefined;

  private constructor(byId: Trie, sorted: SortedEntries, readonly size: number) {
    this.#byId = byId;
    this.#sorted = sorted;
  }

  /** Returns the state of these entries; of several with the same id the last counts. */
  static of(entries: Iterable<Entry>): State {
    const last = new Map<Id, Entry>();
    for (const entry of entries) last.set(entry.id, entry);
    return State.empty.#patched([...last]);
  }

  /** Returns the entry of an id; undefined if it does not exist. */
  get(id: IdLike): Entry | undefined {
    return this.#byId.get(toId(id));
  }

  /** Yields every entry, in order. */
  [Symbol.iterator](): IterableIterator<Entry> {
    return this.#sorted[Symbol.iterator]();
  }

  /** Returns every entry, in order. The list is created once and shared. */
  entries(): readonly Entry[] {
    return this.#list ??= Object.freeze([...this]);
  }

  /** Returns the entries of a namespace, in order. Namespaces do not nest: `a` does not contain `a.b`. */
  namespace(namespace: string): Entry[] {
    return this.#sorted.namespace(namespace);
  }

  /** Returns the entries that meet a condition, in order. */
  filter(condition: (entry: Entry) => boolean): Entry[] {
    const met: Entry[] = [];
    for (const chunk of this.#sorted.chunks) for (const entry of chunk) if (condition(entry)) met.push(entry);
    return met;
  }

  /**
   * Returns the state after operations, carried out in their order.
   *
   * @throws {RegistryError} `conflict`, `not_found` or `invalid`, if one does not fit; see `checkOperation`.
   */
  apply(operations: readonly Operation[]): State {
    const changed = new Map<Id, Entry | undefined>();
    for (const operation of operations) {
      const { id } = operation;
      checkOperation(operation, changed.has(id) ? changed.get(id) : this.#byId.get(id));
      changed.set(id, entryAfter(operation));
    }
    return this.#patched([...changed]);
  }

  #patched(patches: Patch[]): State {
    if (patches.length === 0) return this;
    if (patches.length > 1) patches.sort(([a], [b]) => Id.compare(a, b));
    let { size } = this;
    let byId = this.#byId;
    for (const [id, entry] of patches) {
      if (byId.get(id) !== undefined) size--;
      if (entry !== undefined) size++;
      byId = entry === undefined ? byId.without(id) : byId.with(entry);
    }
    return new State(byId, this.#sorted.patched(patches), size);
  }
}

/**
 * Checks that an operation fits: a create needs no entry, an update one of the same kind, a delete any.
 *
 * @param found The current entry of the operation's id.
 * @throws {RegistryError} `conflict` for a create of an existing entry, `not_found` for an update or delete of a missing
 * one, `invalid` for an update that changes the kind.
 */
export function checkOperation(
  operation: { readonly kind: Operation["kind"]; readonly id: Id; readonly entry?: Entry },
  found: Entry | undefined,
): void {
  const { kind, id, entry } = operation;
  if (kind === "create") {
    if (found === undefined) return;
    throw new RegistryError("conflict", `cannot create ${id}: it exists already`, { details: { id: id.text } });
  }
  if (found === undefined) {
    throw new RegistryError("not_found", `cannot ${kind} ${id}: no such entry`, { details: { id: id.text } });
  }
  if (entry !== undefined && entry.kind !== found.kind) {
    throw new RegistryError("invalid", `cannot update ${id}: its kind is ${found.kind}, not ${entry.kind}`, {
      details: { id: id.text, from: found.kind, to: entry.kind },
    });
  }
}
