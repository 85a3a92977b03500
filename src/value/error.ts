import type { ErrorCode } from "./error_code.ts";
import { isError, type Value } from "./value.ts";

/** Fields of an error beside its message. */
export interface FailureOptions<Code extends string = ErrorCode> {
  /** Identifies the situation for a program (see `ERROR_CODES`). */
  code?: Code;
  /** Data for the code that handles the error. */
  details?: Value;
  /** The error that caused this one. */
  cause?: unknown;
  /** Where in the spec author's files it occurred: `file:line:column`. */
  position?: string;
}

/** An error as the engine makes it; any `Error` may carry the same fields. */
export interface Failure extends Error {
  /** An `ErrorCode`, or whatever code an error from elsewhere carries. */
  code?: string;
  /** Data for the code that handles the error. */
  details?: Value;
  /** Where in the spec author's files it occurred: `file:line:column`. */
  position?: string;
  /** The path of the packet up to the error, outermost first: `web.out`, `router.out[0]`, `hello`. */
  path?: readonly string[];
}

/**
 * Creates an error. `failure<string>` accepts any code, for an error that is not the engine's own.
 *
 * @example
 * ```ts
 * throw failure("body is not JSON", { code: "bad_request", cause: failure("invalid argument") });
 * ```
 */
export function failure<Code extends string = ErrorCode>(
  message: string,
  options: FailureOptions<NoInfer<Code>> = {},
): Failure {
  const error: Failure = new Error(message);
  if (options.cause !== undefined) error.cause = options.cause;
  if (options.code !== undefined) error.code = options.code;
  if (options.details !== undefined) error.details = options.details;
  if (options.position !== undefined) error.position = options.position;
  return error;
}

/** Returns a thrown value as an error: an `Error` as it is, anything else wrapped in one. */
export function asError(thrown: unknown): Failure {
  if (isError(thrown)) return thrown;
  return failure(typeof thrown === "string" ? thrown : `thrown: ${printable(thrown)}`);
}

function printable(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}

/** Returns an error and its causes, outermost first. Stops at a cycle. */
export function causes(error: Error): Error[] {
  const chain: Error[] = [];
  for (let at: unknown = error; isError(at) && !chain.includes(at); at = at.cause) {
    chain.push(at);
    if (at instanceof AggregateError) {
      for (const inner of at.errors) if (isError(inner)) chain.push(...causes(inner).filter((e) => !chain.includes(e)));
    }
  }
  return chain;
}

/** Returns the messages of an error and all its causes: `what: why: why that`. */
export function fullMessage(error: Error): string {
  const messages: string[] = [];
  const seen = new Set<unknown>();
  for (let at: unknown = error; isError(at) && !seen.has(at); at = at.cause) {
    seen.add(at);
    messages.push(at.message);
  }
  return messages.join(": ");
}

/** An error as plain data, to be posted to another thread: a cloned `Error` would lose its fields. */
export interface ErrorRecord {
  name: string;
  message: string;
  code?: string;
  details?: unknown;
  position?: string;
  path?: readonly string[];
  stack?: string;
  cause?: unknown;
  errors?: unknown[];
}
