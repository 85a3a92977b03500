import { PortChannel, ThreadStatus } from "../protocol/mod.ts";
import { failure, within } from "../value/mod.ts";
import type { DeathReport, ExecutorWarden, NewExecutor, SpawnOptions, WardenClient } from "./executor_warden.ts";
import type { WardenClosed, WardenOrder } from "./warden.ts";

/** The interval at which the host looks for a beat of the warden, in milliseconds. */
const LOOK = 500;
/** How long a running warden may be silent, in milliseconds. */
const SILENCE = 5_000;
/** How long the warden may take to start, in milliseconds. A busy machine starts it slowly, and a restart only adds to that. */
const START = 60_000;
/** How long ending the threads may take before the warden is ended with them, in milliseconds. */
const CLOSE = 500;
/** How often in a row the warden may end before it is ready. */
const ATTEMPTS = 3;

/**
 * The host's connection to the warden of threads. It can be made before anything else is imported, so that the warden starts while
 * the rest is loaded. A warden that is lost is restarted.
 */
export class WardenLink implements ExecutorWarden {
  readonly #readable: URL[];
  #worker: Worker | undefined;
  readonly #clients: WardenClient[] = [];
  /** Shared with the warden: a host that is flooded takes no messages for a while, but can read its beats. */
  #status = new ThreadStatus();
  /** The beat that was seen last; 0 until the warden is up. */
  #beat = 0;
  /** How long the warden has been silent, in milliseconds, as far as the host was there to listen. */
  #silent = 0;
  /** When it was last looked for a beat. */
  #looked = 0;
  #attempts = 0;
  readonly #failed = Promise.withResolvers<never>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param readable The files that executors may read, besides Weft's own. */
  constructor(readable: readonly URL[] = []) {
    this.#failed.promise.catch(() => {}); // reported to those who await `failed`
    const own = [new URL("../", import.meta.url), new URL("../../workers/", import.meta.url)];
    this.#readable = [...own, ...readable];
    this.#start();
  }

  attach(client: WardenClient): void {
    this.#clients.push(client);
    if (this.#timer !== undefined) return;
    this.#looked = performance.now();
    this.#timer = setInterval(() => this.#look(), LOOK);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  create({ id, memory, extensions, unguarded }: SpawnOptions): NewExecutor {
    const { port1, port2 } = new MessageChannel();
    const status = new ThreadStatus();
    const data = { extensions, unguarded };
    const spawn = { order: "spawn", thread: "executor", id, memory, status: status.buffer, data } as const;
    return {
      channel: new PortChannel(port1, status.signal),
      status,
      start: () => this.order(spawn, port2),
    };
  }

  kill(id: number, why: string): void {
    this.order({ order: "kill", id, why });
  }

  /** Sends an order. @param port For `spawn`: transferred to the thread. */
  order(order: WardenOrder, port?: MessagePort): void {
    this.#worker?.postMessage(order, port === undefined ? [] : [port]);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    const isUp = this.#status.read().beat > 0;
    this.#worker = undefined;
    clearInterval(this.#timer);
    if (worker !== undefined && isUp) {
      const closed = new Promise<void>((resolve) => {
        worker.onmessage = ({ data }: MessageEvent<DeathReport | WardenClosed>) => data === "closed" && resolve();
      });
      worker.postMessage({ order: "close" } satisfies WardenOrder);
      await within(CLOSE, closed);
    }
    worker?.terminate();
  }

  /** Ends the warden and its threads at once. These may write to standard error what has ended them. */
  terminate(): void {
    clearInterval(this.#timer);
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #start(): void {
    const worker = new Worker(new URL("../../workers/warden.ts", import.meta.url), {
      type: "module",
      name: "warden",
      // the executors inherit this: code that escapes the realm may only read Weft's own source
      deno: { permissions: { read: this.#readable } },
    } as WorkerOptions);
    worker.onmessage = ({ data }: MessageEvent<DeathReport>) => this.#clients.forEach((client) => client.died(data));
    worker.onerror = (event) => {
      event.preventDefault();
      this.#restart(worker, event.message);
    };
    this.#worker = worker;
    this.#status = new ThreadStatus();
    this.#beat = this.#silent = 0;
    this.order({ order: "beat", status: this.#status.buffer });
  }

  #look(): void {
    const now = performance.now();
    const elapsed = now - this.#looked;
    this.#looked = now;
    const { beat } = this.#status.read();
    if (beat !== this.#beat) {
      this.#beat = beat;
      this.#silent = this.#attempts = 0;
      return;
    }
    // a host that was blocked itself may have kept the warden waiting
    this.#silent = elapsed > 2 * LOOK ? 0 : this.#silent + elapsed;
    const patience = beat > 0 ? SILENCE : START;
    if (this.#silent > patience) this.#restart(this.#worker, `it was silent for ${patience} ms`);
  }

  #restart(worker: Worker | undefined, why: string): void {
    if (worker === undefined || worker !== this.#worker) return;
    worker.terminate();
    this.#worker = undefined;
    if (++this.#attempts >= ATTEMPTS) {
      clearInterval(this.#timer);
      this.#failed.reject(failure(`the warden cannot be started: ${why}`));
      return;
    }
    this.#start();
    for (const client of this.#clients) client.lost(why);
  }
}
