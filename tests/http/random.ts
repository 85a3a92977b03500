/** Numbers that look random and are the same in every run, so that a failure can be seen again. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % end;
  }

  /** One of the items. */
  of<T>(items: ArrayLike<T>): T {
    return items[this.below(items.length)]!;
  }

  /** As many results as a number below `end`. */
  some<T>(end: number, make: () => T): T[] {
    return Array.from({ length: this.below(end) }, make);
  }

  bytes(end: number): Uint8Array {
    return Uint8Array.from(this.some(end, () => this.below(256)));
  }

  /** Well-formed text of the given characters. */
  text(end: number, alphabet: readonly string[]): string {
    return this.some(end, () => this.of(alphabet)).join("");
  }
}

/** Characters that mean something to some format, or take several bytes. */
export const CHARACTERS = [
  ..."ab 01+&=%;:,'\"\\/?#[]{}()<>*~!-_.\t\r\n\0é漢🙂\u2028",
  "__proto__",
  "%41",
  "%zz",
  "%ff",
];
