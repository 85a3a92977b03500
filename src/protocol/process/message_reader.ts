import { joinBytes } from "../../value/mod.ts";

/** Cuts the bytes of a pipe into messages, without the number that begins each. */
export class MessageReader {
  readonly #limit: number;
  /** The bytes that no message was made of yet, in pieces. */
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  #available = 0;

  /** @param limit The most bytes that a message may have. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds bytes. They are kept, and must not change. */
  add(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#available += bytes.length;
  }

  /** Returns the next message that is complete. @throws {Error} If it says that it is longer than allowed. */
  next(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#available < WORD) return undefined;
    const length = this.#length();
    if (length > this.#limit) throw new Error(`a message has ${length} bytes: expected at most ${this.#limit}`);
    if (this.#available < WORD + length) return undefined;
    const message = this.#take(WORD + length);
    return message.subarray(WORD);
  }

  #length(): number {
    const first = this.#pieces[0]!;
    if (first.length >= WORD) return readWord(first);
    // the pieces are merged only as far as it takes
    while (this.#pieces[0]!.length < WORD) this.#pieces.splice(0, 2, joinBytes(this.#pieces.slice(0, 2)));
    return readWord(this.#pieces[0]!);
  }

  #take(size: number): Uint8Array<ArrayBuffer> {
    this.#available -= size;
    const first = this.#pieces[0]!;
    if (first.length >= size) {
      if (first.length === size) this.#pieces.shift();
      else this.#pieces[0] = first.subarray(size);
      return first.subarray(0, size);
    }
    const taken = new Uint8Array(size);
    let at = 0;
    let count = 0;
    for (const piece of this.#pieces) {
      const part = piece.subarray(0, size - at);
      taken.set(part, at);
      at += part.length;
      if (part.length < piece.length) {
        this.#pieces[count] = piece.subarray(part.length);
        break;
      }
      count++;
      if (at === size) break;
    }
    this.#pieces.splice(0, count);
    return taken;
  }
}

/** The bytes of the number that begins a message. */
const WORD = 4;

function readWord(bytes: Uint8Array): number {
  return (bytes[0]! | bytes[1]! << 8 | bytes[2]! << 16 | bytes[3]! << 24) >>> 0;
}
