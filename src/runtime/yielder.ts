/** How long work that can wait may hold the event loop at a time, in milliseconds. */
const TURN = 2;

/** Lets the event loop turn where work that can wait has held it long enough, so that requests are not kept waiting. */
export class Yielder {
  #since = performance.now();
  #turn: Promise<void> | undefined;

  /** Call before each piece of work. */
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
