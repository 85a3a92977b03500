import { asError } from "../../value/mod.ts";

/** How many are done at once at most. */
const MOST = 500;

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
  #waiting: Waiting<Item, Result>[] = [];
  #isRunning = false;

  /** @param carryOut Does several, and returns their results in the same order. */
  constructor(carryOut: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#carryOut = carryOut;
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
      const batch = this.#waiting.slice(0, MOST);
      this.#waiting = this.#waiting.slice(MOST);
      try {
        const results = await this.#carryOut(batch.map(({ item }) => item));
        for (const [at, { resolve }] of batch.entries()) resolve(results[at]!);
      } catch (thrown) {
        for (const { reject } of batch) reject(asError(thrown));
      }
    }
    this.#isRunning = false;
  }
}
