import type { Status } from "../protocol/mod.ts";

/** The time limit of a call into user code whose spec sets none, in milliseconds. */
export const DEFAULT_LIMIT = 1_000;

/**
 * How soon the end of a slice may come when user code returns, in milliseconds. What the engine does next must not be cut
 * short, so a call that returns later than that is stopped, as if it had not returned.
 */
const CLOSE_CALL = 1;

/**
 * The gate to user code: records for the warden which call the thread is in, and for the slice whether a call was
 * stopped inside user code.
 */
export class Guard {
  readonly #status: Status;
  /** Whether user code is running. Stays true if the call was stopped from outside. */
  inside = false;
  /** The time limit of the call that was entered last, in milliseconds. */
  limit = DEFAULT_LIMIT;
  /** Whether user code has run since this was last set to false, so that much time may have passed. */
  used = false;
  /** Returns the time until the call is stopped from outside, in milliseconds. Set for a call with a slice of its own. */
  timeLeft: (() => number) | undefined;

  constructor(status: Status) {
    this.#status = status;
  }

  /** Records that user code is about to run for a symbol and a process. */
  enter(symbol: { number: number; limit: number }, process: number): void {
    this.limit = symbol.limit || DEFAULT_LIMIT;
    this.#status.enter(symbol.number, process, this.limit);
    this.inside = true;
    this.used = true;
  }

  /** Records that user code has returned and its result is copied out. Waits to be stopped if that is about to happen. */
  leave(): void {
    if (this.timeLeft !== undefined && this.timeLeft() < CLOSE_CALL) { for (;;); }
    this.inside = false;
    this.#status.leave();
  }
}
