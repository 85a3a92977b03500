import type { ExecutorChannel } from "../protocol/mod.ts";

/** Frames for the host: written into one array, and posted once per event-loop turn. */
export class Outbox {
  readonly #channel: ExecutorChannel;
  #frames: unknown[] = [0];

  constructor(channel: ExecutorChannel) {
    this.#channel = channel;
  }

  /** The number of host frames read since the last post: the first element of the next batch. */
  taken = 0;

  /** Adds a frame: its operation and its elements. */
  push(...frame: unknown[]): void {
    this.#frames.push(...frame);
  }

  /** Posts the frames and acknowledgements that have accumulated. */
  post(): void {
    if (this.#frames.length === 1 && this.taken === 0) return;
    const frames = this.#frames;
    frames[0] = this.taken;
    this.taken = 0;
    this.#frames = [0];
    this.#channel.post(frames);
  }
}
