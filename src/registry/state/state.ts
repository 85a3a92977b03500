import type { Entry } from "../entry.ts";
import { RegistryError } from "../errors.ts";
import { Id, type IdLike, toId } from "../id.ts";
import { entryAfter, type Operation } from "../operation.ts";
import { type Patch, SortedEntries } from "./sorted_entries.ts";
import { Trie } from "./trie.ts";

/**
 * The entries that are in force at one time: immutable, ordered by namespace and name (by code point), looked up by
 * id. A changed state shares what did not change with the state it came from.
 */
export class State {
  static readonly empty = new State(Trie.empty, SortedEntries.empty, 0);
  readonly #byId: Trie;
  readonly #sorted: SortedEntries;
  #list: readonly Entry[] | undefined;

  private constructor(byId: Trie, sorted: SortedEntries, readonly size: number) {
    this.#byId = byId;
    this.#sorted = sorted;
  }

  /** The state of these entries; of several with one id the last counts. */
  static of(entries: Iterable<Entry>): State {
    const last = new Map<Id, Entry>();
    for (const entry of entries) last.set(entry.id, entry);
    return State.empty.#patched([...last]);
  }

  /** The entry of an id, if it is there. */
  get(id: IdLike): Entry | undefined {
    return this.#byId.get(toId(id));
  }

  /** Every entry, in order. */
  [Symbol.iterator](): IterableIterator<Entry> {
    return this.#sorted[Symbol.iterator]();
  }

  /** Every entry, in order. The list is made once and shared. */
  entries(): readonly Entry[] {
    return this.#list ??= Object.freeze([...this]);
  }

  /** The entries of a namespace, in order. A namespace is no part of another: `a` does not contain `a.b`. */
  namespace(namespace: string): Entry[] {
    return this.#sorted.namespace(namespace);
  }

  /** The entries that meet a condition, in order. */
  filter(condition: (entry: Entry) => boolean): Entry[] {
    const met: Entry[] = [];
    for (const chunk of this.#sorted.chunks) for (const entry of chunk) if (condition(entry)) met.push(entry);
    return met;
  }

  /**
   * The state after the operations, in their order.
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
 * Whether an operation fits what is there: a create nothing, an update an entry of the same kind, a delete an entry.
 *
 * @param found The entry that has the operation's id now.
 * @throws {RegistryError} `conflict` for a create of what is there, `not_found` for an update or delete of what is
 * not, `invalid` for an update that changes the kind.
 */
export function checkOperation(
  operation: { readonly kind: Operation["kind"]; readonly id: Id; readonly entry?: Entry },
  found: Entry | undefined,
): void {
  const { kind, id, entry } = operation;
  if (kind === "create") {
    if (found === undefined) return;
    throw new RegistryError("conflict", `cannot create ${id}: it exists`, { details: { id: id.text } });
  }
  if (found === undefined) {
    throw new RegistryError("not_found", `cannot ${kind} ${id}: there is no such entry`, { details: { id: id.text } });
  }
  if (entry !== undefined && entry.kind !== found.kind) {
    throw new RegistryError("invalid", `cannot update ${id}: its kind is ${found.kind}, not ${entry.kind}`, {
      details: { id: id.text, from: found.kind, to: entry.kind },
    });
  }
}
