import type { ExecutorChannel } from "../../src/protocol/mod.ts";

/** How the other end is asked to receive what comes next. */
export type Way = "event loop" | "wait" | "end";

/** Sends back each batch. A batch of a `Way` says how the next is received; after `end`, the other end is gone at once. */
export function echo(channel: ExecutorChannel): void {
  const take = (batch: unknown[]) => {
    channel.post(batch);
    if (batch[0] === "end") Deno.exit(0);
    if (batch[0] !== "wait") return;
    const arrivals = channel.arrivals;
    let next = channel.receive();
    if (next === undefined) {
      channel.wait(arrivals, 10_000);
      next = channel.receive();
    }
    if (next !== undefined) take(next);
  };
  channel.onBatch(take);
  channel.post(["ready"]);
}
