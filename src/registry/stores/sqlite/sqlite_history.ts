import { dirname } from "node:path";
import type { Value } from "../../../value/mod.ts";
import { heard } from "../../announcements.ts";
import { RegistryError } from "../../errors.ts";
import type {
  Announcement,
  Baseline,
  Changeset,
  Draft,
  Head,
  HeardAnnouncement,
  History,
  Move,
  Pruned,
  Signature,
} from "../../history.ts";
import type { Operation } from "../../operation.ts";
import { squash } from "../../squash.ts";
import { State } from "../../state/state.ts";
import { storable } from "../../storable.ts";
import type { Version } from "../../version.ts";
import { decode, decodeEntries, decodeOperations, encode, encodeEntries, encodeOperations } from "../codec.ts";
import { Signal } from "../signal.ts";
import { watchMoves } from "../watch.ts";
import { toMove, toVersion } from "./sqlite_rows.ts";
import type { StoreMethods } from "./sqlite_worker.ts";
import { type StoreCall, WorkerCalls } from "./worker_calls.ts";

/** After how long who watches looks again at a store that could not be read, in milliseconds. */
const RETRY = 250;

/** How a file is opened. */
export interface SqliteOptions {
  /** Starts the worker that holds the file. Default: one that may read and write that file and nothing else. */
  readonly startWorker?: (path: string) => Worker;
}

/**
 * A history in a SQLite file, which several processes may use at once. The file is held by a worker: SQLite waits for
 * the disk and for other processes, and this thread does not.
 */
export class SqliteHistory implements History {
  readonly #calls: WorkerCalls;
  readonly #moved = new Signal();
  #watchers = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  private constructor(readonly path: string, startWorker: (path: string) => Worker) {
    this.#calls = new WorkerCalls({
      store: path,
      start: () => startWorker(path),
      first: (): StoreCall[] => [["open", path], ["watch", this.#watchers > 0]],
      onMove: () => this.#moved.notify(),
      onLost: () => this.#lookAgain(),
    });
  }

  /**
   * Opens a file, or makes it, with its folders; only its owner can read a new one.
   *
   * @throws {RegistryError} `unavailable`, if a newer program wrote it, or it cannot be opened; `internal`, if it is
   * damaged. It is left as it is.
   */
  static async open(path: string, { startWorker: start = startWorker }: SqliteOptions = {}): Promise<SqliteHistory> {
    const history = new SqliteHistory(await prepare(path), start);
    try {
      await history.head();
    } catch (error) {
      await history.close();
      throw error;
    }
    return history;
  }

  head(): Promise<Head> {
    return this.#call("head");
  }

  async versions(): Promise<Version[]> {
    return (await this.#call("versions")).map(toVersion);
  }

  async get(id: number): Promise<Changeset | undefined> {
    const row = await this.#call("get", id);
    return row && { version: toVersion(row), operations: row.data === null ? [] : decodeOperations(row.data) };
  }

  async changesets(ids: readonly number[]): Promise<Operation[][]> {
    return (await this.#call("changesets", ids)).map(decodeOperations);
  }

  async baseline(): Promise<Baseline> {
    const { version, data } = await this.#call("baseline");
    return { version, entries: data === null ? [] : decodeEntries(data) };
  }

  async save({ base, operations, ...signature }: Draft): Promise<Version> {
    const data = encodeOperations(operations);
    const row = await this.#call("save", { base, data, operations: operations.length, ...signature });
    this.#moved.notify();
    return toVersion(row);
  }

  async setHead(version: number, expected: number, signature: Signature = {}): Promise<Head> {
    const head = await this.#call("setHead", version, expected, signature);
    this.#moved.notify();
    return head;
  }

  async moves(since: number): Promise<Move[]> {
    return (await this.#call("moves", since)).map(toMove);
  }

  async *watch(since: number, signal?: AbortSignal): AsyncIterableIterator<Move> {
    if (this.#closed) return;
    if (++this.#watchers === 1) await this.#watchFile(true);
    try {
      yield* watchMoves((since) => this.#movesOrLater(since), this.#moved, since, signal);
    } finally {
      if (--this.#watchers === 0 && !this.#closed) await this.#watchFile(false);
    }
  }

  async announce({ id, time, data }: Announcement): Promise<void> {
    const encoded = encode(storable(data, `the announcement of ${id}`));
    await this.#call("announce", { id, time: time.getTime(), data: encoded });
  }

  async announcements(): Promise<HeardAnnouncement[]> {
    const rows = await this.#call("announcements");
    return heard(rows.map(({ id, time, data }) => ({ id, time: new Date(time), data: decode(data) as Value })));
  }

  withdraw(id: string): Promise<void> {
    return this.#call("withdraw", id);
  }

  async note(key: string): Promise<Value | undefined> {
    const data = await this.#call("note", key);
    return data === undefined ? undefined : decode(data) as Value;
  }

  async setNote(key: string, value: Value): Promise<void> {
    await this.#call("setNote", key, encode(storable(value, `the note ${key}`)));
  }

  async prune(before: Date | number): Promise<Pruned> {
    for (;;) {
      const { baseline, changesets, ...plan } = await this.#call("planPrune", before);
      const entries = baseline === null ? [] : decodeEntries(baseline);
      const state = State.of(entries).apply(squash(changesets.map(decodeOperations)));
      const done = await this.#call("prune", { ...plan, baseline: encodeEntries(state.entries()) });
      if (done) return { root: plan.root, removed: plan.removed };
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#moved.close();
    await this.#calls.end();
  }

  #call<M extends keyof StoreMethods>(method: M, ...args: Parameters<StoreMethods[M]>) {
    if (this.#closed) return Promise.reject(new RegistryError("unavailable", `${this.path} is closed`));
    return this.#calls.call(method, ...args);
  }

  /** Has the worker look at the file, or not. If that fails the worker is gone, and the next one is told at its start. */
  async #watchFile(on: boolean): Promise<void> {
    await this.#call("watch", on).catch(() => {});
  }

  /** What moved; nothing yet, if the store cannot be read now: who watches need not know, as nothing is lost. */
  async #movesOrLater(since: number): Promise<Move[]> {
    try {
      return await this.moves(since);
    } catch (error) {
      if (this.#closed || !(error instanceof RegistryError && error.code === "unavailable")) throw error;
      this.#lookAgain();
      return [];
    }
  }

  #lookAgain(): void {
    if (this.#closed || this.#watchers === 0) return;
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#moved.notify();
    }, RETRY);
  }
}

/** Makes the folders and the file where they are missing. Answers the whole path, as permissions are given for it. */
async function prepare(path: string): Promise<string> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    // SQLite gives the files that it adds the same mode.
    (await Deno.open(path, { create: true, write: true, mode: 0o600 })).close();
    return await Deno.realPath(path);
  } catch (cause) {
    throw new RegistryError("unavailable", `${path} cannot be opened: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Starts a worker that may touch one file. What SQLite writes beside it, SQLite opens by itself; the log is only
 * watched.
 */
export function startWorker(path: string): Worker {
  return new Worker(new URL("../../../../workers/registry_sqlite.ts", import.meta.url), {
    type: "module",
    name: "registry",
    deno: { permissions: { read: [path, `${path}-wal`], write: [path] } },
  });
}
