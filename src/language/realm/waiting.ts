import type { Value } from "../../value/mod.ts";

/** A call that waits for a timer or for the platform. It is resumed or cancelled, once. */
export class Waiting {
  /** Milliseconds until its next timer is due; Infinity if it has none. */
  readonly delay: number;
  readonly #call: WaitingCall;

  constructor(delay: number, call: WaitingCall) {
    this.delay = delay;
    this.#call = call;
  }

  /** Calls a function once, when there is something else to go on with. */
  onReady(notify: () => void): void {
    this.#call.onReady(notify);
  }

  /**
   * Runs what is due. Must be called inside a timed slice, which may stop it anywhere.
   *
   * @returns As a call does.
   */
  resume(): Value | undefined | Waiting {
    return this.#call.resume();
  }

  /** Ends the call: what it has left pending never runs. */
  cancel(): void {
    this.#call.cancel();
  }
}

/** What a `Waiting` stands for. */
export interface WaitingCall {
  onReady(notify: () => void): void;
  resume(): Value | undefined | Waiting;
  cancel(): void;
}
