/** The first wait, in milliseconds. The first start of all does not wait. */
const FIRST = 100;
/** The longest wait, in milliseconds. */
const LONGEST = 30_000;
/** How long an engine has to serve for the next start not to wait, in milliseconds. */
const CALM = 60_000;

/** How long to wait before an engine is started again: not at all at first, then longer each time. */
export class Backoff {
  #wait = 0;
  #servedAt: number | undefined;

  /** Notes that the engine serves. */
  served(): void {
    this.#servedAt = performance.now();
  }

  /** Returns how long to wait now that the engine has ended, in milliseconds. */
  next(): number {
    if (this.#servedAt !== undefined && performance.now() - this.#servedAt >= CALM) this.#wait = 0;
    this.#servedAt = undefined;
    const wait = this.#wait;
    this.#wait = wait === 0 ? FIRST : Math.min(wait * 2, LONGEST);
    return wait;
  }
}
