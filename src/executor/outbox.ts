import type { ExecutorChannel } from "../protocol/mod.ts";

/** Frames for the host: written into one array, and posted once per event-loop turn. */
export class Outbox {
  readonly #channel: ExecutorChannel;
  #frames: unknown[] = [0];
  /** What is still to be written: where its frame ends, and what gives the last two elements. */
  #unwritten: { end: number; write: () => { form: number; data: unknown } }[] = [];

  constructor(channel: ExecutorChannel) {
    this.#channel = channel;
  }

  /** The number of host frames read since the last post: the first element of the next batch. */
  taken = 0;

  /** Adds a frame: its operation and its elements. */
  push(...frame: unknown[]): void {
    this.#frames.push(...frame);
  }

  /** Adds a frame that ends with a form and data, which are written when it is posted: that may take long. */
  pushUnwritten(write: () => { form: number; data: unknown }, ...frame: unknown[]): void {
    this.#frames.push(...frame, 0, null);
    this.#unwritten.push({ end: this.#frames.length, write });
  }

  /** Posts the frames and acknowledgements that have accumulated. */
  post(): void {
    if (this.#frames.length === 1 && this.taken === 0) return;
    const frames = this.#frames;
    for (const { end, write } of this.#unwritten) {
      const { form, data } = write();
      frames[end - 2] = form;
      frames[end - 1] = data;
    }
    this.#unwritten = [];
    frames[0] = this.taken;
    this.taken = 0;
    this.#frames = [0];
    this.#channel.post(frames);
  }
}
