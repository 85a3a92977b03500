const open = new Map<number, Stream>();

/** Returns an unguessable ticket, or code that escaped its realm could answer with the stream of another process. */
function newTicket(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % 2 ** 21) * 2 ** 32 + low;
}

/**
 * Bytes that arrive over time and can be read once, such as a request body that is too large to hold in memory. The
 * bytes stay on the host. An executor gets the stream's ticket, which it can pass on or answer with, but not read.
 */
export class Stream {
  /** Identifies the stream on every thread. */
  readonly ticket: number;
  /** How many bytes there are, where that is known, in bytes. */
  readonly length: number | undefined;
  #source: ReadableStream<Uint8Array> | undefined;

  private constructor(ticket: number, source: ReadableStream<Uint8Array> | undefined, length?: number) {
    this.ticket = ticket;
    this.length = length;
    this.#source = source;
  }

  /**
   * Creates a stream. It must be taken or closed, or its ticket is kept forever.
   *
   * @param length How many bytes there are, if that is known; then there must be as many.
   */
  static from(source: ReadableStream<Uint8Array>, length?: number): Stream {
    const stream = new Stream(newTicket(), source, length);
    open.set(stream.ticket, stream);
    return stream;
  }

  /** The number of streams that have been neither taken nor closed. */
  static get kept(): number {
    return open.size;
  }

  /** Returns the stream with a ticket. On a thread that does not have it, returns one that can only be passed on. */
  static of(ticket: number): Stream {
    return open.get(ticket) ?? new Stream(ticket, undefined);
  }

  /** Returns the bytes, once. @throws {Error} If they were taken before, or are not on this thread. */
  take(): ReadableStream<Uint8Array> {
    const source = this.#source;
    if (source === undefined) throw new Error("a stream can be read once, and on the host only");
    this.#source = undefined;
    open.delete(this.ticket);
    return source;
  }

  /** Discards the bytes unless they were taken. */
  close(): void {
    if (this.#source !== undefined) void this.take().cancel().catch(() => {});
  }
}
