import type { Process } from "../flow/mod.ts";
import type { Stream } from "../value/mod.ts";

/** Discards a stream that nobody has taken when its process has ended; a listener takes it in the same turn. */
export function closeAfter(process: Process, stream: Stream): void {
  void process.root.ended.then(() => setTimeout(() => stream.close(), 0));
}
