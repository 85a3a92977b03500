import type { Entry } from "../entry.ts";
import type { Id } from "../id.ts";

const BITS = 5;
const MASK = (1 << BITS) - 1;
const HASH_BITS = 32;

type Slot = Entry | Node | Bucket;

/** Up to 32 slots, of which those whose bit is set are stored. */
class Node {
  constructor(readonly bitmap: number, readonly slots: readonly Slot[]) {}
}

/** Entries with different ids of the same hash. */
class Bucket {
  constructor(readonly entries: readonly Entry[]) {}
}

/**
 * An immutable hash map from ids to entries (a hash array mapped trie of 32 ways). A change copies the few nodes on its
 * path and shares all others with the map that it came from.
 */
export class Trie {
  static readonly empty: Trie = new Trie(new Node(0, []));

  private constructor(readonly root: Node) {}

  /** Returns the entry of an id; undefined if it does not exist. */
  get(id: Id): Entry | undefined {
    let slot: Slot | undefined = this.root;
    for (let shift = 0; slot instanceof Node; shift += BITS) {
      const bit = 1 << ((id.hash >>> shift) & MASK);
      slot = (slot.bitmap & bit) === 0 ? undefined : slot.slots[position(slot.bitmap, bit)];
    }
    if (slot instanceof Bucket) return slot.entries.find((entry) => entry.id === id);
    return slot?.id === id ? slot : undefined;
  }

  /** Returns the map with an entry added, or put in place of the one of the same id. */
  with(entry: Entry): Trie {
    return new Trie(insert(this.root, 0, entry));
  }

  /** Returns the map without the entry of an id. */
  without(id: Id): Trie {
    const root = remove(this.root, 0, id);
    return root === this.root ? this : root === undefined ? Trie.empty : new Trie(root as Node);
  }
}

function insert(node: Node, shift: number, entry: Entry): Node {
  const bit = 1 << ((entry.id.hash >>> shift) & MASK);
  const at = position(node.bitmap, bit);
  if ((node.bitmap & bit) === 0) return new Node(node.bitmap | bit, node.slots.toSpliced(at, 0, entry));
  return new Node(node.bitmap, node.slots.with(at, join(node.slots[at]!, shift + BITS, entry)));
}

function join(slot: Slot, shift: number, entry: Entry): Slot {
  if (slot instanceof Node) return insert(slot, shift, entry);
  if (slot instanceof Bucket) return new Bucket([...slot.entries.filter((other) => other.id !== entry.id), entry]);
  if (slot.id === entry.id) return entry;
  if (shift >= HASH_BITS) return new Bucket([slot, entry]);
  const lone = new Node(1 << ((slot.id.hash >>> shift) & MASK), [slot]);
  return insert(lone, shift, entry);
}

/** Returns the slot without the entry: undefined if nothing is left, the slot itself if the entry was not in it. */
function remove(slot: Slot, shift: number, id: Id): Slot | undefined {
  if (slot instanceof Node) {
    const bit = 1 << ((id.hash >>> shift) & MASK);
    if ((slot.bitmap & bit) === 0) return slot;
    const at = position(slot.bitmap, bit);
    const before = slot.slots[at]!;
    const after = remove(before, shift + BITS, id);
    if (after === before) return slot;
    if (after !== undefined) return new Node(slot.bitmap, slot.slots.with(at, after));
    return slot.slots.length === 1 ? undefined : new Node(slot.bitmap & ~bit, slot.slots.toSpliced(at, 1));
  }
  if (slot instanceof Bucket) {
    const entries = slot.entries.filter((entry) => entry.id !== id);
    if (entries.length === slot.entries.length) return slot;
    return entries.length === 0 ? undefined : new Bucket(entries);
  }
  return slot.id === id ? undefined : slot;
}

/** Returns the number of bits of the map that are set below the given one. */
function position(bitmap: number, bit: number): number {
  let n = bitmap & (bit - 1);
  n -= (n >>> 1) & 0x55555555;
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
