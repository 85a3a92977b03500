import { createHash } from "node:crypto";
import { toBase64Url } from "./base64_url.ts";
import type { Session, Sessions } from "./session.ts";

/** Where sessions are kept that are not in their cookies. */
export interface SessionStore {
  /** Keeps a session. @param expires When it may be forgotten, in milliseconds since 1970. */
  set(key: string, session: Session, expires: number): void | Promise<void>;
  get(key: string): Session | undefined | Promise<Session | undefined>;
  /** Replaces a session, unless it has been deleted meanwhile. @returns Whether it is kept. */
  replace(key: string, session: Session, expires: number): boolean | Promise<boolean>;
  delete(key: string): void | Promise<void>;
  /** Deletes all sessions of a subject. @returns How many there were. */
  deleteOf(subject: string): number | Promise<number>;
}

/** The length of the id of a session, in bytes. */
const ID = 32;

/** Sessions in a store, under digests of their ids: whoever reads the store cannot use them. */
export class StoredSessions implements Sessions {
  readonly #store: SessionStore;
  readonly #random: (length: number) => Uint8Array;

  constructor(store: SessionStore, random: (length: number) => Uint8Array) {
    this.#store = store;
    this.#random = random;
  }

  async begin(session: Session, expires: number): Promise<string> {
    const id = toBase64Url(this.#random(ID));
    await this.#store.set(keyOf(id), session, expires);
    return id;
  }

  read(id: string): Session | undefined | Promise<Session | undefined> {
    return this.#store.get(keyOf(id));
  }

  async renew(id: string, session: Session, expires: number): Promise<string | undefined> {
    return await this.#store.replace(keyOf(id), session, expires) ? id : undefined;
  }

  async end(id: string): Promise<void> {
    await this.#store.delete(keyOf(id));
  }

  endAll(subject: string): number | Promise<number> {
    return this.#store.deleteOf(subject);
  }
}

function keyOf(id: string): string {
  return createHash("sha256").update(id).digest("base64url");
}

interface Kept {
  readonly session: Session;
  readonly expires: number;
}

/** How many sessions are kept; the one that was prolonged longest ago makes way for a new one. */
const MOST = 100_000;

/** Sessions in the memory of the engine: they end with it. */
export class MemoryStore implements SessionStore {
  /** In the order in which they were prolonged, so that those that expire first come first. */
  readonly #kept = new Map<string, Kept>();
  readonly #now: () => number;
  readonly #most: number;

  /** @param now The time. @param most How many are kept. */
  constructor(now: () => number, most: number = MOST) {
    this.#now = now;
    this.#most = most;
  }

  /** How many sessions there are. */
  get size(): number {
    return this.#kept.size;
  }

  set(key: string, session: Session, expires: number): void {
    this.#kept.delete(key);
    this.#kept.set(key, { session, expires });
    const now = this.#now();
    for (const [oldest, kept] of this.#kept) {
      if (kept.expires > now && this.#kept.size <= this.#most) break;
      this.#kept.delete(oldest);
    }
  }

  get(key: string): Session | undefined {
    const kept = this.#kept.get(key);
    return kept !== undefined && kept.expires > this.#now() ? kept.session : undefined;
  }

  replace(key: string, session: Session, expires: number): boolean {
    if (!this.#kept.has(key)) return false;
    this.set(key, session, expires);
    return true;
  }

  delete(key: string): void {
    this.#kept.delete(key);
  }

  deleteOf(subject: string): number {
    let count = 0;
    for (const [key, { session, expires }] of this.#kept) {
      if (session.subject !== subject) continue;
      this.#kept.delete(key);
      if (expires > this.#now()) count++;
    }
    return count;
  }
}
