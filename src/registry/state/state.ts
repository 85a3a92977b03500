import type { Entry } from "../entry.ts";
import { RegistryError } from "../errors.ts";
import { Id, type IdLike, toId } from "../id.ts";
import { entryAfter, type Operation } from "../operation.ts";
import { ChunkIndex, type IndexedField } from "./chunk_index.ts";
import { type Patch, SortedEntries } from "./sorted_entries.ts";
import { Trie } from "./trie.ts";

/** What entries have in common that an index finds. */
export type Narrowing =
  | { readonly by: "namespace"; readonly namespace: string }
  | { readonly by: "kind"; accepts(kind: string): boolean }
  /** A field whose value is written as this text, or that is a list with such an item. */
  | { readonly by: "field"; readonly field: IndexedField; readonly text: string };

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

  /**
   * Returns the entries that meet a condition, in order.
   *
   * @param narrowing What every such entry has, which an index finds: only those are looked at. Default: all.
   */
  filter(condition: (entry: Entry) => boolean, narrowing?: Narrowing): Entry[] {
    if (narrowing?.by === "namespace") return this.namespace(narrowing.namespace).filter(condition);
    const met: Entry[] = [];
    const add = (entries: readonly Entry[]) => {
      for (const entry of entries) if (condition(entry)) met.push(entry);
    };
    for (const chunk of this.#sorted.chunks) {
      if (narrowing === undefined) add(chunk);
      else if (narrowing.by === "field") add(ChunkIndex.of(chunk).withText(narrowing.field, narrowing.text));
      else {
        const { kinds } = ChunkIndex.of(chunk);
        const accepted = [...kinds.keys()].filter(narrowing.accepts);
        // entries of several kinds are in order only in the chunk itself
        if (accepted.length === 1) add(kinds.get(accepted[0]!)!);
        else if (accepted.length > 1) add(chunk);
      }
    }
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
