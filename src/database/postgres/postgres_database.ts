import type { Value, ValueMap } from "../../value/mod.ts";
import {
  type BeginOptions,
  type Database,
  type DatabaseTransaction,
  queryEachIn,
  type QueryOptions,
  type Result,
  STATEMENT_TIMEOUT,
} from "../database.ts";
import { LanePool } from "./lane_pool.ts";
import { limited } from "./limited.ts";
import { Notifications } from "./notifications.ts";
import { PostgresLane, type RawRows, type Serializers } from "./postgres_lane.ts";
import { type PostgresOptions, readPostgresUrl } from "./postgres_options.ts";
import { inputOf, PostgresTexts } from "./postgres_statement.ts";
import { PostgresTransaction } from "./postgres_transaction.ts";
import { type ArrayTypes, type Column, ListInput, rowsOf } from "./postgres_value.ts";

/** The first object id that is none of the server's own types. */
const FIRST_CUSTOM = 16_384;
const ARRAY_TYPES = "SELECT oid::int8, typelem::int8, typdelim FROM pg_catalog.pg_type WHERE typcategory = 'A'";

/** A database of a PostgreSQL server, behind a pool of connections. */
export class PostgresDatabase implements Database {
  readonly dialect = "postgres";
  readonly #pool: LanePool;
  readonly #notifications: Notifications;
  readonly #texts = new PostgresTexts();
  #arrays: ArrayTypes = new Map();
  readonly #serializers: Serializers = {};
  /** The types that were asked for. */
  readonly #asked = new Set<number>();
  #hasTypes = false;

  private constructor(options: PostgresOptions) {
    const server = readPostgresUrl(options.url, options.tls);
    const { connections = 10, idle = 60_000 } = options;
    this.#pool = new LanePool({
      connections,
      idle,
      open: () => PostgresLane.open(server, options, this.#serializers, (lane) => this.#pool.drop(lane)),
    });
    this.#notifications = new Notifications((closed, notified) =>
      PostgresLane.open(server, options, this.#serializers, closed, notified)
    );
  }

  /** Makes a database; it connects with the first statement. @throws {Failure} If the URL is invalid. */
  static open(options: PostgresOptions): PostgresDatabase {
    return new PostgresDatabase(options);
  }

  async query(text: string, parameters: readonly Value[] = [], options: QueryOptions = {}): Promise<Result> {
    const known = this.#texts.of(text);
    const input = inputOf(known, parameters);
    const lane = await this.#take(options);
    try {
      return await this.resultOf(lane, await limited(lane, lane.run(known.text, input), options));
    } finally {
      this.#pool.give(lane);
    }
  }

  queryEach(text: string, lists: readonly (readonly Value[])[], options: QueryOptions = {}): Promise<Result> {
    return queryEachIn(this, text, lists, options);
  }

  stream(text: string, parameters: readonly Value[] = [], options: QueryOptions = {}): ReadableStream<ValueMap[]> {
    const known = this.#texts.of(text);
    const input = inputOf(known, parameters);
    const { signal, timeout = STATEMENT_TIMEOUT } = options;
    let lane: PostgresLane | undefined;
    let rows: AsyncGenerator<RawRows> | undefined;
    const stop = (isLost: boolean) => {
      const held = lane;
      lane = undefined;
      if (held === undefined) return;
      // a portal that is not read to its end is not worth the wait
      if (isLost) this.#pool.drop(held);
      else this.#pool.give(held);
    };
    return new ReadableStream<ValueMap[]>({
      start: async () => {
        lane = await this.#take(options);
        rows = lane.rows(known.text, input);
      },
      pull: async (controller) => {
        try {
          signal?.throwIfAborted();
          const held = lane!;
          const next = await limited(held, { rows: rows!.next(), cancel: () => held.close() }, { signal, timeout });
          if (next.done) {
            stop(false);
            controller.close();
          } else controller.enqueue(rowsOf(next.value.columns, next.value.rows, this.#arrays));
        } catch (error) {
          stop(true);
          throw error;
        }
      },
      cancel: () => stop(true),
    }, { highWaterMark: 1 });
  }

  async begin(options: BeginOptions = {}): Promise<DatabaseTransaction> {
    const lane = await this.#take(options);
    return new PostgresTransaction({
      lane,
      isolation: options.isolation,
      texts: this.#texts,
      resultOf: (rows) => this.resultOf(lane, rows),
      give: () => this.#pool.give(lane),
    });
  }

  async verify(options: QueryOptions = {}): Promise<void> {
    await this.query("SELECT 1", [], options);
  }

  listen(channel: string, heard: () => void): Promise<() => Promise<void>> {
    return this.#notifications.listen(channel, heard);
  }

  async close(): Promise<void> {
    await this.#notifications.close();
    await this.#pool.close();
  }

  /** Returns what a statement has done, with its rows as values. */
  async resultOf(lane: PostgresLane, { columns, rows, count }: RawRows): Promise<Result> {
    await this.#askTypes(lane, columns);
    return { columns: columns.map(({ name }) => name), rows: rowsOf(columns, rows, this.#arrays), count };
  }

  async #take(options: QueryOptions): Promise<PostgresLane> {
    const lane = await this.#pool.take(options);
    try {
      if (!this.#hasTypes) await this.#readTypes(lane, options);
    } catch (error) {
      this.#pool.give(lane);
      throw error;
    }
    return lane;
  }

  /** Reads the types of arrays again if a column has a type that was made since. */
  async #askTypes(lane: PostgresLane, columns: readonly Column[]): Promise<void> {
    const isNew = columns.some(({ type }) => type >= FIRST_CUSTOM && !this.#arrays.has(type) && !this.#asked.has(type));
    if (!isNew) return;
    for (const { type } of columns) this.#asked.add(type);
    await this.#readTypes(lane, {});
  }

  async #readTypes(lane: PostgresLane, options: QueryOptions): Promise<void> {
    const { rows } = await limited(lane, lane.run(ARRAY_TYPES, []), options);
    const arrays = new Map<number, { item: number; delimiter: string }>();
    for (const [oid, item, delimiter] of rows) {
      arrays.set(Number(oid), { item: Number(item), delimiter: delimiter ?? "," });
      this.#serializers[Number(oid)] = arrayInput;
    }
    this.#arrays = arrays;
    this.#hasTypes = true;
  }
}

function arrayInput(value: unknown): string {
  return value instanceof ListInput ? value.toArray() : String(value);
}
