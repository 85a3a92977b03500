import type { Value } from "../../value/mod.ts";

/** Leases on the store, as kinds need them; see `Leases` of presence. */
export interface StoreLeases {
  acquire(key: string, now: number, ttl: number): Promise<HeldLease>;
  save(key: string, now: number, ttl: number, data: Value): Promise<HeldLease>;
  release(key: string): Promise<void>;
}

interface HeldLease {
  readonly isHeld: boolean;
  readonly until: number;
  readonly data: Value;
}

/** How long a lease is held without being renewed, in milliseconds. */
const TTL = 15_000;
/** After which time it is renewed, in milliseconds. */
const RENEWAL = 5_000;
/** How often the store is told of what changes faster, in milliseconds. */
const SAVED = 1_000;

/** The lease of a node, by which one of the engines on a store is chosen. */
export class NodeLease {
  readonly #leases: StoreLeases;
  readonly #key: string;
  #until = 0;
  #data: Value = null;
  #savedAt = -Infinity;
  #isSaved = true;

  /** @param key Names the node among all on the store. */
  constructor(leases: StoreLeases, key: string) {
    this.#leases = leases;
    this.#key = key;
  }

  /** After which time the lease is to be asked for again, in milliseconds. */
  get renewal(): number {
    return RENEWAL;
  }

  /** Takes the lease, or holds it for longer. @returns What was saved with it; undefined if another engine holds it. */
  async hold(now: number): Promise<{ readonly data: Value } | undefined> {
    const isOwn = now < this.#until && this.#until <= now + TTL;
    if (isOwn && now < this.#until - TTL + RENEWAL) return { data: this.#data };
    const lease = isOwn && !this.#isSaved
      ? await this.#leases.save(this.#key, now, TTL, this.#data)
      : await this.#leases.acquire(this.#key, now, TTL);
    return this.#keep(lease) ? { data: this.#data } : undefined;
  }

  /** Saves something, once a second at most. @returns Whether the lease is still held. */
  async save(now: number, data: Value): Promise<boolean> {
    if (now >= this.#until) return false;
    if (now - this.#savedAt < SAVED && now >= this.#savedAt) {
      this.#data = data;
      this.#isSaved = false;
      return true;
    }
    const isHeld = this.#keep(await this.#leases.save(this.#key, now, TTL, data));
    this.#savedAt = now;
    return isHeld;
  }

  /** Lets another engine take it. */
  async release(): Promise<void> {
    if (this.#until === 0) return;
    if (!this.#isSaved) await this.#leases.save(this.#key, this.#until - TTL, TTL, this.#data);
    this.#until = 0;
    await this.#leases.release(this.#key);
  }

  #keep({ isHeld, until, data }: HeldLease): boolean {
    this.#until = isHeld ? until : 0;
    this.#data = data;
    this.#isSaved = true;
    return isHeld;
  }
}
