import { LRUCache } from "lru-cache";
import { type Answer, isError, isList, isMap, lazyParts, measure, NONE, Stream, type Value } from "../../value/mod.ts";

/** What may be kept. */
export interface Bounds {
  /** How many answers. */
  readonly entries: number;
  /** How many bytes they may have together, roughly. */
  readonly size: number;
}

/** For how long an answer is kept, in milliseconds. */
export interface Lifetime {
  /** How long it is fresh. */
  readonly ttl: number;
  /** How long after that it may be used while another is made. */
  readonly stale: number;
}

/** An answer that is kept. */
interface Kept {
  readonly answer: Value;
  readonly size: number;
  /** Until when it is fresh, as the time of the clock. */
  readonly fresh: number;
  /** Until when it may be used. */
  readonly until: number;
}

/** What a key has: an answer that is fresh, or one that may be used while another is made. */
export interface Found {
  readonly answer: Value;
  readonly isFresh: boolean;
}

/** The result of a flight: the answer, that it is for one alone, or that there is none. */
export type Landed = { readonly answer: Answer } | "single" | "lost";

/** An answer that is being made. */
export interface Flight {
  /** Resolves when the answer is made, or never will be. */
  readonly landed: Promise<Landed>;
  /** Tells what has come of it. */
  land(result: Landed): void;
}

/** What an entry takes beside its answer, in bytes, roughly. */
const OVERHEAD = 200;

/** Answers by key, the one that was used longest ago is forgotten first, and those that are being made. */
export class Answers {
  readonly #kept: LRUCache<string, Kept>;
  readonly #flights = new Map<string, Flight>();

  constructor({ entries, size }: Bounds) {
    this.#kept = new LRUCache({ max: entries, maxSize: size, sizeCalculation: ({ size }) => size });
  }

  /** How many answers are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** Returns the answer of a key; undefined if there is none that may be used. */
  find(key: string, now: number): Found | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    if (now < kept.until) return { answer: kept.answer, isFresh: now < kept.fresh };
    this.#kept.delete(key);
    return undefined;
  }

  /** Keeps an answer, if it can be kept. */
  keep(key: string, answer: Answer, now: number, { ttl, stale }: Lifetime): void {
    if (answer === NONE || ttl + stale <= 0) return;
    const size = sizeOf(answer);
    if (size === undefined) return void this.#kept.delete(key);
    this.#kept.set(key, { answer, size: size + key.length * 2 + OVERHEAD, fresh: now + ttl, until: now + ttl + stale });
  }

  /** Forgets the answer of a key; without a key all. What is being made is not kept either. */
  forget(key?: string): void {
    if (key === undefined) {
      this.#kept.clear();
      this.#flights.clear();
    } else {
      this.#kept.delete(key);
      this.#flights.delete(key);
    }
  }

  /** Returns what makes the answer of a key at the moment. */
  flight(key: string): Flight | undefined {
    return this.#flights.get(key);
  }

  /** Begins to make the answer of a key. */
  begin(key: string): Flight {
    const { promise, resolve } = Promise.withResolvers<Landed>();
    const flight: Flight = {
      landed: promise,
      land: (result) => {
        if (this.isCurrent(key, flight)) this.#flights.delete(key);
        resolve(result);
      },
    };
    this.#flights.set(key, flight);
    return flight;
  }

  /** Reports whether what a flight makes is still wanted. */
  isCurrent(key: string, flight: Flight): boolean {
    return this.#flights.get(key) === flight;
  }
}

/** Reports whether an answer can be given to several. */
export function isShareable(answer: Answer): boolean {
  return answer === NONE || !hasStream(answer);
}

function sizeOf(answer: Value): number | undefined {
  if (hasStream(answer)) return undefined;
  if (isError(answer)) return answer.message.length * 2 + (answer.stack?.length ?? 0) * 2;
  try {
    return measure(answer).size;
  } catch {
    return undefined; // larger than any payload may be
  }
}

/** Reports whether a value has a part that can be read once. */
function hasStream(value: Value): boolean {
  if (value === null || typeof value !== "object") return false;
  if (value instanceof Stream) return true;
  if (isList(value)) return value.some(hasStream);
  if (!isMap(value)) return false;
  return Object.values(lazyParts(value)?.fields ?? value).some(hasStream);
}
