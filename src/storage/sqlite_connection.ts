import { dirname } from "node:path";
import { StorageError } from "./error.ts";
import type { Call, Failure, Message } from "./sqlite/worker.ts";

/** Options of a connection. */
export interface SqliteOptions {
  /** Starts the worker that opens the file. Default: one that may read and write that file and nothing else. */
  readonly startWorker?: (path: string) => Worker;
}

/** The methods of a service, as its client calls them. */
type Methods<Service> = {
  [M in keyof Service]: Service[M] extends (...args: infer Args) => infer Result ? (...args: Args) => Result : never;
};

/** A method of a service with its arguments. */
type CallOf<Service> = {
  [M in keyof Service & string]: [method: M, ...args: Parameters<Methods<Service>[M]>];
}[keyof Service & string];

/** Options of a client. */
export interface SqliteClientOptions<Service> {
  /** Returns what every new worker is asked before anything else. */
  onStart?(): readonly CallOf<Service>[];
  /** Called when the service has news. */
  onNotify?(): void;
  /** Called when the worker has died or ended, after which it sends no news. */
  onLost?(): void;
}

/** Calls one service of a worker. */
export interface SqliteClient<Service> {
  /** Calls a method. @throws {StorageError} Why the service failed; `unavailable`, if the worker died meanwhile. */
  call<M extends keyof Service>(
    method: M,
    ...args: Parameters<Methods<Service>[M]>
  ): Promise<ReturnType<Methods<Service>[M]>>;
}

/** The options of any client. */
interface AnyClient extends Omit<SqliteClientOptions<never>, "onStart"> {
  onStart?(): readonly (readonly [method: string, ...args: unknown[]])[];
}

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A worker in use. */
interface RunningWorker {
  readonly worker: Worker;
  readonly pending: Map<number, PendingCall>;
  ready: Promise<unknown>;
}

/**
 * A SQLite file, opened by a worker, as SQLite blocks its thread for the disk and for other processes. A worker that
 * dies fails the calls under way, which may or may not have been carried out; the next call starts another worker.
 */
export class SqliteConnection {
  readonly #start: (path: string) => Worker;
  readonly #clients = new Map<string, AnyClient>();
  #running: RunningWorker | undefined;
  #count = 0;
  #closed = false;

  private constructor(readonly path: string, { startWorker: start = startWorker }: SqliteOptions) {
    this.#start = start;
  }

  /**
   * Prepares a file, creating it and its folders where they are missing; only its owner can read a new one. The first
   * call opens it.
   *
   * @throws {StorageError} `unavailable`, if it cannot be created or opened.
   */
  static async open(path: string, options: SqliteOptions = {}): Promise<SqliteConnection> {
    return new SqliteConnection(await prepareFile(path), options);
  }

  /** Returns a client of a service. There is one client for each service. */
  client<Service>(service: string, options: SqliteClientOptions<Service> = {}): SqliteClient<Service> {
    this.#clients.set(service, options as AnyClient);
    return { call: (method, ...args) => this.#call(service, method as string, args) as never };
  }

  /** Lets the worker finish the calls under way, and ends it. Later calls reject. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const running = this.#running;
    if (running === undefined) return;
    try {
      await running.ready;
      await this.#post(running, { method: "close", args: [] });
    } catch {
      // A worker that has died, or could not open its file, has nothing to finish.
    } finally {
      this.#lose(running, "was ended");
    }
  }

  async #call(service: string, method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#closed) throw new StorageError("unavailable", `${this.path} is closed`);
    const running = this.#running ?? this.#startWorker();
    await running.ready;
    return await this.#post(running, { service, method, args });
  }

  #startWorker(): RunningWorker {
    const running: RunningWorker = { worker: this.#createWorker(), pending: new Map(), ready: Promise.resolve() };
    this.#running = running;
    running.worker.onmessage = ({ data }: MessageEvent<Message>) => {
      if ("notified" in data) this.#clients.get(data.notified)?.onNotify?.();
      else settle(running.pending, data);
    };
    running.worker.onerror = (event) => {
      // The death of the worker must not end this thread.
      event.preventDefault();
      this.#lose(running, `died: ${event.message}`);
    };
    const first: Omit<Call, "id">[] = [{ method: "open", args: [this.path] }];
    for (const [service, { onStart }] of this.#clients) {
      for (const [method, ...args] of onStart?.() ?? []) first.push({ service, method, args });
    }
    running.ready = Promise.all(first.map((call) => this.#post(running, call)));
    running.ready.catch(() => this.#lose(running, "could not be started"));
    return running;
  }

  #createWorker(): Worker {
    try {
      return this.#start(this.path);
    } catch (cause) {
      throw new StorageError("unavailable", `the worker of ${this.path} cannot be started`, { cause });
    }
  }

  #post(running: RunningWorker, call: Omit<Call, "id">): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#running !== running) return reject(this.#lost("died"));
      const id = this.#count++;
      running.pending.set(id, { resolve, reject });
      running.worker.postMessage({ id, ...call } satisfies Call);
    });
  }

  #lose(running: RunningWorker, why: string): void {
    running.worker.terminate();
    if (this.#running === running) this.#running = undefined;
    for (const { reject } of running.pending.values()) reject(this.#lost(why));
    running.pending.clear();
    for (const { onLost } of this.#clients.values()) onLost?.();
  }

  #lost(why: string): StorageError {
    return new StorageError("unavailable", `the worker of ${this.path} ${why}`);
  }
}

function settle(pending: Map<number, PendingCall>, message: Exclude<Message, { notified: string }>): void {
  const call = pending.get(message.id);
  pending.delete(message.id);
  if ("failure" in message) call?.reject(toError(message.failure));
  else call?.resolve(message.value);
}

function toError({ code, message, details }: Failure): StorageError {
  return new StorageError(code, message, details === undefined ? {} : { details });
}

/** Creates missing folders and the file. Returns the real path, which permissions are given for. */
async function prepareFile(path: string): Promise<string> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    // SQLite gives the files that it adds the same mode.
    (await Deno.open(path, { create: true, write: true, mode: 0o600 })).close();
    return await Deno.realPath(path);
  } catch (cause) {
    throw new StorageError("unavailable", `${path} cannot be opened: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Starts a worker that may touch one file. What SQLite writes beside it, SQLite opens by itself; of that the
 * write-ahead log alone is watched. The package of JSR needs more: it loads a library, which it finds by the environment
 * and keeps in a cache.
 */
export function startWorker(path: string): Worker {
  const own = { read: [path, `${path}-wal`], write: [path] };
  return new Worker(new URL("../../workers/sqlite.ts", import.meta.url), {
    type: "module",
    name: "sqlite",
    deno: { permissions: isBuiltIn() ? own : { read: true, write: true, env: true, ffi: true, net: true } },
  });
}

/** Reports whether `@db/sqlite` stands for the SQLite built into Deno. In a package of JSR the name leads nowhere. */
function isBuiltIn(): boolean {
  try {
    return import.meta.resolve("@db/sqlite").endsWith("/src/jsr/sqlite.ts");
  } catch {
    return false;
  }
}
