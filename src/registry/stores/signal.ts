/** Wakes those who wait for something to have changed. */
export class Signal {
  readonly #subscriptions = new Set<Subscription>();
  #closed = false;

  /** Listens from now on. */
  subscribe(): Subscription {
    const subscription = new Subscription(() => this.#subscriptions.delete(subscription));
    this.#subscriptions.add(subscription);
    if (this.#closed) subscription.end();
    return subscription;
  }

  notify(): void {
    for (const subscription of this.#subscriptions) subscription.notify();
  }

  /** Ends every listening, now and later. */
  close(): void {
    this.#closed = true;
    for (const subscription of [...this.#subscriptions]) subscription.end();
  }
}

/** One who listens. A ring between two waits is not lost; several count as one. */
export class Subscription implements Disposable {
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

  notify(): void {
    this.#heard = true;
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#leave();
    this.#wake?.();
  }

  /** Resolves once the signal has rung since the last wait, or the listening has ended. */
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
