import { receiveMessageOnPort } from "node:worker_threads";
import type { Channel, ExecutorChannel } from "./channel.ts";
import type { Signal } from "./signal.ts";

/** The host's end of the channel to an executor thread: a port, and a signal that wakes the thread. */
export class PortChannel implements Channel {
  readonly #port: MessagePort;
  readonly #signal: Signal;
  #deliver: (batch: unknown) => void = () => {};

  /** @param signal Of the thread's status. */
  constructor(port: MessagePort, signal: Signal) {
    this.#port = port;
    this.#signal = signal;
  }

  post(batch: readonly unknown[]): void {
    this.#port.postMessage(batch);
    this.#signal.notify();
  }

  onBatch(deliver: (batch: unknown) => void): void {
    this.#deliver = deliver;
    this.#port.onmessage = ({ data }) => deliver(data);
  }

  async drain(): Promise<void> {
    // a message that the event loop has already received is delivered first
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    for (let message = take(this.#port); message !== undefined; message = take(this.#port)) {
      this.#deliver(message.message);
    }
  }

  close(): void {
    this.#port.close();
  }
}

/** An executor thread's end of its channel. */
export class PortExecutorChannel implements ExecutorChannel {
  /** A port holds whatever is posted; copying it takes about a millisecond then. */
  readonly capacity = 2 ** 20;
  readonly #port: MessagePort;
  readonly #signal: Signal;

  /** @param signal Of the thread's status. */
  constructor(port: MessagePort, signal: Signal) {
    this.#port = port;
    this.#signal = signal;
  }

  post(batch: readonly unknown[]): void {
    this.#port.postMessage(batch);
  }

  onBatch(deliver: (batch: unknown[]) => void): void {
    this.#port.onmessage = ({ data }) => deliver(data);
  }

  receive(): unknown[] | undefined {
    return take(this.#port)?.message as unknown[] | undefined;
  }

  get arrivals(): number {
    return this.#signal.count;
  }

  wait(arrivals: number, timeout: number): void {
    this.#signal.wait(arrivals, timeout);
  }
}

/** Takes a message from a port without the event loop. */
function take(port: MessagePort): { message: unknown } | undefined {
  return receiveMessageOnPort(port as never); // typed for Node's own port only; Deno takes the standard one
}
