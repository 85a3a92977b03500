/** Wakes those who wait for something to have changed. */
export class Bell {
  readonly #listeners = new Set<Listener>();
  #closed = false;

  /** Listens from now on. */
  listen(): Listener {
    const listener = new Listener(() => this.#listeners.delete(listener));
    this.#listeners.add(listener);
    if (this.#closed) listener.end();
    return listener;
  }

  ring(): void {
    for (const listener of this.#listeners) listener.hear();
  }

  /** Ends every listening, now and later. */
  close(): void {
    this.#closed = true;
    for (const listener of [...this.#listeners]) listener.end();
  }
}

/** One who listens. A ring between two waits is not lost; several count as one. */
export class Listener implements Disposable {
  #heard = false;
  #ended = false;
  #wake: (() => void) | undefined;
  readonly #leave: () => void;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  get ended(): boolean {
    return this.#ended;
  }

  hear(): void {
    this.#heard = true;
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#leave();
    this.#wake?.();
  }

  /** Resolves once the bell has rung since the last wait, or the listening has ended. */
  async next(): Promise<void> {
    while (!this.#heard && !this.#ended) {
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
    this.#heard = false;
  }

  [Symbol.dispose](): void {
    this.end();
  }
}
