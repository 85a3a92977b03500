import { type SqliteClient, SqliteConnection, type SqliteOptions } from "../../storage/mod.ts";
import { RegistryError, toRegistryError } from "../errors.ts";
import type { Baseline, Changeset, Draft, Head, History, Move, Pruned, Signature } from "../history.ts";
import type { Operation } from "../operation.ts";
import { squash } from "../squash.ts";
import { State } from "../state/state.ts";
import { decodeEntries, decodeOperations, encodeEntries, encodeOperations } from "../stores/operations_codec.ts";
import { Signal } from "../stores/signal.ts";
import { watchMoves } from "../stores/watch.ts";
import type { Version } from "../version.ts";
import type { HistoryService } from "./history_service.ts";
import { toMove, toVersion } from "./rows.ts";

/** How long a watch waits before it reads a store again that could not be read, in milliseconds. */
const RETRY = 250;

/** The methods of the service that a history calls. */
type HistoryMethods = Omit<HistoryService, "hasMoved" | "close">;

/** A history in a SQLite file, which several processes may use at once. */
export class SqliteHistory implements History {
  readonly #client: SqliteClient<HistoryMethods>;
  readonly #moved = new Signal();
  readonly #path: string;
  readonly #release: () => Promise<void>;
  #watchers = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /**
   * Makes a history of an open file.
   *
   * @param connection The connection to the file, which stays open when the history is closed.
   * @param release Called when the history is closed. Default: nothing is done.
   */
  constructor(connection: SqliteConnection, release: () => Promise<void> = () => Promise.resolve()) {
    this.#path = connection.path;
    this.#release = release;
    this.#client = connection.client("history", {
      onStart: () => [["watch", this.#watchers > 0]],
      onNotify: () => this.#moved.notify(),
      onLost: () => this.#retryLater(),
    });
  }

  /**
   * Opens a file, creating it and its folders where they are missing; only its owner can read a new one.
   *
   * @throws {RegistryError} `unavailable`, if a newer program wrote it, or it cannot be opened; `internal`, if it is
   * damaged. The file is left as it is.
   */
  static async open(path: string, options: SqliteOptions = {}): Promise<SqliteHistory> {
    try {
      const connection = await SqliteConnection.open(path, options);
      const history = new SqliteHistory(connection, () => connection.close());
      try {
        await history.head();
      } catch (error) {
        await history.close();
        throw error;
      }
      return history;
    } catch (error) {
      throw toRegistryError(error);
    }
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
    if (++this.#watchers === 1) await this.#watchHead(true);
    try {
      yield* watchMoves((since) => this.#movesOrNone(since), this.#moved, since, signal);
    } finally {
      if (--this.#watchers === 0 && !this.#closed) await this.#watchHead(false);
    }
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
    await this.#release();
  }

  async #call<M extends keyof HistoryMethods>(
    method: M,
    ...args: Parameters<HistoryMethods[M]>
  ): Promise<ReturnType<HistoryMethods[M]>> {
    if (this.#closed) throw new RegistryError("unavailable", `${this.#path} is closed`);
    try {
      return await this.#client.call(method, ...args);
    } catch (error) {
      throw toRegistryError(error);
    }
  }

  /** Has the worker watch head, or not. If that fails the worker is gone, and the next one learns it when it starts. */
  async #watchHead(on: boolean): Promise<void> {
    await this.#call("watch", on).catch(() => {});
  }

  /** Reads the head log; returns no moves if the store cannot be read now, as they are read later. */
  async #movesOrNone(since: number): Promise<Move[]> {
    try {
      return await this.moves(since);
    } catch (error) {
      if (this.#closed || !(error instanceof RegistryError && error.code === "unavailable")) throw error;
      this.#retryLater();
      return [];
    }
  }

  #retryLater(): void {
    if (this.#closed || this.#watchers === 0) return;
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#moved.notify();
    }, RETRY);
  }
}
