import { StorageError } from "../storage/mod.ts";
import { type ErrorCode, type FailureOptions, fullMessage, isError } from "../value/mod.ts";
import type { Operation } from "./operation.ts";

/**
 * The kind of an error, for programs: `not_found`, `conflict` (the entry exists already, or head has moved), `invalid`,
 * `rejected` (by a handler), `timeout`, `canceled`, `unavailable` (the store cannot do that, or not now), `internal`.
 */
export type RegistryErrorCode = Extract<
  ErrorCode,
  "not_found" | "conflict" | "invalid" | "rejected" | "timeout" | "canceled" | "unavailable" | "internal"
>;

/** An error of the registry or of its history; its `cause` is the error of a handler or of the store. */
export class RegistryError extends StorageError {
  /** The name of the class. */
  override name = "RegistryError";
  /** The kind of the error. */
  declare readonly code: RegistryErrorCode;

  /** Makes an error. */
  constructor(code: RegistryErrorCode, message: string, options: Omit<FailureOptions, "code"> = {}) {
    super(code, message, options);
  }
}

/** The error of a write that expected another head. Follow the actual one and try again. */
export class ConflictError extends RegistryError {
  /** The name of the class. */
  override name = "ConflictError";

  /**
   * Makes an error.
   *
   * @param expected The version that the write is based on.
   * @param actual The version that is head.
   */
  constructor(readonly expected: number, readonly actual: number) {
    super("conflict", `head is v${actual}, not v${expected}`, { details: { expected, actual } });
  }
}

/**
 * The error of a transaction that failed and could not be undone completely. `cause` is why it failed, `errors` why the
 * operations in `left` could not be undone. The registry then has the state that its handlers hold, which is that of no
 * version, until `load` repairs it.
 */
export class UndoError extends RegistryError {
  /** The name of the class. */
  override name = "UndoError";

  /**
   * Makes an error.
   *
   * @param left The operations that still apply, in order.
   */
  constructor(cause: unknown, readonly left: readonly Operation[], readonly errors: readonly Error[]) {
    const ids = left.map(({ id }) => id.text);
    const what = ids.length === 0 ? "" : ` for ${ids.join(", ")}`;
    super("internal", `a failed transaction could not be undone${what} (${errors.map(fullMessage).join("; ")})`, {
      cause,
      details: { ids },
    });
  }
}

/** Reports whether an error, or one of its causes, has the code `not_found`. */
export function isNotFound(error: unknown): boolean {
  const seen = new Set<unknown>();
  for (let at = error; isError(at) && !seen.has(at); at = at.cause) {
    if ((at as { code?: unknown }).code === "not_found") return true;
    seen.add(at);
  }
  return false;
}

/** Returns an error of storage as the registry's; any other error is returned as it is. */
export function toRegistryError(error: unknown): unknown {
  if (!(error instanceof StorageError) || error instanceof RegistryError) return error;
  const { code, message, cause, details } = error;
  if (code === "conflict") {
    const { expected, actual } = details as { expected: number; actual: number };
    return new ConflictError(expected, actual);
  }
  return new RegistryError(code as RegistryErrorCode, message, {
    cause,
    ...(details === undefined ? {} : { details }),
  });
}

/** Runs a function whose errors of storage become the registry's. */
export function withRegistryErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toRegistryError(error);
  }
}
