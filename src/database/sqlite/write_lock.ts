import type { QueryOptions } from "../database.ts";

/** Who of a program may write to a file: one at a time, in the order in which they have asked. */
export class WriteLock {
  #isTaken = false;
  readonly #waiting: (() => void)[] = [];

  /** Takes the lock if it is free. */
  take(): boolean {
    if (this.#isTaken) return false;
    return this.#isTaken = true;
  }

  /** Waits for the lock. @throws {unknown} The reason of the signal, when it is aborted before. */
  async wait(options: QueryOptions): Promise<void> {
    if (this.take()) return;
    const signal = options.signal ?? options.signalOf?.();
    await new Promise<void>((resolve, reject) => {
      const turn = () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(signal!.reason);
      };
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", abort, { once: true });
      this.#waiting.push(turn);
    });
  }

  /** Gives the lock to who has waited longest. */
  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#isTaken = false;
    else next();
  }
}
