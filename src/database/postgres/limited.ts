import { failure } from "../../value/mod.ts";
import { type QueryOptions, STATEMENT_TIMEOUT } from "../database.ts";
import type { PostgresLane } from "./postgres_lane.ts";

/** How long a server may take to cancel a statement, in milliseconds. */
const GRACE = 2_000;

/** After how long the signal of a statement is asked for, in milliseconds. */
const LONG = 25;

/**
 * Waits for a statement; past its limit, or when its signal is aborted, the server is asked to cancel it. A connection on
 * which that does not work is closed.
 *
 * @throws {Failure} `timeout`, the reason of the signal, or why the statement has failed.
 */
export async function limited<T>(
  lane: PostgresLane,
  running: { readonly rows: Promise<T>; cancel(): Promise<void> },
  { signal: given, signalOf, timeout = STATEMENT_TIMEOUT }: QueryOptions,
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
  let signal = given;
  const abort = () => cancel(signal!.reason as Error);
  const watch = () => {
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  };
  const late = () => cancel(failure(`the statement exceeded its time limit of ${timeout} ms`, { code: "timeout" }));
  watch();
  const wait = signal === undefined && signalOf !== undefined ? Math.min(LONG, timeout) : timeout;
  let timer = wait === Infinity ? undefined : setTimeout(() => {
    if (wait === timeout) return late();
    signal = signalOf!();
    watch();
    if (timeout !== Infinity) timer = setTimeout(late, timeout - wait);
  }, wait);
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
