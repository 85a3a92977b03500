import { RegistryError } from "../errors.ts";

/** Lets one run after another, in the order they came. */
export class Lock {
  #last: Promise<void> = Promise.resolve();

  /**
   * Runs something once all that came before has ended.
   *
   * @param signal Ends the wait, not what runs.
   * @throws {RegistryError} `canceled`, if the signal is aborted before its turn comes; else what `work` throws.
   */
  async run<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise: turn, resolve: end } = Promise.withResolvers<void>();
    this.#last = turn;
    try {
      await (signal === undefined ? before : earlier(before, signal));
      if (signal?.aborted) {
        throw new RegistryError("canceled", "canceled before its turn came", { cause: signal.reason });
      }
      return await work();
    } finally {
      // Who gives up early must not let the next one in before those who are still ahead.
      before.then(end);
    }
  }
}

/** Resolves when something has ended, or the signal is aborted. */
async function earlier(before: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const abort = () => resolve();
  signal.addEventListener("abort", abort);
  if (!signal.aborted) await Promise.race([before, aborted]);
  signal.removeEventListener("abort", abort);
}
