import type { ExecutorChannel } from "../channel.ts";
import type { ByteRing } from "./byte_ring.ts";
import { decodeMessage, encodeMessage } from "./message.ts";
import { MessageReader } from "./message_reader.ts";
import { splitBatch } from "./split_batch.ts";
import type { StatusFile } from "./status_file.ts";

/** A batch of more bytes than this is posted as several, if it has several frames. */
const LARGE = 4 * 2 ** 20;

/** How many bytes are written at a time: what a pipe holds, so that even a host that reads slowly hears beats. */
const PIECE = 2 ** 16;

/** What a channel of an executor that is a program of its own is made of. */
export interface PipeExecutorChannelOptions {
  /** What the input thread has read. */
  ring: ByteRing;
  /** Sets what the event loop calls when the ring has something again. */
  onInput(arrived: () => void): void;
  /** Writes bytes to the host. Blocks while the pipe is full. @returns How many were written. */
  write(bytes: Uint8Array): number;
  status: StatusFile;
}

/** The end of an executor that is a program of its own: reads from the input thread, and writes to standard output. */
export class PipeExecutorChannel implements ExecutorChannel {
  /** What a pipe holds: more cannot be written without waiting for the host to read. */
  readonly capacity = 64 * 1024;
  readonly #options: PipeExecutorChannelOptions;
  readonly #reader = new MessageReader(Infinity);

  constructor(options: PipeExecutorChannelOptions) {
    this.#options = options;
  }

  post(batch: readonly unknown[]): void {
    // what the host is about to be told of has been left
    this.#options.status.settle();
    this.#post(batch);
  }

  #post(batch: readonly unknown[]): void {
    let message: Uint8Array | undefined;
    let failed: unknown;
    try {
      message = encodeMessage(batch);
    } catch (error) {
      failed = error; // the JSON of several large answers can be longer than a string may be
    }
    if (message !== undefined && message.length <= LARGE) return this.#write(message);
    const parts = splitBatch(batch, message === undefined ? 2 : Math.ceil(message.length / LARGE) + 1);
    if (parts !== undefined) { for (const part of parts) this.#post(part); }
    else if (message !== undefined) this.#write(message);
    else throw failed;
  }

  /** Writes a message that is no batch, such as why the executor cannot start. */
  send(message: unknown): void {
    this.#write(encodeMessage(message));
  }

  onBatch(deliver: (batch: unknown[]) => void): void {
    const arrived = () => {
      for (let batch = this.receive(); batch !== undefined; batch = this.receive()) deliver(batch);
    };
    this.#options.onInput(arrived);
    arrived(); // nobody was told of what has arrived so far
  }

  receive(): unknown[] | undefined {
    for (;;) {
      const message = this.#reader.next();
      if (message !== undefined) {
        if (message.length === 0) continue; // a question to the input thread that came in two pieces
        return decodeMessage(message) as unknown[];
      }
      const bytes = this.#options.ring.read();
      if (bytes === undefined) return undefined;
      this.#reader.add(bytes);
    }
  }

  get arrivals(): number {
    return this.#options.ring.signal.count;
  }

  wait(arrivals: number, timeout: number): void {
    this.#options.ring.wait(arrivals, timeout);
  }

  #write(message: Uint8Array): void {
    const { write, status } = this.#options;
    for (let at = 0; at < message.length;) {
      at += write(message.subarray(at, at + PIECE));
      // as long as the host reads, it is not silent
      status.beat();
    }
  }
}
