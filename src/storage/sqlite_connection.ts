import { basename, dirname, join, resolve } from "node:path";
import { missingPermission } from "../value/mod.ts";
import { StorageError } from "./error.ts";
import type { Call, Failure, Message } from "./sqlite/worker.ts";

/** How many links in a row a path may lead through. */
const MOST_LINKS = 40;

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

/**
 * Creates missing folders and the file, if the program may do what the worker has to. Returns the real path, which
 * permissions are given for.
 */
async function prepareFile(path: string): Promise<string> {
  try {
    // before anything is created, as a link may lead to where the program may not write
    const real = await realTarget(resolve(path));
    await requestPermissions(real);
    await createFile(real);
    return await Deno.realPath(real);
  } catch (cause) {
    throw new StorageError("unavailable", `${path} cannot be opened: ${(cause as Error).message}`, { cause });
  }
}

/** Creates a file, and its folders, if they are missing. */
async function createFile(path: string): Promise<void> {
  // SQLite gives the files that it adds the same mode.
  const options = { create: true, write: true, mode: 0o600 };
  try {
    (await Deno.open(path, options)).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await Deno.mkdir(dirname(path), { recursive: true });
    (await Deno.open(path, options)).close();
  }
}

/** Returns the path that a path leads to by the links in it, whether or not there is a file. */
async function realTarget(path: string, links = 0): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) || links > MOST_LINKS || dirname(path) === path) throw error;
    const link = await linkAt(path);
    if (link !== undefined) return await realTarget(resolve(dirname(path), link), links + 1);
    return join(await realTarget(dirname(path), links), basename(path));
  }
}

/** Returns what a link that leads nowhere says; undefined if there is none. */
async function linkAt(path: string): Promise<string | undefined> {
  try {
    return (await Deno.lstat(path)).isSymlink ? await Deno.readLink(path) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Asks for the permissions of the worker of a file, which the program has to have itself.
 *
 * @throws {Error} If one is missing: it names the flag.
 */
async function requestPermissions(path: string): Promise<void> {
  // a folder that has to be created covers the file in it
  if (!await isFolder(dirname(path))) await request("write", dirname(path));
  for (const [name, scope] of Object.entries(workerPermissions(path))) {
    for (const target of scope === true ? [undefined] : scope) await request(name, target);
  }
}

async function request(name: string, path: string | undefined): Promise<void> {
  const { state } = await Deno.permissions.request({ name, path } as Deno.PermissionDescriptor);
  if (state !== "granted") throw new Error(missingPermission(name, path));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * The permissions of a worker that may touch one file. What SQLite writes beside it, SQLite opens by itself; of that the
 * write-ahead log alone is watched. The package of JSR needs more: it loads a library, which it finds by the environment
 * and keeps in a cache.
 */
function workerPermissions(path: string): Readonly<Record<string, true | string[]>> {
  if (isBuiltIn()) return { read: [path, `${path}-wal`], write: [path] };
  return { read: true, write: true, env: true, ffi: true, net: true };
}

/** Starts a worker that may touch one file. */
export function startWorker(path: string): Worker {
  return new Worker(new URL("../../workers/sqlite.ts", import.meta.url), {
    type: "module",
    name: "sqlite",
    deno: { permissions: workerPermissions(path) },
  });
}

/** Reports whether `@db/sqlite` stands for the SQLite built into Deno. In a package of JSR the name leads nowhere. */
function isBuiltIn(): boolean {
  try {
    return /\/src\/jsr\/sqlite\.[jt]s$/.test(import.meta.resolve("@db/sqlite"));
  } catch {
    return false;
  }
}
