/** Wakes its subscribers when something may have changed. */
export class Signal {
  readonly #subscriptions = new Set<Subscription>();
  #closed = false;

  /** Returns a subscription that counts notifications from now on. */
  subscribe(): Subscription {
    const subscription = new Subscription(() => this.#subscriptions.delete(subscription));
    this.#subscriptions.add(subscription);
    if (this.#closed) subscription.end();
    return subscription;
  }

  /** Wakes all subscribers. */
  notify(): void {
    for (const subscription of this.#subscriptions) subscription.notify();
  }

  /** Ends every subscription, current and future. */
  close(): void {
    this.#closed = true;
    for (const subscription of [...this.#subscriptions]) subscription.end();
  }
}

/** A subscription to a signal. Notifications between two waits are not lost; several count as one. */
export class Subscription implements Disposable {
  #notified = false;
  #ended = false;
  #wake: (() => void) | undefined;
  readonly #leave: () => void;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  /** Whether no more notifications come. */
  get ended(): boolean {
    return this.#ended;
  }

  notify(): void {
    this.#notified = true;
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#leave();
    this.#wake?.();
  }

  /** Waits for a notification since the last wait, or the end of the subscription. */
  async next(): Promise<void> {
    while (!this.#notified && !this.#ended) {
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
    this.#notified = false;
  }

  [Symbol.dispose](): void {
    this.end();
  }
}
