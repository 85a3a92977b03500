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
}

/** How many buckets are kept; beyond it the one that was used longest ago is forgotten. */
const MOST = 100_000;
/** What rounding may take from a token. */
const ROUNDING = 1e-9;

/** Token buckets by key. A key that has no bucket has a full one. */
export class Buckets {
  /** By key, the one that was used longest ago first. */
  readonly #buckets = new Map<string, Bucket>();

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
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
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
    let count = 0;
    for (const [key, bucket] of this.#buckets) {
      if (count++ === 2 || (this.#buckets.size < MOST && filled(bucket, now, rate) < rate.burst)) return;
      this.#buckets.delete(key);
    }
  }
}

/** Returns how many tokens a bucket has by now. A clock that was set back adds none. */
function filled({ tokens, at }: Bucket, now: number, { limit, interval, burst }: Rate): number {
  return Math.min(burst, tokens + Math.max(0, now - at) * limit / interval);
}
