/** A counter in shared memory that one thread increments to wake another, without the event loop of either. */
export class Signal {
  readonly #words: Int32Array;
  readonly #index: number;

  /**
   * @param words Shared by both threads.
   * @param index The word that holds the counter.
   */
  constructor(words: Int32Array, index: number) {
    this.#words = words;
    this.#index = index;
  }

  /** How often `notify` has been called. */
  get count(): number {
    return Atomics.load(this.#words, this.#index);
  }

  /** Wakes the thread that waits. */
  notify(): void {
    Atomics.add(this.#words, this.#index, 1);
    Atomics.notify(this.#words, this.#index);
  }

  /**
   * Blocks the calling thread until `notify` is called. Returns at once if that has happened since `count` was read.
   *
   * @param count As read before the caller last looked for work.
   * @param timeout In milliseconds.
   */
  wait(count: number, timeout: number): void {
    Atomics.wait(this.#words, this.#index, count, timeout);
  }
}
