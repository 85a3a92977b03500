import { failure } from "../../value/mod.ts";
import { type QueryOptions, STATEMENT_TIMEOUT } from "../database.ts";
import type { PostgresLane } from "./postgres_lane.ts";

/** How long a server may take to cancel a statement, in milliseconds. */
const GRACE = 2_000;

/**
 * Waits for a statement; past its limit, or when its signal is aborted, the server is asked to cancel it. A connection on
 * which that does not work is closed.
 *
 * @throws {Failure} `timeout`, the reason of the signal, or why the statement has failed.
 */
export async function limited<T>(
  lane: PostgresLane,
  running: { readonly rows: Promise<T>; cancel(): Promise<void> },
  { signal, timeout = STATEMENT_TIMEOUT }: QueryOptions,
): Promise<T> {
  let why: Error | undefined;
  let canceled: Promise<void> | undefined;
  let grace: ReturnType<typeof setTimeout> | undefined;
  const cancel = (reason: Error) => {
    if (why !== undefined) return;
    why = reason;
    grace = setTimeout(() => void lane.close(), GRACE);
    canceled = running.cancel().catch(() => lane.close());
  };
  const abort = () => cancel(signal!.reason as Error);
  const timer = timeout === Infinity ? undefined : setTimeout(
    () => cancel(failure(`the statement exceeded its time limit of ${timeout} ms`, { code: "timeout" })),
    timeout,
  );
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    return await running.rows;
  } catch (error) {
    throw why ?? error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    // the next statement of the connection is not the one to cancel
    await canceled;
    clearTimeout(grace);
  }
}
