import { Signal } from "../signal.ts";

enum Word {
  /** How many bytes were written in all, and read; both wrap. */
  Written,
  Read,
  Signal,
  /** Whether the reader is in its event loop. */
  Away,
  Count,
}

/** The size of the words, in bytes. */
const WORDS = Word.Count * 4;
/** How many bytes fit. A power of two, so that counts may wrap. */
const SIZE = 2 ** 18;

/** Bytes on their way from one thread to another, in memory that both share. */
export class ByteRing {
  /** Notified when there are new bytes. */
  readonly signal: Signal;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  /** @param buffer The memory of an existing ring. Default: new memory. */
  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(WORDS + SIZE)) {
    this.#words = new Int32Array(buffer, 0, Word.Count);
    this.#bytes = new Uint8Array(buffer, WORDS);
    this.signal = new Signal(this.#words, Word.Signal);
  }

  /**
   * Writes bytes. Blocks while they do not fit.
   *
   * @param tell Called when the reader is in its event loop, and has to be told there.
   * @param waiting Called every 200 ms meanwhile.
   */
  write(bytes: Uint8Array, tell: () => void, waiting: () => void): void {
    for (let from = 0; from < bytes.length;) {
      const written = this.#words[Word.Written]!;
      const read = Atomics.load(this.#words, Word.Read);
      const room = SIZE - (written - read >>> 0);
      if (room === 0) {
        if (Atomics.wait(this.#words, Word.Read, read, 200) === "timed-out") waiting();
        continue;
      }
      const at = written & SIZE - 1;
      const count = Math.min(room, SIZE - at, bytes.length - from);
      this.#bytes.set(bytes.subarray(from, from + count), at);
      from += count;
      Atomics.store(this.#words, Word.Written, written + count | 0);
      this.signal.notify();
      if (Atomics.exchange(this.#words, Word.Away, 0) === 1) tell();
    }
  }

  /** Returns a copy of what there is; undefined if that is nothing, of which a writer tells a reader that is away. */
  read(): Uint8Array<ArrayBuffer> | undefined {
    const available = this.#available;
    if (available === 0) {
      Atomics.store(this.#words, Word.Away, 1);
      if (this.#available === 0) return undefined;
      return this.read();
    }
    const read = this.#words[Word.Read]!;
    const at = read & SIZE - 1;
    const bytes = new Uint8Array(available);
    const first = Math.min(available, SIZE - at);
    bytes.set(this.#bytes.subarray(at, at + first));
    bytes.set(this.#bytes.subarray(0, available - first), first);
    Atomics.store(this.#words, Word.Read, read + available | 0);
    Atomics.notify(this.#words, Word.Read);
    return bytes;
  }

  /** Blocks until there are new bytes. See `Signal`. */
  wait(count: number, timeout: number): void {
    Atomics.store(this.#words, Word.Away, 0);
    this.signal.wait(count, timeout);
  }

  get #available(): number {
    return Atomics.load(this.#words, Word.Written) - this.#words[Word.Read]! >>> 0;
  }
}
