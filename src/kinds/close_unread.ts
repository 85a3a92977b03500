import type { Call } from "@weft/weft/kind";
import type { Process } from "../flow/mod.ts";
import type { Stream } from "../value/mod.ts";

/**
 * Closes a stream that a node answers with, once the process has ended, unless somebody has taken it: the flow may drop
 * the answer, and the client may be gone. A listener takes a stream in the turn in which the process ends.
 */
export function closeUnread({ process }: Call, stream: Stream): void {
  void (process as Process).root.ended.then(() => setTimeout(() => stream.close(), 0));
}
