/** Slots at the beginning; always a power of two. */
const SLOTS = 64;

/**
 * A map from whole numbers, for what comes and goes by the million. V8's own `Map` and `Set` leave each table that they
 * outgrow behind, still holding its entries and leading to the next table: once one of them is old, all that ever was in
 * the later ones stays until the next full collection, and every small collection has to carry it along.
 *
 * Open addressing; what is deleted leaves nothing behind.
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

  /** How many entries there are. */
  get size(): number {
    return this.#size;
  }

  /** The value of a number; undefined if it has none. */
  get(key: number): T | undefined {
    return this.#values[this.#slot(key)];
  }

  /** Gives a number its value. */
  set(key: number, value: T): void {
    const slot = this.#slot(key);
    const isNew = this.#values[slot] === undefined;
    this.#keys[slot] = key;
    this.#values[slot] = value;
    if (isNew && ++this.#size * 2 > this.#values.length) this.#grow();
  }

  /** Takes a number out. Answers whether it was there. */
  delete(key: number): boolean {
    let hole = this.#slot(key);
    const values = this.#values;
    if (values[hole] === undefined) return false;
    const keys = this.#keys;
    const mask = values.length - 1;
    this.#size--;
    // what was put further on because this slot was taken moves up
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

  /** The values, as they are now: what is taken out or added meanwhile changes nothing. */
  values(): T[] {
    return this.#values.filter((value) => value !== undefined);
  }

  /** Where a number is, or would be. */
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
