/** Pseudo-random choices (mulberry32): the same seed gives the same choices. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Returns a number from 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Returns a whole number from 0 to below a limit. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** Returns a whole number between two, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: ArrayLike<T>): T {
    return items[this.below(items.length)]!;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    return shuffled;
  }

  /** Returns a list of up to `most` items. */
  list<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.int(0, most) }, make);
  }

  /** Returns a string of up to `most` of the pieces. */
  text(pieces: readonly string[], most: number): string {
    return this.list(most, () => this.pick(pieces)).join("");
  }

  /** Returns up to `most` bytes. */
  bytes(most: number): Uint8Array {
    return Uint8Array.from(this.list(most, () => this.below(256)));
  }
}

/** Characters that mean something in some format, or take several bytes. */
export const CHARACTERS = [
  ..."ab 01+&=%;:,'\"\\/?#[]{}()<>*~!-_.\t\r\n\0é漢🙂\u2028",
  "__proto__",
  "%41",
  "%zz",
  "%ff",
];

/** `WEFT_SEED` repeats a run. */
const GIVEN = Deno.env.get("WEFT_SEED");

/** Each run of the tests takes another seed. */
const SEED = Number(GIVEN ?? crypto.getRandomValues(new Uint32Array(1))[0]);

/**
 * Registers a test that takes random numbers. An error tells the seed that repeats it.
 *
 * @param fixed The seed unless `WEFT_SEED` gives one, where what the test compares with has faults of its own.
 */
export function seededTest(name: string, check: (random: Random) => void | Promise<void>, fixed?: number): void {
  Deno.test(name, seeded(check, GIVEN === undefined ? fixed : undefined));
}

/** Makes a test function of a check that takes random numbers, for a step. */
export function seeded(check: (random: Random) => void | Promise<void>, seed = SEED): () => Promise<void> {
  return async () => {
    try {
      await check(new Random(seed));
    } catch (cause) {
      throw repeatable("", cause, seed);
    }
  };
}

/**
 * Runs a check for a number of cases, each with random numbers of its own. An error tells the case and the seed that
 * repeats it.
 *
 * @param name Gives this property other numbers than the next one.
 */
export async function forAll(
  name: string,
  cases: number,
  check: (random: Random) => void | Promise<void>,
): Promise<void> {
  const start = [...name].reduce((hash, letter) => Math.imul(hash, 31) + letter.charCodeAt(0), SEED);
  for (let i = 0; i < cases; i++) {
    try {
      await check(new Random(Math.imul(start + i, 0x9e3779b1)));
    } catch (cause) {
      throw repeatable(`${name}: case ${i}: `, cause);
    }
  }
}

function repeatable(where: string, cause: unknown, seed = SEED): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new Error(`${where}${message}\n(WEFT_SEED=${seed} repeats this)`, { cause });
}
