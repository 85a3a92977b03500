import type { Value } from "../value/mod.ts";

/**
 * Values by key, kept for good and part of no version. Setting one wakes nobody who watches the head of the history.
 *
 * Every method rejects with a `StorageError`: `invalid` for a value that cannot be stored, `unavailable` if the store
 * cannot do that now or is closed.
 */
export interface Meta {
  /**
   * How far the clock of the store is ahead of this machine's, in milliseconds, as the last `get` has found; 0 if hardly,
   * and where it is the same clock.
   */
  readonly clockOffset?: number;

  /** Returns the value of a key; undefined if it was never set. */
  get(key: string): Promise<Value | undefined>;

  /** Sets the value of a key, in place of its last one. */
  set(key: string, value: Value): Promise<void>;

  /**
   * Sets the value of a key if its last one is still what the caller takes it for: of several that try it at once, one
   * succeeds.
   *
   * @param before The value as `get` returned it; undefined if it was never set.
   * @returns Whether it was set.
   */
  swap(key: string, before: Value | undefined, value: Value): Promise<boolean>;
}
