/** Upper bounds of the buckets for request durations, in seconds. One more bucket counts everything above. */
export const DURATION_BOUNDS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30];

/** Counts the responses of all listeners. */
export class Traffic {
  readonly #statuses = new Map<number, number>();
  /** The number of responses in each bucket. */
  readonly durations: number[] = new Array(DURATION_BOUNDS.length + 1).fill(0);
  /** The sum of all durations, in seconds. */
  seconds = 0;

  /** The number of responses by status. */
  get statuses(): ReadonlyMap<number, number> {
    return this.#statuses;
  }

  /** Counts a response. @param ms Its duration, in milliseconds. */
  count(status: number, ms: number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    const seconds = ms / 1_000;
    let bucket = 0;
    while (bucket < DURATION_BOUNDS.length && seconds > DURATION_BOUNDS[bucket]!) bucket++;
    this.durations[bucket]!++;
    this.seconds += seconds;
  }
}
