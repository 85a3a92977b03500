/** A stream of bytes that lines are written to, such as `Deno.stderr`. */
export interface LineSink {
  /** Writes bytes. @returns How many were written. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Options of a `LineWriter`. */
export interface LineWriterOptions {
  /** How many characters may wait to be written. Default 1 Mi. */
  limit?: number;
  /** How long to wait after a failure before writing again, in milliseconds. Default 1,000. */
  pause?: number;
  /** Returns the line that tells how many lines were dropped. */
  lost?: (count: number) => string;
}

/** A line to write, and how many lines it stands for. */
interface Told {
  readonly text: string;
  readonly lines: number;
}

const encoder = new TextEncoder();
/** A stream that is not ready is asked again after this time, in milliseconds. */
const NOT_READY = 20;

/**
 * Writes lines to a stream in the background, in order. Never waits and never throws: lines for which there is no room,
 * because nobody reads the stream, and lines that cannot be written, because the disk is full or the reader has gone, are
 * dropped and counted. The count is written as soon as writing works again.
 */
export class LineWriter {
  readonly #sink: LineSink;
  readonly #limit: number;
  readonly #pause: number;
  readonly #lost: (count: number) => string;
  #waiting: string[] = [];
  #size = 0;
  #dropped = 0;
  /** How many of the waiting lines come before those that were dropped. */
  #droppedAt = 0;
  /** Whether the last byte that was written is not the end of a line. */
  #isMidLine = false;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(sink: LineSink, options: LineWriterOptions = {}) {
    this.#sink = sink;
    this.#limit = options.limit ?? 1024 * 1024;
    this.#pause = options.pause ?? 1_000;
    this.#lost = options.lost ?? ((count) => `${count} lines could not be written`);
  }

  /** How many lines were dropped since it was told last. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Writes a line. */
  write(line: string): void {
    if (this.#isClosed || this.#size > 0 && this.#size + line.length > this.#limit) {
      if (this.#dropped === 0) this.#droppedAt = this.#waiting.length;
      this.#dropped++;
      return;
    }
    this.#waiting.push(line);
    this.#size += line.length;
    this.#running ??= this.#run();
  }

  /** Waits until all lines are written or dropped. @param timeout How long, in milliseconds. */
  async flush(timeout: number): Promise<void> {
    const end = Promise.withResolvers<void>();
    const timer = setTimeout(end.resolve, timeout);
    await Promise.race([this.#running, end.promise]);
    clearTimeout(timer);
  }

  /** Drops what comes from here on, and stops trying to write. */
  close(): void {
    this.#isClosed = true;
  }

  async #run(): Promise<void> {
    await undefined; // lines of the same turn are written at once
    while (!this.#isClosed && (this.#waiting.length > 0 || this.#dropped > 0)) {
      const lines = this.#waiting;
      const dropped = this.#dropped;
      this.#waiting = [];
      this.#dropped = 0;
      const told: Told[] = lines.map((text) => ({ text, lines: 1 }));
      if (dropped > 0) told.splice(this.#droppedAt, 0, { text: this.#lost(dropped), lines: dropped });
      if (this.#isMidLine) told.unshift({ text: "", lines: 0 }); // ends the line that was cut
      const written = await this.#writeAll(encoder.encode(`${told.map(({ text }) => text).join("\n")}\n`));
      this.#size -= lines.reduce((size, { length }) => size + length, 0);
      if (written === told.length) continue;
      this.#droppedAt = 0;
      this.#dropped += told.slice(written).reduce((sum, { lines }) => sum + lines, 0);
      if (this.#dropped > 0) await sleep(this.#pause);
    }
    this.#running = undefined;
  }

  /** Writes bytes. @returns How many lines were written. */
  async #writeAll(bytes: Uint8Array): Promise<number> {
    let at = 0;
    while (at < bytes.length) {
      try {
        at += await this.#sink.write(bytes.subarray(at));
        this.#isMidLine = bytes[at - 1] !== NEWLINE;
      } catch (error) {
        if (!(error instanceof Deno.errors.WouldBlock) || this.#isClosed) break;
        await sleep(NOT_READY);
      }
    }
    return linesIn(bytes.subarray(0, at));
  }
}

const NEWLINE = 10;

function linesIn(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === NEWLINE) count++;
  return count;
}

/** Waits without keeping the program alive. */
function sleep(time: number): Promise<void> {
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, time)));
}
