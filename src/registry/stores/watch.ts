import type { Move } from "../history.ts";
import type { Signal } from "./signal.ts";

/**
 * Every move of head after a sequence, each once and in order. What was missed while the consumer was away is read
 * from the log, so a notification says no more than that it is worth a look.
 *
 * @param moves Reads the log.
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
    // A store that is closed while its log is read says so; to whoever watches, that is the end.
    if (!subscription.ended) throw error;
  } finally {
    signal?.removeEventListener("abort", end);
  }
}
