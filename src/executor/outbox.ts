import type { ExecutorChannel } from "../protocol/mod.ts";

/** The time that a slice must have left for an answer to be encoded within it, in milliseconds. */
const ENOUGH = 500;

/** The form and the data of an answer, as in its frame. */
export interface WrittenAnswer {
  form: number;
  data: unknown;
}

/** Frames for the host: written into one array, and posted once per event-loop turn. */
export class Outbox {
  readonly #channel: ExecutorChannel;
  /** Reports that the thread is alive. */
  readonly #beat: () => void;
  #frames: unknown[] = [0];
  /** The answers to be encoded: where the frame of each ends, and what encodes it. */
  #answers: { end: number; encode: () => WrittenAnswer }[] = [];

  constructor(channel: ExecutorChannel, beat: () => void) {
    this.#channel = channel;
    this.#beat = beat;
  }

  /** The number of host frames read since the last post: the first element of the next batch. */
  taken = 0;

  /** The size of the payloads and texts of frames that have accumulated, in bytes, roughly. */
  size = 0;

  /** Whether so much has accumulated that it has to be posted before more is added, outside of a slice. */
  get isFull(): boolean {
    return this.size > this.#channel.capacity;
  }

  /** Adds a frame: its operation and its elements. */
  push(...frame: unknown[]): void {
    this.#frames.push(...frame);
  }

  /** Adds a frame that ends with an answer, which is encoded when the frame is posted: that may take long. */
  pushAnswer(encode: () => WrittenAnswer, ...frame: unknown[]): void {
    this.#frames.push(...frame, 0, null);
    this.#answers.push({ end: this.#frames.length, encode });
  }

  /**
   * Posts the frames and acknowledgements that have accumulated.
   *
   * @param timeLeft Returns the time that is left to the slice which posts, in milliseconds. Undefined outside of a slice,
   *   where encoding and posting may take as long as it takes.
   * @returns False if something has to be posted outside of a slice.
   */
  post(timeLeft?: () => number): boolean {
    if (this.#frames.length === 1 && this.taken === 0) return true;
    for (let answer = this.#answers[0]; answer !== undefined; answer = this.#answers[0]) {
      if (timeLeft !== undefined && (this.isFull || timeLeft() < ENOUGH)) return false;
      this.#beat();
      const { form, data } = answer.encode();
      this.#frames[answer.end - 2] = form;
      this.#frames[answer.end - 1] = data;
      this.size += sizeOf(data);
      this.#answers.shift();
      // several large answers as one message would take long without a beat
      if (timeLeft === undefined && this.isFull) this.#postFrames(answer.end);
    }
    if (timeLeft !== undefined && this.isFull) return false;
    this.#postFrames(this.#frames.length);
    return true;
  }

  /** Posts the frames before a place. */
  #postFrames(end: number): void {
    const frames = this.#frames;
    this.#frames = [0, ...frames.splice(end)];
    for (const answer of this.#answers) answer.end -= end - 1;
    frames[0] = this.taken;
    this.taken = this.size = 0;
    if (frames.length > 1 || frames[0] !== 0) this.#channel.post(frames);
  }
}

/** Estimates the size of an encoded answer, in bytes: its strings and bytes, which are at its top. */
function sizeOf(data: unknown): number {
  if (typeof data === "string") return data.length;
  if (data instanceof Uint8Array) return data.byteLength;
  return Array.isArray(data) ? data.reduce<number>((size, part) => size + sizeOf(part), 0) : 0;
}
