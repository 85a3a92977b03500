/** How long background work may hold the event loop at a time, in milliseconds. */
const TURN = 2;

/** Lets the event loop turn whenever background work has held it too long, so that requests are not delayed. */
export class Yielder {
  #since = performance.now();
  #turn: Promise<void> | undefined;

  /** Waits for a turn of the event loop if one is due. Call it before each piece of work. */
  async yieldIfDue(): Promise<void> {
    while (this.#turn !== undefined || performance.now() - this.#since > TURN) {
      this.#turn ??= new Promise((resolve) =>
        setImmediate(() => {
          this.#turn = undefined;
          this.#since = performance.now();
          resolve();
        })
      );
      await this.#turn;
    }
  }
}
