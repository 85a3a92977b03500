/** Upper bounds of the buckets that durations of requests are counted in, in seconds; the last one takes the rest. */
export const DURATION_BOUNDS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30];

/** What listeners have answered so far. */
export class Traffic {
  readonly #statuses = new Map<number, number>();
  /** How many took up to each bound and longer than the one before. */
  readonly durations: number[] = new Array(DURATION_BOUNDS.length + 1).fill(0);
  /** All durations together, in seconds. */
  seconds = 0;

  /** Answers by their status. */
  get statuses(): ReadonlyMap<number, number> {
    return this.#statuses;
  }

  /** Counts an answer. @param ms How long it took, in milliseconds. */
  count(status: number, ms: number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    const seconds = ms / 1_000;
    let bucket = 0;
    while (bucket < DURATION_BOUNDS.length && seconds > DURATION_BOUNDS[bucket]!) bucket++;
    this.durations[bucket]!++;
    this.seconds += seconds;
  }
}
