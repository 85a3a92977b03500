import type { Change } from "./kv_store.ts";

/** A change that is to be told. */
export interface Told {
  readonly change: Change;
  /** Whether changes of the key came before it that were not told. */
  readonly hasMissed: boolean;
}

/** Takes changes. Resolves when one was told; false if it is to be told again later. */
export type ChangeTaker = (told: Told) => Promise<boolean>;

/** How long to wait before what could not be told is told again, in milliseconds. */
const PAUSE = 100;

/** Changes that wait to be told, the last one of each key. Of one key, one is told at a time. */
export class ChangeQueue {
  readonly #waiting = new Map<string, Told>();
  readonly #running = new Set<string>();
  readonly #most: number;
  #taker: ChangeTaker | undefined;
  #concurrency = 1;
  #pause: ReturnType<typeof setTimeout> | undefined;

  /** @param most How many keys may wait. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many more keys may wait. */
  get room(): number {
    return this.#most - this.#waiting.size;
  }

  /** Adds a change. One of the same key that waits is not told. */
  push(change: Change, hasMissed: boolean): void {
    const before = this.#waiting.get(change.key);
    this.#waiting.set(change.key, { change, hasMissed: hasMissed || before !== undefined });
    this.#go();
  }

  /** Tells changes to a taker from now on. */
  attach(taker: ChangeTaker, concurrency: number): void {
    this.#taker = taker;
    this.#concurrency = concurrency;
    this.#go();
  }

  /** Tells nothing more to a taker, unless another one was attached since. */
  detach(taker: ChangeTaker): void {
    if (this.#taker !== taker) return;
    this.#taker = undefined;
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  #go(): void {
    if (this.#pause !== undefined) return;
    for (const [key, told] of this.#waiting) {
      if (this.#taker === undefined || this.#running.size >= this.#concurrency) return;
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      this.#running.add(key);
      void this.#tell(this.#taker, key, told);
    }
  }

  async #tell(taker: ChangeTaker, key: string, told: Told): Promise<void> {
    const isTold = await taker(told);
    this.#running.delete(key);
    if (!isTold) {
      const newer = this.#waiting.get(key);
      this.#waiting.set(key, newer === undefined ? told : { change: newer.change, hasMissed: true });
      if (this.#taker !== undefined) {
        this.#pause ??= setTimeout(() => {
          this.#pause = undefined;
          this.#go();
        }, PAUSE);
      }
    }
    this.#go();
  }
}
