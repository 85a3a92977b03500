import { isError, type Value } from "./value.ts";

/** What an error says beyond its message. */
export interface FailureOptions {
  /** Names the situation for a program: `bad_request`, `timeout`, `executor_lost`, ... */
  code?: string;
  /** Data for whoever handles the error. */
  details?: Value;
  /** The error behind this one. */
  cause?: unknown;
  /** Where in the user's files it arose: `file:line:column`. */
  position?: string;
}

/** An error as Weft makes it; any `Error` may carry the same fields. */
export interface Failure extends Error {
  code?: string;
  details?: Value;
  position?: string;
  /** The nodes the packet went through until the error arose, outermost first: `web.out`, `router.out[0]`, `hello`. */
  path?: readonly string[];
}

/**
 * Makes an error.
 *
 * @example
 * ```ts
 * throw failure("body is not JSON", { code: "bad_request", cause: failure("invalid argument") });
 * ```
 */
export function failure(message: string, options: FailureOptions = {}): Failure {
  const error: Failure = new Error(message);
  if (options.cause !== undefined) error.cause = options.cause;
  if (options.code !== undefined) error.code = options.code;
  if (options.details !== undefined) error.details = options.details;
  if (options.position !== undefined) error.position = options.position;
  return error;
}

/** Whatever was thrown, as an error. */
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

/** The chain of an error and its causes, outermost first; a cycle ends it. */
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

/** The message with the messages of all its causes: `what: why: why that`. */
export function fullMessage(error: Error): string {
  const messages: string[] = [];
  const seen = new Set<unknown>();
  for (let at: unknown = error; isError(at) && !seen.has(at); at = at.cause) {
    seen.add(at);
    messages.push(at.message);
  }
  return messages.join(": ");
}

/** An error as plain data, for another thread: a cloned `Error` would lose its fields. */
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
