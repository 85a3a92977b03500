import type { Move } from "../history.ts";
import type { Bell } from "./bell.ts";

/**
 * Every move of head after a sequence, each once and in order. What was missed while the consumer was away is read
 * from the log, so a ring of the bell says no more than that it is worth a look.
 *
 * @param moves Reads the log.
 * @param bell Rings whenever head may have moved.
 */
export async function* watchMoves(
  moves: (since: number) => Promise<readonly Move[]>,
  bell: Bell,
  since: number,
  signal?: AbortSignal,
): AsyncIterableIterator<Move> {
  using listener = bell.listen();
  const end = () => listener.end();
  signal?.addEventListener("abort", end);
  try {
    if (signal?.aborted) return;
    for (; !listener.ended; await listener.next()) {
      for (const move of await moves(since)) {
        if (listener.ended) return;
        since = move.sequence;
        yield move;
      }
    }
  } catch (error) {
    // A store that is closed while its log is read says so; to whoever watches, that is the end.
    if (!listener.ended) throw error;
  } finally {
    signal?.removeEventListener("abort", end);
  }
}
