import { isMap, type Value } from "../value/mod.ts";
import type { Meta } from "./meta.ts";

/** What is known of a lease after somebody has asked for it. */
export interface Lease {
  /** Whether it is held by who asked. */
  readonly isHeld: boolean;
  /** Until when it is held, in milliseconds since 1970. */
  readonly until: number;
  /** What was saved with it last, by whoever held it; null if nothing was. */
  readonly data: Value;
}

/** What the store has of a lease. */
interface Stored {
  readonly owner: string;
  readonly until: number;
  readonly data: Value;
}

/** How often it is tried again at once if somebody else was faster. */
const ATTEMPTS = 5;

/**
 * Leases on a store: of several programs, one at a time holds the lease of a key, until it releases it, or has not asked
 * for it again for its time. They go by the clock of the store, if it has one: it is what `until` is stored by.
 *
 * Every method rejects with a `StorageError`: `unavailable` if the store cannot do that now or is closed.
 */
export class Leases {
  readonly #meta: Meta;
  readonly #owner: string;

  /** @param owner Names the program among all on the store. */
  constructor(meta: Meta, owner: string) {
    this.#meta = meta;
    this.#owner = owner;
  }

  /**
   * Takes a lease, or holds it for longer.
   *
   * @param now The time, in milliseconds since 1970.
   * @param ttl How long it is held without being asked for again, in milliseconds.
   */
  async acquire(key: string, now: number, ttl: number): Promise<Lease> {
    return await this.#write(key, now, ttl, undefined);
  }

  /**
   * Saves something with a lease, and holds it for longer.
   *
   * @returns The lease; nothing is saved if somebody else holds it.
   */
  async save(key: string, now: number, ttl: number, data: Value): Promise<Lease> {
    return await this.#write(key, now, ttl, data);
  }

  /** Lets others take a lease at once, if it is held. What was saved with it stays. */
  async release(key: string): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stored = await this.#meta.get(nameOf(key));
      const lease = storedOf(stored);
      if (lease?.owner !== this.#owner) return;
      if (await this.#meta.swap(nameOf(key), stored, { ...lease, until: 0 })) return;
    }
  }

  async #write(key: string, now: number, ttl: number, data: Value | undefined): Promise<Lease> {
    for (let attempt = 0;; attempt++) {
      const stored = await this.#meta.get(nameOf(key));
      // by the clock of the store, the times of several machines compare
      const offset = this.#meta.clockOffset ?? 0;
      const lease = moved(storedOf(stored), -offset);
      const isOwn = lease === undefined || lease.owner === this.#owner;
      // a clock that was set back does not make a lease last
      if (!isOwn && lease.until > now && lease.until <= now + 2 * ttl) return told(lease, false);
      const next: Stored = { owner: this.#owner, until: now + ttl, data: data ?? lease?.data ?? null };
      if (await this.#meta.swap(nameOf(key), stored, moved(next, offset) as unknown as Value)) return told(next, true);
      if (attempt === ATTEMPTS) return { isHeld: false, until: now, data: null };
    }
  }
}

/** Returns a lease by another clock. */
function moved<T extends Stored | undefined>(lease: T, offset: number): T {
  return lease === undefined || offset === 0 ? lease : { ...lease, until: lease.until + offset };
}

function told({ until, data }: Stored, isHeld: boolean): Lease {
  return { isHeld, until, data };
}

function nameOf(key: string): string {
  return `lease:${key}`;
}

function storedOf(value: Value | undefined): Stored | undefined {
  if (value === undefined || !isMap(value)) return undefined;
  const { owner, until, data = null } = value;
  return typeof owner === "string" && typeof until === "number" ? { owner, until, data } : undefined;
}
