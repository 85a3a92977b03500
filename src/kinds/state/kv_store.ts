import type { Value } from "../../value/mod.ts";

/** What a store has by a key. */
export interface Entry {
  readonly key: string;
  readonly value: Value;
  /** Grows with each change of the store. */
  readonly version: number;
  /** When it is removed, in milliseconds since 1970; null if never. */
  readonly expires: number | null;
}

/** An entry as it was changed, or a key that was removed. */
export interface Change {
  readonly key: string;
  readonly version: number;
  /** What it is now; undefined if it is not there any more. */
  readonly entry: Entry | undefined;
  /** The version that the key had before this change; 0 if none is known. */
  readonly previous: number;
}

/** Which state a key must have for a change: none at all, or a version. Undefined for any. */
export type Condition = "absent" | number | undefined;

/** What is written. */
export interface Setting {
  readonly key: string;
  readonly value: Value;
  /** After how many milliseconds it is removed; null for never. */
  readonly ttl: number | null;
  readonly condition: Condition;
}

/** Which entries are listed: by key, in the order of the code points of keys. */
export interface Listing {
  readonly prefix: string;
  /** The key after which the list begins; undefined for the first. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** Changes from a version on. */
export interface Changes {
  readonly changes: readonly Change[];
  /** The version after which to ask for more. */
  readonly version: number;
  /** Whether changes were forgotten that came after the version that was asked for. */
  readonly isIncomplete: boolean;
}

/** Values by key. */
export interface KvStore {
  get(key: string): Promise<Entry | undefined>;
  /** @returns The version, undefined if the condition does not hold. */
  set(setting: Setting): Promise<Pick<Entry, "version" | "expires"> | undefined>;
  /**
   * Adds to a whole number; a key that is not there has 0.
   *
   * @param ttl After how many milliseconds a key that was not there is removed; null for never.
   * @throws {Failure} `invalid_payload` if there is something else, or the sum is no safe integer.
   */
  increment(key: string, by: number, ttl: number | null): Promise<Entry>;
  /** @returns Whether it was there, and the condition holds. */
  delete(key: string, version: number | undefined): Promise<boolean>;
  /** Sets when an entry is removed. @returns Undefined if there is none. */
  expire(key: string, ttl: number | null): Promise<Pick<Entry, "version" | "expires"> | undefined>;
  list(listing: Listing): Promise<Entry[]>;
  /** Returns the version of the last change. */
  version(): Promise<number>;
  /** Returns what was changed after a version, each key once, in the order of the changes. */
  changes(after: number, limit: number): Promise<Changes>;
  /** Calls back when something may have changed, as soon as this engine or the database tells. @returns Ends that. */
  listen(heard: () => void): Promise<() => void>;
}

/** How long it is known that a key was removed, in milliseconds. */
export const REMEMBERED = 600_000;

/** Compares keys by their code points, as databases do. */
export function compareKeys(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const left = one.charCodeAt(at);
    const right = other.charCodeAt(at);
    if (left !== right) return ranked(left) - ranked(right);
  }
  return one.length - other.length;
}

/** Returns a number by which code units are in the order of their code points: surrogates are behind all others. */
function ranked(unit: number): number {
  return unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
