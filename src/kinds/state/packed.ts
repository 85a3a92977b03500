/** Many byte strings as one, which SQLite takes apart: a parameter is cheaper than many. */
export class Packed {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** Adds one. @returns Where it begins, counted from 1 as `substr` does. */
  add(bytes: Uint8Array): number {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this.#length - bytes.length + 1;
  }

  /** Returns all of them, one behind the other. */
  join(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}
