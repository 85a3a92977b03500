import { RegistryError } from "../errors.ts";

/** Runs functions one after another, in the order in which they came. */
export class Lock {
  #last: Promise<void> = Promise.resolve();

  /**
   * Runs a function once all before it have ended.
   *
   * @param signal Ends the wait, but not a function that runs already.
   * @throws {RegistryError} `canceled`, if the signal is aborted during the wait. Otherwise whatever `work` throws.
   */
  async run<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise: turn, resolve: end } = Promise.withResolvers<void>();
    this.#last = turn;
    try {
      await (signal === undefined ? before : earlier(before, signal));
      if (signal?.aborted) {
        throw new RegistryError("canceled", "canceled while waiting for another change", { cause: signal.reason });
      }
      return await work();
    } finally {
      // A function that gives up early must not start the next one before those ahead of it have ended.
      before.then(end);
    }
  }
}

/** Resolves when a promise has resolved or a signal is aborted. */
async function earlier(before: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const abort = () => resolve();
  signal.addEventListener("abort", abort);
  if (!signal.aborted) await Promise.race([before, aborted]);
  signal.removeEventListener("abort", abort);
}
