/**
 * The part of `@std/assert` that the tests of this project use, on top of `node:assert`. `deno.jsr.json` binds the same
 * name to the real package.
 */
import nodeAssert, { AssertionError } from "node:assert";

export { AssertionError };

/** Fails unless the expression is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError({ message: msg || `expected a truthy value, got ${String(expr)}` });
}

/** Fails unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  nodeAssert.deepStrictEqual(actual, expected, msg);
}

/** Fails if both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  nodeAssert.notDeepStrictEqual(actual, expected, msg);
}

/** Fails unless both are the same value or object. */
export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T {
  nodeAssert.strictEqual(actual, expected, msg);
}

/** Fails unless the string matches. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  nodeAssert.match(actual, expected, msg);
}

/** Fails unless the string contains the other. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  assert(actual.includes(expected), msg ?? `expected ${JSON.stringify(actual)} to contain ${JSON.stringify(expected)}`);
}

/** A class of errors. */
// deno-lint-ignore no-explicit-any -- constructors of errors have any parameters
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Fails unless the function throws. @returns What it throws. */
export function assertThrows(fn: () => unknown): unknown;
/** Fails unless the function throws an error of a class, whose message contains a string. @returns The error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
): E;
export function assertThrows<E extends Error>(fn: () => unknown, ErrorClass?: ErrorClass<E>, msgIncludes?: string) {
  try {
    fn();
  } catch (error) {
    return checkThrown(error, ErrorClass, msgIncludes);
  }
  throw new AssertionError({ message: "expected the function to throw" });
}

/** Fails unless the promise rejects. @returns What it rejects with. */
export function assertRejects(fn: () => PromiseLike<unknown>): Promise<unknown>;
/** Fails unless the promise rejects with an error of a class, whose message contains a string. @returns The error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
): Promise<E>;
export async function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass?: ErrorClass<E>,
  msgIncludes?: string,
): Promise<unknown> {
  try {
    await fn();
  } catch (error) {
    return checkThrown(error, ErrorClass, msgIncludes);
  }
  throw new AssertionError({ message: "expected the promise to be rejected" });
}

function checkThrown<E extends Error>(error: unknown, ErrorClass?: ErrorClass<E>, msgIncludes?: string): unknown {
  if (ErrorClass !== undefined && !(error instanceof ErrorClass)) {
    throw new AssertionError({ message: `expected ${ErrorClass.name}, got ${String(error)}` });
  }
  if (msgIncludes !== undefined) assertStringIncludes((error as Error).message, msgIncludes);
  return error;
}

/** Fails. */
export function fail(msg?: string): never {
  throw new AssertionError({ message: msg ?? "failed" });
}
