import type { ThreadStatus } from "../protocol/mod.ts";

/** How long one call into user code may take where its spec says nothing, in milliseconds. */
export const DEFAULT_LIMIT = 1_000;

/**
 * The gate to user code: notes for the warden what the thread is about to enter, and for the slice what has to be
 * answered for if it is ended inside.
 */
export class Guard {
  readonly #status: ThreadStatus;
  /** Whether user code is running; stays true when it was ended from outside. */
  inside = false;
  /** Whether user code has run since this was last set to false: the clock may have moved far. */
  used = false;

  constructor(status: ThreadStatus) {
    this.#status = status;
  }

  /** User code is about to be entered in the name of a symbol and a process. */
  enter(symbol: { number: number; limit: number }, process: number): void {
    this.#status.enter(symbol.number, process, symbol.limit || DEFAULT_LIMIT);
    this.inside = true;
    this.used = true;
  }

  /** User code is over, its result copied out. */
  leave(): void {
    this.inside = false;
    this.#status.leave();
  }
}
