/** What `within` returns if the time ran out first. */
export const TIMED_OUT: unique symbol = Symbol("timed out");

/**
 * Waits for a promise, but no longer than a time limit. The promise itself is not canceled, and may settle unobserved
 * after the limit.
 *
 * @param ms The limit, in milliseconds.
 * @returns The promise's value, or `TIMED_OUT`.
 * @throws What the promise rejects with in time.
 *
 * @example
 * ```ts
 * const drained = await within(5_000, server.shutdown()) !== TIMED_OUT;
 * ```
 */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | typeof TIMED_OUT> {
  const timeout = Promise.withResolvers<typeof TIMED_OUT>();
  const timer = setTimeout(() => timeout.resolve(TIMED_OUT), ms);
  try {
    return await Promise.race([promise, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
