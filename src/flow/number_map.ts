/** The initial number of slots, a power of two. */
const SLOTS = 64;

/**
 * A map from integers, for entries that come and go by the million. When V8's own `Map` or `Set` grows, the old table
 * keeps its entries and a reference to the new table: once an old table is in the old generation of the heap,
 * everything that was ever in the later ones stays until the next full collection, and every minor collection has to
 * copy it.
 *
 * Uses open addressing without tombstones.
 *
 * @example
 * ```ts
 * const map = new NumberMap<Process>();
 * map.set(process.number, process);
 * map.get(process.number); // the process
 * ```
 */
export class NumberMap<T extends object> {
  #keys: number[] = new Array<number>(SLOTS).fill(0);
  #values: (T | undefined)[] = new Array<T | undefined>(SLOTS).fill(undefined);
  #size = 0;

  /** The number of entries. */
  get size(): number {
    return this.#size;
  }

  /** Returns the value of a key, or undefined. */
  get(key: number): T | undefined {
    return this.#values[this.#slot(key)];
  }

  /** Sets the value of a key. */
  set(key: number, value: T): void {
    const slot = this.#slot(key);
    const isNew = this.#values[slot] === undefined;
    this.#keys[slot] = key;
    this.#values[slot] = value;
    if (isNew && ++this.#size * 2 > this.#values.length) this.#grow();
  }

  /** Deletes a key. Returns whether it was present. */
  delete(key: number): boolean {
    let hole = this.#slot(key);
    const values = this.#values;
    if (values[hole] === undefined) return false;
    const keys = this.#keys;
    const mask = values.length - 1;
    this.#size--;
    // entries that were placed further on because this slot was taken move up
    for (let at = (hole + 1) & mask; values[at] !== undefined; at = (at + 1) & mask) {
      const home = keys[at]! & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      keys[hole] = keys[at]!;
      values[hole] = values[at];
      hole = at;
    }
    values[hole] = undefined;
    return true;
  }

  /** Returns a copy of the values, so that the map may change while they are iterated. */
  values(): T[] {
    return this.#values.filter((value) => value !== undefined);
  }

  /** Returns the slot that a key is in, or would be put in. */
  #slot(key: number): number {
    const keys = this.#keys;
    const values = this.#values;
    const mask = values.length - 1;
    let at = key & mask;
    while (values[at] !== undefined && keys[at] !== key) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Array<number>(values.length * 2).fill(0);
    this.#values = new Array<T | undefined>(values.length * 2).fill(undefined);
    for (let at = 0; at < values.length; at++) {
      const value = values[at];
      if (value === undefined) continue;
      const slot = this.#slot(keys[at]!);
      this.#keys[slot] = keys[at]!;
      this.#values[slot] = value;
    }
  }
}
