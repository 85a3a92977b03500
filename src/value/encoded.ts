import type { Answer, Value } from "./value.ts";

/**
 * The encoding of the payloads that one type of host node sends, and of the answers to them. A payload is posted to
 * another thread as a few strings and numbers, and parsed only if it is read. An answer is encoded on the thread that
 * produced it.
 */
export interface Codec {
  /** Identifies the codec in frames: 1 to 255, unique. */
  readonly number: number;
  /** Decodes a payload. */
  open(data: unknown): Value;
  /**
   * Encodes an answer that is not an error, in a form that can be cloned.
   *
   * @param asked The encoded payload that was answered.
   * @throws {Error} If it cannot be encoded. The error becomes the answer.
   */
  encode(answer: Answer, asked: unknown): unknown;
  /** Returns what may be wrong with an answer although it can be encoded, for a warning. */
  doubtOf?(answer: Answer): string | undefined;
  /** Reports whether data from an untrusted sender has the form that `encode` returns. */
  isEncoded(data: unknown): boolean;
}

/** A payload or an answer, encoded by a codec. */
export class Encoded {
  #value: Value | undefined;

  constructor(readonly codec: Codec, readonly data: unknown) {}

  /** The payload, decoded on first use. */
  get value(): Value {
    return this.#value ??= this.codec.open(this.data);
  }
}
