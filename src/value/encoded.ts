import type { Answer, Value } from "./value.ts";

/**
 * How one sort of host node writes what it sends, so that it crosses a thread as a few texts and numbers and is parsed
 * only where somebody reads it; and how the answer is written where it arises.
 */
export interface Codec {
  /** Names it in a frame: 1 to 255, one codec each. */
  readonly number: number;
  /** Reads what was sent. */
  open(data: unknown): Value;
  /**
   * Writes an answer that is no error, in a form that a structured clone carries.
   *
   * @param asked What was answered, as it was sent.
   * @throws {Error} If it cannot be written; the error is the answer then.
   */
  encode(answer: Answer, asked: unknown): unknown;
  /** Whether data is what `encode` may have made: whoever sent it is not believed. */
  isEncoded(data: unknown): boolean;
}

/** A payload or an answer in its codec's form. */
export class Encoded {
  #value: Value | undefined;

  constructor(readonly codec: Codec, readonly data: unknown) {}

  /** The payload, parsed when first asked for. */
  get value(): Value {
    return this.#value ??= this.codec.open(this.data);
  }
}
