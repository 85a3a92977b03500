import { failure, type Value } from "../../value/mod.ts";
import {
  type Change,
  type Changes,
  compareKeys,
  type Entry,
  type KvStore,
  type Listing,
  REMEMBERED,
  type Setting,
} from "./kv_store.ts";
import { decodeValue, encodeValue } from "./stored_value.ts";

/** How much a store in memory may hold. */
export interface KvBounds {
  /** How many entries. */
  readonly entries: number;
  /** How many bytes their keys and values may have together, roughly. */
  readonly size: number;
}

/** An entry, or the trace of one that was removed. */
interface Kept {
  readonly bytes: Uint8Array | undefined;
  readonly version: number;
  readonly previous: number;
  /** When it is removed; of a trace, when it was. */
  readonly expires: number | null;
}

/** What an entry takes beside its value, in bytes, roughly. */
const OVERHEAD = 150;
/** How many removals are known at most. */
const TRACES = 10_000;

/** Values by key in the memory of the engine. */
export class MemoryKv implements KvStore {
  readonly #bounds: KvBounds;
  readonly #now: () => number;
  /** In the order of their versions. */
  readonly #kept = new Map<string, Kept>();
  readonly #listeners = new Set<() => void>();
  #version = 0;
  /** The newest version that is not known any more. */
  #forgotten = 0;
  #entries = 0;
  #size = 0;
  /** When the next entry expires, at the earliest. */
  #nextExpiry = Infinity;

  constructor(bounds: KvBounds, now: () => number) {
    this.#bounds = bounds;
    this.#now = now;
  }

  get(key: string): Promise<Entry | undefined> {
    return settled(() => {
      const kept = this.#find(key);
      return kept === undefined ? undefined : entryOf(key, kept);
    });
  }

  set({ key, value, ttl, condition }: Setting): ReturnType<KvStore["set"]> {
    return settled(() => {
      const bytes = encodeValue(value);
      const found = this.#find(key);
      if (condition === "absent" ? found !== undefined : condition !== undefined && found?.version !== condition) {
        return undefined;
      }
      return this.#put(key, bytes, ttl === null ? null : this.#now() + ttl);
    });
  }

  increment(key: string, by: number, ttl: number | null): Promise<Entry> {
    return settled(() => {
      const found = this.#find(key);
      const value = found === undefined ? 0 : decodeValue(found.bytes!);
      const sum = sumOf(key, value, by);
      const expires = found === undefined ? ttl === null ? null : this.#now() + ttl : found.expires;
      const { version } = this.#put(key, encodeValue(sum), expires);
      return { key, value: sum, version, expires };
    });
  }

  delete(key: string, version: number | undefined): Promise<boolean> {
    return settled(() => {
      const found = this.#find(key);
      if (found === undefined || version !== undefined && found.version !== version) return false;
      this.#remove(key, found);
      return true;
    });
  }

  expire(key: string, ttl: number | null): ReturnType<KvStore["expire"]> {
    return settled(() => {
      const found = this.#find(key);
      if (found === undefined) return undefined;
      return this.#put(key, found.bytes!, ttl === null ? null : this.#now() + ttl);
    });
  }

  list({ prefix, after, limit }: Listing): Promise<Entry[]> {
    return settled(() => {
      this.#expire();
      const found: [string, Kept][] = [];
      for (const one of this.#kept) {
        const [key, { bytes }] = one;
        if (bytes === undefined || !key.startsWith(prefix)) continue;
        if (after === undefined || compareKeys(key, after) > 0) found.push(one);
      }
      found.sort(([one], [other]) => compareKeys(one, other));
      return found.slice(0, limit).map(([key, kept]) => entryOf(key, kept));
    });
  }

