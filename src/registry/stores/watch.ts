import type { Move } from "../history.ts";
import type { Signal } from "./signal.ts";

/**
 * Yields every move of head after a sequence number, once and in order. Moves are read from the head log, so that none
 * is missed while the consumer is busy; a notification says only that there may be new ones.
 *
 * @param moves Reads the head log.
 * @param moved Notified whenever head may have moved.
 */
export async function* watchMoves(
  moves: (since: number) => Promise<readonly Move[]>,
  moved: Signal,
  since: number,
  signal?: AbortSignal,
): AsyncIterableIterator<Move> {
  using subscription = moved.subscribe();
  const end = () => subscription.end();
  signal?.addEventListener("abort", end);
  try {
    if (signal?.aborted) return;
    for (; !subscription.ended; await subscription.next()) {
      for (const move of await moves(since)) {
        if (subscription.ended) return;
        since = move.sequence;
        yield move;
      }
    }
  } catch (error) {
    // Reading the log of a store that is being closed fails, which ends the watch.
    if (!subscription.ended) throw error;
  } finally {
    signal?.removeEventListener("abort", end);
  }
}
