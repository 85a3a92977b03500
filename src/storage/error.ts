import type { FailureOptions, Value } from "../value/mod.ts";

/**
 * An error of whatever keeps data. Its code is `invalid` (the value cannot be stored), `unavailable` (the store cannot
 * do that, or not now) or `internal` (what is stored is damaged); a subclass may add others.
 */
export class StorageError extends Error {
  /** The name of the class. */
  override name = "StorageError";
  /** What a program may want to know. */
  readonly details?: Value;

  /** Makes an error. */
  constructor(readonly code: string, message: string, options: Omit<FailureOptions, "code"> = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    if (options.details !== undefined) this.details = options.details;
  }
}