  version(): Promise<number> {
    return Promise.resolve(this.#version);
  }

  changes(after: number, limit: number): Promise<Changes> {
    return settled(() => {
      this.#expire();
      const changes: Change[] = [];
      if (after < this.#version) {
        for (const [key, kept] of this.#kept) {
          if (kept.version > after) changes.push(changeOf(key, kept));
          if (changes.length === limit) break;
        }
      }
      const version = changes.length === limit ? changes.at(-1)!.version : this.#version;
      return { changes, version, isIncomplete: after < this.#forgotten };
    });
  }

  listen(heard: () => void): Promise<() => void> {
    this.#listeners.add(heard);
    return Promise.resolve(() => void this.#listeners.delete(heard));
  }

  #find(key: string): Kept | undefined {
    const kept = this.#kept.get(key);
    if (kept?.bytes === undefined) return undefined;
    if (kept.expires === null || kept.expires > this.#now()) return kept;
    this.#remove(key, kept);
    return undefined;
  }

  #put(key: string, bytes: Uint8Array, expires: number | null): Pick<Entry, "version" | "expires"> {
    const before = this.#kept.get(key);
    const old = before?.bytes === undefined ? 0 : sizeOf(key, before.bytes);
    this.#makeRoom(key, old === 0 ? 1 : 0, sizeOf(key, bytes) - old);
    const version = ++this.#version;
    this.#kept.delete(key);
    this.#kept.set(key, { bytes, version, previous: before?.version ?? 0, expires });
    if (expires !== null) this.#nextExpiry = Math.min(this.#nextExpiry, expires);
    this.#tell();
    return { version, expires };
  }

  /** @throws {Failure} `too_large` if there is no room. */
  #makeRoom(key: string, entries: number, size: number): void {
    const isFull = () => this.#entries + entries > this.#bounds.entries || this.#size + size > this.#bounds.size;
    if (isFull()) this.#expire();
    if (isFull() && (entries > 0 || size > 0)) {
      const { entries, size } = this.#bounds;
      throw failure(`no room for ${JSON.stringify(key)}: the store in memory holds ${entries} entries, ${size} bytes`, {
        code: "too_large",
      });
    }
    this.#entries += entries;
    this.#size += size;
  }

  #remove(key: string, { bytes, version: previous }: Kept): void {
    this.#entries--;
    this.#size -= sizeOf(key, bytes!);
    this.#kept.delete(key);
    this.#kept.set(key, { bytes: undefined, version: ++this.#version, previous, expires: this.#now() });
    if (this.#kept.size - this.#entries > TRACES) this.#forget();
    this.#tell();
  }

  /** Forgets half of the removals, the oldest ones. */
  #forget(): void {
    let excess = this.#kept.size - this.#entries - TRACES / 2;
    for (const [key, { bytes, version }] of this.#kept) {
      if (excess <= 0) return;
      if (bytes !== undefined) continue;
      this.#kept.delete(key);
      this.#forgotten = version;
      excess--;
    }
  }

  /** Removes what has expired. */
  #expire(): void {
    const now = this.#now();
    if (now < this.#nextExpiry) return;
    this.#nextExpiry = Infinity;
    for (const [key, kept] of [...this.#kept]) {
      if (kept.bytes === undefined) {
        if (kept.expires! + REMEMBERED > now) continue;
        this.#kept.delete(key);
        this.#forgotten = Math.max(this.#forgotten, kept.version);
      } else if (kept.expires !== null) {
        if (kept.expires <= now) this.#remove(key, kept);
        else this.#nextExpiry = Math.min(this.#nextExpiry, kept.expires);
      }
    }
  }

  #tell(): void {
    for (const heard of this.#listeners) heard();
  }
}

/** Returns a sum. @throws {Failure} If it or what it is made of is no safe integer. */
export function sumOf(key: string, value: Value, by: number): number {
  if (!Number.isSafeInteger(value)) {
    throw failure(`the value of ${JSON.stringify(key)} is no whole number`, { code: "invalid_payload" });
  }
  const sum = (value as number) + by;
  if (Number.isSafeInteger(sum)) return sum;
  throw failure(`the value of ${JSON.stringify(key)} plus ${by} is more than a number holds exactly`, {
    code: "invalid_payload",
  });
}

function sizeOf(key: string, bytes: Uint8Array): number {
  return key.length * 2 + bytes.length + OVERHEAD;
}

function entryOf(key: string, { bytes, version, expires }: Kept): Entry {
  return { key, value: decodeValue(bytes!), version, expires };
}

function changeOf(key: string, kept: Kept): Change {
  const { version, previous } = kept;
  return { key, version, previous, entry: kept.bytes === undefined ? undefined : entryOf(key, kept) };
}

/** Returns what a function returns or throws as a promise. */
function settled<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
