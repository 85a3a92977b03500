import { asError } from "../../value/mod.ts";

/** How many are done at once at most. */
const MOST = 500;
/** How many bytes these have at most, unless one alone has more. */
const LARGEST = 4 * 2 ** 20;

interface Waiting<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: Error): void;
}

/**
 * Does together what is asked for at the same time: while some are under way, the others wait, and are the next batch. So
 * that many share a message to the database, and a commit.
 */
export class Batches<Item, Result> {
  readonly #carryOut: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #sizeOf: (item: Item) => number;
  #waiting: Waiting<Item, Result>[] = [];
  #isRunning = false;

  /**
   * @param carryOut Does several, and returns their results in the same order.
   * @param sizeOf Returns how many bytes one has, roughly.
   */
  constructor(
    carryOut: (items: readonly Item[]) => Promise<readonly Result[]>,
    sizeOf: (item: Item) => number = () => 0,
  ) {
    this.#carryOut = carryOut;
    this.#sizeOf = sizeOf;
  }

  /** Does one. @throws {Error} Why its batch has failed. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#isRunning) return;
      this.#isRunning = true;
      // those of one turn of the event loop belong together
      queueMicrotask(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#next();
      try {
        const results = await this.#carryOut(batch.map(({ item }) => item));
        for (const [at, { resolve }] of batch.entries()) resolve(results[at]!);
      } catch (thrown) {
        for (const { reject } of batch) reject(asError(thrown));
      }
    }
    this.#isRunning = false;
  }

  /** Removes the next ones that are done together. */
  #next(): Waiting<Item, Result>[] {
    let count = 0;
    let size = 0;
    for (const { item } of this.#waiting) {
      size += this.#sizeOf(item);
      if (count === MOST || count > 0 && size > LARGEST) break;
      count++;
    }
    const next = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return next;
  }
}
