import type { Readable, Writable } from "node:stream";
import { asError } from "../../value/mod.ts";
import type { Channel } from "../channel.ts";
import type { StartFailure } from "../start_failure.ts";
import { decodeMessage, encodeMessage, MAX_MESSAGE } from "./message.ts";
import { MessageReader } from "./message_reader.ts";

/** The pipes to an executor that is a program of its own. */
export interface Pipes {
  /** Its standard input. */
  input: Writable;
  /** Its standard output. */
  output: Readable;
}

/** An empty message asks the input thread of an executor what its program has used. */
const QUESTION = new Uint8Array(4);

/** The host's end of the channel to an executor that is a program of its own. */
export class PipeChannel implements Channel {
  readonly #reader = new MessageReader(MAX_MESSAGE);
  /** What was posted before the program was started. */
  #waiting: Uint8Array[] = [];
  #input: Writable | undefined;
  /** Resolves when there is nothing left to read. */
  readonly #ended = Promise.withResolvers<void>();
  #deliver: (batch: unknown) => void = () => {};
  #malformed: (what: string) => void = () => {};
  #startFailed: (failure: StartFailure) => void = () => {};
  /** Whether the executor serves: it has posted a batch. */
  #serves = false;
  /** Whether nothing is delivered any more. */
  #closed = false;

  post(batch: readonly unknown[]): void {
    this.#write(encodeMessage(batch));
  }

  onBatch(deliver: (batch: unknown) => void, malformed: (what: string) => void): void {
    this.#deliver = deliver;
    this.#malformed = malformed;
  }

  drain(): Promise<void> {
    return this.#ended.promise;
  }

  close(): void {
    this.#closed = true;
  }

  /** Connects the channel with a program that was started. @param startFailed Called if it says that it cannot serve. */
  connect({ input, output }: Pipes, startFailed: (failure: StartFailure) => void): void {
    this.#input = input;
    this.#startFailed = startFailed;
    input.on("error", () => {}); // it has died, and that is reported
    output.on("error", () => {});
    output.on("data", (bytes: Uint8Array<ArrayBuffer>) => this.#read(bytes));
    output.on("close", () => this.#ended.resolve());
    for (const message of this.#waiting) input.write(message);
    this.#waiting = [];
  }

  /** Says that no program was started, or that nothing of it will be read. */
  end(): void {
    this.#ended.resolve();
  }

  /** Asks what the program has used. */
  askUsage(): void {
    if (this.#input !== undefined) this.#write(QUESTION);
  }

  #write(message: Uint8Array): void {
    if (this.#input === undefined) this.#waiting.push(message);
    else if (this.#input.writable) this.#input.write(message);
  }

  #read(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#closed) return;
    try {
      // a Buffer would make others of its slices, which share its memory
      this.#reader.add(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
      for (let message = this.#reader.next(); message !== undefined; message = this.#reader.next()) {
        this.#take(decodeMessage(message));
        if (this.#closed) return;
      }
    } catch (error) {
      this.#closed = true; // where the next message begins is unknown
      this.#malformed(asError(error).message);
    }
  }

  #take(batch: unknown): void {
    if (!this.#serves && isStartFailure(batch)) {
      this.#closed = true;
      return this.#startFailed(batch);
    }
    this.#serves = true;
    this.#deliver(batch);
  }
}

function isStartFailure(message: unknown): message is StartFailure {
  return typeof (message as StartFailure | null)?.failed === "string";
}
