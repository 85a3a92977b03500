import type { PostgresConnection } from "../../storage/postgres/mod.ts";
import type { Value, ValueMap } from "../../value/mod.ts";
import { ConflictError, RegistryError, toRegistryError } from "../errors.ts";
import type { Baseline, Changeset, Draft, Head, History, Move, Pruned, Signature } from "../history.ts";
import type { Operation } from "../operation.ts";
import { squash } from "../squash.ts";
import { type MoveRow, toMove, toVersion, type VersionRow } from "../sqlite/rows.ts";
import { State } from "../state/state.ts";
import { decodeEntries, decodeOperations, encodeEntries, encodeOperations } from "../stores/operations_codec.ts";
import { planPrune } from "../stores/prune.ts";
import { Signal } from "../stores/signal.ts";
import { watchMoves } from "../stores/watch.ts";
import { beginsHistory, unknownVersion, type Version, VersionTree } from "../version.ts";
import { type HistoryStatements, historyStatements } from "./history_statements.ts";

/** How often a watch reads the head log, in milliseconds, although the server has told of nothing. */
const POLL = 5_000;
/** How long a watch waits before it reads a store again that could not be read, in milliseconds. */
const RETRY = 250;

/** What runs a statement and returns its rows. */
type Read = (text: string, parameters?: readonly Value[]) => Promise<readonly ValueMap[]>;

/** A history on a PostgreSQL server, which several programs on several machines may use at once. */
export class PostgresHistory implements History {
  readonly #connection: PostgresConnection;
  readonly #statements: HistoryStatements;
  /** The channel that tells of moves. */
  readonly #channel: string;
  readonly #moved = new Signal();
  #watchers = 0;
  /** Ends listening; settles when the server listens. */
  #listening: Promise<() => Promise<void>> | undefined;
  #poll: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @param connection The connection to the server, which stays open when the history is closed. */
  constructor(connection: PostgresConnection) {
    this.#connection = connection;
    this.#statements = historyStatements(connection.schema);
    this.#channel = `weft_head_${connection.schema.replaceAll('"', "")}`;
  }

  async head(): Promise<Head> {
    const [head] = await this.#read(this.#statements.head);
    return head as unknown as Head;
  }

