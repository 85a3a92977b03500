import { failure } from "../../value/mod.ts";

/** Where the texts of an `OutputStream` go, such as `Deno.stdout`. */
export interface TextSink {
  /** Writes bytes. @returns How many were written. */
  write(bytes: Uint8Array): Promise<number>;
}

/** How many bytes may wait. */
const WAITING = 1024 * 1024;
/** A stream that is not ready is asked again after this time, in milliseconds. */
const NOT_READY = 20;

/** Writes texts to a stream of the program one after another, each as a whole. */
export class OutputStream {
  readonly #sink: TextSink;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(sink: TextSink) {
    this.#sink = sink;
  }

  /**
   * Writes a text, or bytes.
   *
   * @returns How many bytes there are, once they are written.
   * @throws {Error} `busy`, if too much waits because nobody reads the stream; if it cannot be written.
   */
  async write(content: string | Uint8Array): Promise<number> {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    if (this.#waiting > 0 && this.#waiting + bytes.length > WAITING) {
      throw failure("too much waits to be written: nobody reads the stream", { code: "busy" });
    }
    this.#waiting += bytes.length;
    const writing = this.#last.then(() => this.#writeAll(bytes));
    this.#last = writing.catch(() => {});
    try {
      await writing;
    } catch (thrown) {
      throw failure("the stream cannot be written", { code: "io_error", cause: thrown });
    } finally {
      this.#waiting -= bytes.length;
    }
    return bytes.length;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      try {
        at += await this.#sink.write(bytes.subarray(at));
      } catch (error) {
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
        await new Promise((resolve) => setTimeout(resolve, NOT_READY));
      }
    }
  }
}

/** The streams of the program, by the names that files have for them. */
const STREAMS: Readonly<Record<string, OutputStream>> = {
  "/dev/stdout": new OutputStream(Deno.stdout),
  "/dev/stderr": new OutputStream(Deno.stderr),
};

/** Returns the stream of the program that a file stands for; undefined if it is a file. */
export function outputStream(filename: string): OutputStream | undefined {
  return Object.hasOwn(STREAMS, filename) ? STREAMS[filename] : undefined;
}
