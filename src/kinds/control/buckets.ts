/** How many tokens a bucket gets and holds. */
export interface Rate {
  /** How many tokens come in an interval. */
  readonly limit: number;
  /** The interval, in milliseconds. */
  readonly interval: number;
  /** How many tokens a bucket holds at most. */
  readonly burst: number;
}

/** A bucket, as it was when it was last used. */
interface Bucket {
  tokens: number;
  at: number;
  /** The number of the use. */
  use: number;
}

/** A bucket that was the oldest. */
interface Oldest {
  readonly key: string;
  readonly bucket: Bucket;
  /** The number of its use then: with another one it is not the oldest any more. */
  readonly use: number;
}

/** How many buckets are kept; beyond it the one that was used longest ago is forgotten. */
const MOST = 100_000;
/** What rounding may take from a token. */
const ROUNDING = 1e-9;

/** Token buckets by key. A key that has no bucket has a full one. */
export class Buckets {
  /** By key, the one that was used longest ago first. */
  readonly #buckets = new Map<string, Bucket>();
  /** Goes on where it stopped: a map is slow to find its first entry once many before it were deleted. */
  #entries: MapIterator<[string, Bucket]> = this.#buckets.entries();
  #oldest: Oldest | undefined;
  #uses = 0;

  /** How many buckets are kept: those that are not full, as far as that is known. */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * Takes a token out of a bucket.
   *
   * @param now The time in milliseconds.
   * @returns 0, or how many milliseconds it takes until there is one.
   */
  take(key: string, now: number, rate: Rate): number {
    const { limit, interval, burst } = rate;
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now, use: 0 };
    bucket.use = ++this.#uses;
    this.#buckets.delete(key);
    this.#forgetFull(now, rate);
    this.#buckets.set(key, bucket);
    bucket.tokens = filled(bucket, now, rate);
    bucket.at = now;
    if (bucket.tokens < 1 - ROUNDING) return (1 - bucket.tokens) * interval / limit;
    bucket.tokens = Math.max(0, bucket.tokens - 1);
    return 0;
  }

  /** Forgets the oldest buckets if they are full, or too many: two at a time, so that their number falls. */
  #forgetFull(now: number, rate: Rate): void {
    for (let count = 0; count < 2; count++) {
      const oldest = this.#findOldest();
      if (oldest === undefined) return;
      if (this.#buckets.size < MOST && filled(oldest.bucket, now, rate) < rate.burst) return;
      this.#buckets.delete(oldest.key);
    }
  }

  #findOldest(): Oldest | undefined {
    const isThere = ({ key, bucket, use }: Oldest) => bucket.use === use && this.#buckets.get(key) === bucket;
    if (this.#oldest !== undefined && isThere(this.#oldest)) return this.#oldest;
    let next = this.#entries.next();
    if (next.done) next = (this.#entries = this.#buckets.entries()).next();
    this.#oldest = next.done ? undefined : { key: next.value[0], bucket: next.value[1], use: next.value[1].use };
    return this.#oldest;
  }
}

/** Returns how many tokens a bucket has by now. A clock that was set back adds none. */
function filled({ tokens, at }: Bucket, now: number, { limit, interval, burst }: Rate): number {
  return Math.min(burst, tokens + Math.max(0, now - at) * limit / interval);
}