  async versions(): Promise<Version[]> {
    return (await this.#read(this.#statements.versions)).map(versionOf);
  }

  async get(id: number): Promise<Changeset | undefined> {
    const [row] = await this.#read(this.#statements.get, [id]);
    if (row === undefined) return undefined;
    const data = row.data as Uint8Array | null;
    return { version: versionOf(row), operations: data === null ? [] : decodeOperations(data) };
  }

  async changesets(ids: readonly number[]): Promise<(readonly Operation[])[]> {
    return await this.#changesets(ids, this.#read);
  }

  async baseline(): Promise<Baseline> {
    return await this.#baseline(this.#read);
  }

  async save({ base, operations, author, message }: Draft): Promise<Version> {
    const row = await this.#move(this.#statements.save, base, { author, message } as Signature, [
      operations.length,
      encodeOperations(operations),
    ]);
    if (row === undefined) throw new ConflictError(base, (await this.head()).version);
    return versionOf(row);
  }

  async setHead(version: number, expected: number, signature: Signature = {}): Promise<Head> {
    const row = await this.#move(this.#statements.setHead, expected, signature, [version]);
    if (row !== undefined) return { version, sequence: row.sequence as number };
    const { version: actual } = await this.head();
    throw actual === expected ? unknownVersion(version) : new ConflictError(expected, actual);
  }

  async moves(since: number): Promise<Move[]> {
    return (await this.#read(this.#statements.moves, [since])).map((row) => toMove(row as unknown as MoveRow));
  }

  async *watch(since: number, signal?: AbortSignal): AsyncIterableIterator<Move> {
    if (this.#closed) return;
    if (++this.#watchers === 1) this.#listen();
    try {
      await this.#listening;
      yield* watchMoves((since) => this.#movesOrNone(since), this.#moved, since, signal);
    } finally {
      if (--this.#watchers === 0) await this.#unlisten();
    }
  }

  async prune(before: Date | number): Promise<Pruned> {
    let last: Pruned | undefined;
    return await this.#call(() =>
      this.#connection.transaction(async (transaction) => {
        const read: Read = async (text, parameters) => (await transaction.query(text, parameters)).rows;
        const s = this.#statements;
        const [head] = await read(s.lockHead);
        const versions = (await read(s.versions)).map(versionOf);
        const baseline = await this.#baseline(read);
        const plan = planPrune(versions, head!.version as number, before);
        // it was done, and its answer lost
        if (last !== undefined && last.root === baseline.version && plan.removed.length === 0) return last;
        const { down } = new VersionTree(versions).route(baseline.version, plan.root);
        const changesets = await this.#changesets(down.map(({ id }) => id), read);
        const state = State.of(baseline.entries).apply(squash(changesets));
        await read(s.setBaseline, [plan.root, encodeEntries(state.entries())]);
        await read(s.makeRoot, [plan.root]);
        await read(s.deleteChangeset, [plan.root]);
        await read(s.deleteVersions, [plan.removed.join(",")]);
        return last = { root: plan.root, removed: plan.removed };
      })
    );
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#moved.close();
    await this.#unlisten();
  }

  readonly #read: Read = (text, parameters) => this.#call(() => this.#connection.read(text, parameters));

  async #call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new RegistryError("unavailable", `${this.#connection.name} is closed`);
    try {
      return await work();
    } catch (error) {
      throw toRegistryError(error);
    }
  }

  /** Runs a statement that moves head. @returns Its row; undefined if head, or something else, is not as expected. */
  async #move(
    text: string,
    expected: number,
    { author, message }: Signature,
    more: readonly Value[],
  ): Promise<ValueMap | undefined> {
    const token = crypto.randomUUID();
    const parameters = [expected, this.#channel, token, author ?? null, message ?? null, ...more];
    const landed = async () => (await this.#connection.read(this.#statements.landed, [token]))[0];
    const row = await this.#call(() => this.#connection.write({ text, parameters, landed }));
    if (row !== undefined) this.#moved.notify();
    return row;
  }

  async #changesets(ids: readonly number[], read: Read): Promise<Operation[][]> {
    if (ids.length === 0) return [];
    const rows = await read(this.#statements.changesets, [ids.join(",")]);
    const found = new Map(rows.map(({ id, data }) => [id as number, data as Uint8Array | null]));
    return ids.map((id) => {
      const data = found.get(id);
      if (data === undefined) throw unknownVersion(id);
      if (data === null) throw beginsHistory(id);
      return decodeOperations(data);
    });
  }

  async #baseline(read: Read): Promise<Baseline> {
    const [row] = await read(this.#statements.baseline);
    const { version, data } = row as unknown as { version: number; data: Uint8Array | null };
    return { version, entries: data === null ? [] : decodeEntries(data) };
  }

  #listen(): void {
    const notify = () => this.#moved.notify();
    this.#poll = setInterval(notify, POLL);
    this.#listening = this.#connection.listen(this.#channel, notify);
  }

  async #unlisten(): Promise<void> {
    clearInterval(this.#poll);
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const listening = this.#listening;
    this.#listening = undefined;
    await (await listening)?.();
  }

  /** Reads the head log; returns no moves if the store cannot be read now, as they are read later. */
  async #movesOrNone(since: number): Promise<Move[]> {
    try {
      return await this.moves(since);
    } catch (error) {
      if (this.#closed || !(error instanceof RegistryError && error.code === "unavailable")) throw error;
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined;
        this.#moved.notify();
      }, RETRY);
      return [];
    }
  }
}

function versionOf(row: ValueMap): Version {
  return toVersion(row as unknown as VersionRow);
}
