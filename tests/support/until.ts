/**
 * Waits until a condition holds. The time limit only ends a test that hangs: a busy machine takes long, and that is no
 * failure.
 *
 * @param what Names the condition in the error.
 * @param timeout In milliseconds.
 * @throws {Error} If the condition does not hold in time.
 */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeout = 60_000): Promise<void> {
  const deadline = performance.now() + timeout;
  while (!await holds()) {
    if (performance.now() > deadline) throw new Error(`timed out after ${timeout} ms: ${what}`);
    await delay(5);
  }
}

/** Resolves after a time, in milliseconds. */
export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
