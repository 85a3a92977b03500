/** Numbers that look random and can be had again from their seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)]!;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    return shuffled;
  }
}

/** Every run of the tests has another seed, which is printed; `WEFT_SEED` repeats one. */
const SEED = Number(Deno.env.get("WEFT_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);

/**
 * Runs a check for as many cases as are asked for, each with random numbers of its own. An error names the case.
 *
 * @param name Gives this property other numbers than the next one.
 */
export async function forAll(
  name: string,
  cases: number,
  check: (random: Random) => void | Promise<void>,
): Promise<void> {
  console.log(`${name}: ${cases} cases, WEFT_SEED=${SEED}`);
  const start = [...name].reduce((hash, letter) => Math.imul(hash, 31) + letter.charCodeAt(0), SEED);
  for (let i = 0; i < cases; i++) {
    try {
      await check(new Random(Math.imul(start + i, 0x9e3779b1)));
    } catch (cause) {
      throw new Error(`${name}: case ${i} of seed ${SEED}: ${(cause as Error).message}`, { cause });
    }
  }
}
