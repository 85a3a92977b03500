/**
 * Bytes that arrive over time and can be read once: a request body too large to hold. The bytes stay on the host;
 * on an executor a stream is only its ticket, which can be passed on or answered, but not read.
 */
export class Stream {
  readonly #source: ReadableStream<Uint8Array> | undefined;
  #taken = false;

  /**
   * @param ticket Names the stream across threads; unique on the host.
   * @param source The bytes; absent where only the ticket is known.
   */
  constructor(readonly ticket: number, source?: ReadableStream<Uint8Array>) {
    this.#source = source;
  }

  /** Whether somebody has begun to read. */
  get taken(): boolean {
    return this.#taken;
  }

  /** The bytes, once. @throws {Error} If they were taken before or are not on this thread. */
  take(): ReadableStream<Uint8Array> {
    if (this.#source === undefined) throw new Error("a stream can be read on the host only");
    if (this.#taken) throw new Error("a stream can be read once, and was read before");
    this.#taken = true;
    return this.#source;
  }
}
