import { type ErrorCode, type FailureOptions, fullMessage, isError, type Value } from "../value/mod.ts";
import type { Operation } from "./operation.ts";

/**
 * What went wrong, for a program: `not_found`, `conflict` (it is there already, or head moved), `invalid`, `rejected` (by
 * a handler), `timeout`, `canceled`, `unavailable` (the store cannot do that, or not now), `internal`.
 */
export type RegistryErrorCode = Extract<
  ErrorCode,
  "not_found" | "conflict" | "invalid" | "rejected" | "timeout" | "canceled" | "unavailable" | "internal"
>;

/** Any error that the registry makes; its `cause` is what a handler or a store said. */
export class RegistryError extends Error {
  override name = "RegistryError";
  readonly details?: Value;

  constructor(readonly code: RegistryErrorCode, message: string, options: Omit<FailureOptions, "code"> = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    if (options.details !== undefined) this.details = options.details;
  }
}

/** A version was expected to be in force and another was: follow it and try again. */
export class ConflictError extends RegistryError {
  override name = "ConflictError";

  /**
   * @param expected The version that the writer built on.
   * @param actual The version that is in force.
   */
  constructor(readonly expected: number, readonly actual: number) {
    super("conflict", `head is v${actual}, not v${expected}`, { details: { expected, actual } });
  }
}

/**
 * A transaction failed and part of it could not be undone. `cause` is why it failed, `errors` why what is `left` could
 * not be undone. The registry's state is then what its handlers hold, which is no version's, until `load` mends it.
 */
export class UndoError extends RegistryError {
  override name = "UndoError";

  /** @param left The operations that are still in force, in order. */
  constructor(cause: unknown, readonly left: readonly Operation[], readonly errors: readonly Error[]) {
    const ids = left.map(({ id }) => id.text);
    const what = ids.length === 0 ? "a failed transaction" : `what a failed transaction did to ${ids.join(", ")}`;
    super("internal", `${what} could not be undone (${errors.map(fullMessage).join("; ")})`, {
      cause,
      details: { ids },
    });
  }
}

/** Whether an error, or one behind it, says that something is missing that may yet come. */
export function isNotFound(error: unknown): boolean {
  const seen = new Set<unknown>();
  for (let at = error; isError(at) && !seen.has(at); at = at.cause) {
    if ((at as { code?: unknown }).code === "not_found") return true;
    seen.add(at);
  }
  return false;
}
