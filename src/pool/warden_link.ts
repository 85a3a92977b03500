import { failure } from "../value/mod.ts";
import type { WardenOrder, WardenReport } from "./warden.ts";

/** How often the warden is asked whether it is there, in milliseconds. */
const PING = 500;
/** How long it may be silent, in milliseconds. */
const SILENCE = 5_000;
/** How often in a row it may end before it is up. */
const ATTEMPTS = 3;

/**
 * The host's end of the warden. It can be made before anything else is imported, so that the warden starts beside the
 * rest; a warden that is lost is started again.
 */
export class WardenLink {
  readonly #readable: URL[];
  #worker: Worker | undefined;
  #report: (report: WardenReport) => void = () => {};
  #lost: (why: string) => void = () => {};
  #heard = 0;
  /** When it was asked last whether it is there. */
  #asked = 0;
  #attempts = 0;
  readonly #failed = Promise.withResolvers<never>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param extensions Modules that the executors import, besides Weft's own. */
  constructor(extensions: readonly string[] = []) {
    this.#failed.promise.catch(() => {}); // told to whoever asks
    const own = [new URL("../", import.meta.url), new URL("../../workers/", import.meta.url)];
    this.#readable = [...own, ...extensions.filter((url) => url.startsWith("file:")).map((url) => new URL(url))];
    this.#start();
  }

  /** Says who is told what the warden reports, and that it was lost: its executors with it. */
  attach(report: (report: WardenReport) => void, lost: (why: string) => void): void {
    this.#report = report;
    this.#lost = lost;
    this.#heard = performance.now();
    this.#timer = setInterval(() => this.#ping(), PING);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  /** Rejects when the warden cannot be started. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Has something done. @param port Given over to the executor that is spawned. */
  order(order: WardenOrder, port?: MessagePort): void {
    this.#worker?.postMessage(order, port === undefined ? [] : [port]);
  }

  /** Ends the warden and all executors. */
  close(): void {
    clearInterval(this.#timer);
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #start(): void {
    const worker = new Worker(new URL("../../workers/warden.ts", import.meta.url), {
      type: "module",
      name: "warden",
      // the executors inherit this: whoever escapes the realm may read Weft's own source, and nothing else
      deno: { permissions: { read: this.#readable } },
    } as WorkerOptions);
    worker.onmessage = ({ data }: MessageEvent<WardenReport>) => {
      this.#heard = performance.now();
      if (data.report === "ready") this.#attempts = 0;
      this.#report(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#restart(worker, event.message);
    };
    this.#worker = worker;
  }

  #ping(): void {
    const now = performance.now();
    // a host that was held up itself has not heard anybody
    if (now - this.#asked > 2 * PING) this.#heard = now;
    this.#asked = now;
    if (now - this.#heard > SILENCE) return this.#restart(this.#worker, `it was silent for ${SILENCE} ms`);
    this.order({ order: "ping", at: now });
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
    this.#heard = performance.now();
    this.#start();
    this.#lost(why);
  }
}
