/** How long a test may take in real time. */
export class RealLimit implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;

  /** @param ms In milliseconds. */
  constructor(readonly ms: number) {
    this.#timer = setTimeout(() => this.#controller.abort(), ms);
  }

  /** Aborted when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What to say then. */
  get message(): string {
    return `the test did not end within ${this.ms} ms of real time`;
  }

  /** Stops the time. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
