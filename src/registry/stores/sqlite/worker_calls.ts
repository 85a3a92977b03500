import { ConflictError, RegistryError } from "../../errors.ts";
import type { Call, Failure, Message, StoreMethods } from "./sqlite_worker.ts";

/** The worker died before it answered: whether the call was carried out, is not known. */
export class WorkerLostError extends RegistryError {
  override name = "WorkerLostError";

  constructor(store: string, why: string) {
    super("unavailable", `the worker of ${store} ${why}`);
  }
}

/** A call, with the method and what it takes. */
export type StoreCall = { [M in keyof StoreMethods]: [M, ...Parameters<StoreMethods[M]>] }[keyof StoreMethods];

/** How the worker of a store is started, and who is told of what. */
export interface WorkerCallsOptions {
  /** Names the store in errors. */
  readonly store: string;
  readonly start: () => Worker;
  /** What every worker is asked first. If it fails, so do the calls that wait for it. */
  readonly first: () => readonly StoreCall[];
  /** Told when head has moved. */
  readonly onMove: () => void;
  /** Told when the worker has died or been ended: nobody says any more that head has moved. */
  readonly onLost: () => void;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A worker as it is being used. */
interface Running {
  readonly worker: Worker;
  readonly pending: Map<number, Pending>;
  ready: Promise<unknown>;
}

/** Calls to the worker of a store. A worker that dies fails the calls under way, and the next call starts another. */
export class WorkerCalls {
  readonly #options: WorkerCallsOptions;
  #running: Running | undefined;
  #count = 0;

  constructor(options: WorkerCallsOptions) {
    this.#options = options;
  }

  /** @throws {RegistryError} What the store says; a `WorkerLostError`, if the worker dies meanwhile. */
  async call<M extends keyof StoreMethods>(
    method: M,
    ...args: Parameters<StoreMethods[M]>
  ): Promise<ReturnType<StoreMethods[M]>> {
    const running = this.#running ?? this.#start();
    await running.ready;
    return await this.#post(running, method, args) as ReturnType<StoreMethods[M]>;
  }

  /** Lets the worker finish what it was asked, and ends it. */
  async end(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    try {
      await this.call("close");
    } catch {
      // One that has died, or could not open its file, has nothing to finish.
    } finally {
      this.#lose(running, "was ended");
    }
  }

  #start(): Running {
    const running: Running = { worker: this.#startWorker(), pending: new Map(), ready: Promise.resolve() };
    this.#running = running;
    running.worker.onmessage = ({ data }: MessageEvent<Message>) => {
      if ("moved" in data) this.#options.onMove();
      else settle(running.pending, data);
    };
    running.worker.onerror = (event) => {
      // The host outlives it.
      event.preventDefault();
      this.#lose(running, `died: ${event.message}`);
    };
    const first = this.#options.first().map(([method, ...args]) => this.#post(running, method, args));
    running.ready = Promise.all(first);
    running.ready.catch(() => this.#lose(running, "could not be started"));
    return running;
  }

  #startWorker(): Worker {
    try {
      return this.#options.start();
    } catch (cause) {
      const { store } = this.#options;
      throw new RegistryError("unavailable", `the worker of ${store} cannot be started`, { cause });
    }
  }

  #post(running: Running, method: keyof StoreMethods, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#running !== running) return reject(new WorkerLostError(this.#options.store, "died"));
      const id = this.#count++;
      running.pending.set(id, { resolve, reject });
      running.worker.postMessage({ id, method, args } satisfies Call);
    });
  }

  #lose(running: Running, why: string): void {
    running.worker.terminate();
    if (this.#running === running) this.#running = undefined;
    for (const { reject } of running.pending.values()) reject(new WorkerLostError(this.#options.store, why));
    running.pending.clear();
    this.#options.onLost();
  }
}

function settle(pending: Map<number, Pending>, message: Exclude<Message, { moved: true }>): void {
  const call = pending.get(message.id);
  pending.delete(message.id);
  if ("failure" in message) call?.reject(toError(message.failure));
  else call?.resolve(message.value);
}

function toError({ code, message, details }: Failure): RegistryError {
  if (code === "conflict") {
    const { expected, actual } = details as { expected: number; actual: number };
    return new ConflictError(expected, actual);
  }
  return new RegistryError(code, message, details === undefined ? {} : { details });
}
