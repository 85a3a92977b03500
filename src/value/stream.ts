const open = new Map<number, Stream>();

/** A ticket that cannot be guessed: code that has escaped its realm could answer with the bytes of somebody else. */
function newTicket(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % 2 ** 21) * 2 ** 32 + low;
}

/**
 * Bytes that arrive over time and can be read once: a request body too large to hold. The bytes stay on the host; what
 * crosses to an executor is the stream's ticket, which can be passed on or answered there, but not read.
 */
export class Stream {
  /** Names the stream on every thread. */
  readonly ticket: number;
  #source: ReadableStream<Uint8Array> | undefined;

  private constructor(ticket: number, source: ReadableStream<Uint8Array> | undefined) {
    this.ticket = ticket;
    this.#source = source;
  }

  /** A stream of these bytes. Close it, or its ticket is kept. */
  static from(source: ReadableStream<Uint8Array>): Stream {
    const stream = new Stream(newTicket(), source);
    open.set(stream.ticket, stream);
    return stream;
  }

  /** How many streams are kept because nobody has taken or closed them. */
  static get kept(): number {
    return open.size;
  }

  /** The stream that a ticket names. Where there is none such, one that can only be passed on. */
  static of(ticket: number): Stream {
    return open.get(ticket) ?? new Stream(ticket, undefined);
  }

  /** The bytes, once. @throws {Error} If they were taken before, or are not on this thread. */
  take(): ReadableStream<Uint8Array> {
    const source = this.#source;
    if (source === undefined) throw new Error("a stream can be read once, and on the host only");
    this.#source = undefined;
    open.delete(this.ticket);
    return source;
  }

  /** Lets go of the bytes if nobody has taken them. */
  close(): void {
    if (this.#source !== undefined) void this.take().cancel().catch(() => {});
  }
}
