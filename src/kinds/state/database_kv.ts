import type { Database } from "../../database/mod.ts";
import { failure, type Value, type ValueMap } from "../../value/mod.ts";
import { Batches } from "./batches.ts";
import { Bells } from "./bells.ts";
import {
  type Change,
  type Changes,
  type Entry,
  type KvStore,
  type Listing,
  REMEMBERED,
  type Setting,
} from "./kv_store.ts";
import { type KvStatements, kvStatements, kvTables } from "./kv_statements.ts";
import { sumOf } from "./memory_kv.ts";
import { Packed } from "./packed.ts";
import { makeTables } from "./state_tables.ts";
import { decodeValue, encodeValue } from "./stored_value.ts";

/** What is behind all keys that begin with a prefix: the last code point, which is no character. */
const LAST = "\u{10ffff}";
/** How often what has expired is removed, in milliseconds. */
const SWEEP = 1_000;
/** How much is removed at a time. */
const SWEPT = 1_000;
/** After how many of these what was removed long ago is forgotten. */
const FORGET = 60;

/** A key, its value as columns, and after how many milliseconds it is removed. */
type Row = readonly [key: string, bytes: Uint8Array | null, number: number | null, ttl: number | null];

/** What is known of what was written. */
type Written = Pick<Entry, "version" | "expires">;

/** A statement that writes, with its parameters. */
interface Write {
  readonly text: string;
  readonly parameters: readonly Value[];
}

/** Values by key in a table of a database. */
export class DatabaseKv implements KvStore {
  readonly #database: Database;
  readonly #statements: KvStatements;
  readonly #bells: Bells;
  readonly #write: (write: Write) => Promise<ValueMap | undefined>;
  readonly #sets: Batches<Row, Written>;
  readonly #sweep: ReturnType<typeof setInterval>;
  #sweeping: Promise<void> | undefined;
  #sweeps = 0;
  /** The newest version whose removal was forgotten here. */
  #forgotten = 0;

  private constructor(database: Database, table: string) {
    this.#database = database;
    this.#statements = kvStatements(table, database.dialect);
    this.#bells = new Bells(database, table);
    const batches = new Batches(
      (writes: readonly Write[]) => this.#writeAll(writes),
      ({ parameters: [, bytes] }) => bytes instanceof Uint8Array ? bytes.length : 0,
    );
    this.#sets = new Batches((rows) => this.#setAll(rows), ([, bytes]) => bytes?.length ?? 0);
    this.#write = database.dialect === "postgres"
      ? (write) => batches.add(write)
      // statements that come at the same time share a transaction of the database
      : async ({ text, parameters }) => (await database.query(text, parameters)).rows[0];
    this.#sweep = setInterval(() => this.#sweeping ??= this.#removeExpired(), SWEEP);
    Deno.unrefTimer(this.#sweep as unknown as number);
  }

  /** Opens a table, and makes it if it is not there. */
  static async open(database: Database, table: string): Promise<DatabaseKv> {
    await makeTables(database, kvTables(table));
    return new DatabaseKv(database, table);
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await this.#sweeping;
    await this.#bells.close();
  }

  async get(key: string): Promise<Entry | undefined> {
    const { rows } = await this.#database.query(this.#statements.get, [key]);
    return rows[0] === undefined ? undefined : entryOf(rows[0]);
  }

  async set({ key, value, ttl, condition }: Setting): ReturnType<KvStore["set"]> {
    if (condition === undefined) {
      const written = await this.#sets.add([key, ...columnsOf(value), ttl]);
      this.#bells.ring();
      return written;
    }
    const { add, replace } = this.#statements;
    const text = condition === "absent" ? add : replace;
    const parameters = [key, ...columnsOf(value), ttl, ...typeof condition === "number" ? [condition] : []];
    const row = await this.#change({ text, parameters });
    return row === undefined ? undefined : writtenOf(row);
  }

  async increment(key: string, by: number, ttl: number | null): Promise<Entry> {
    const row = await this.#change({ text: this.#statements.increment, parameters: [key, by, ttl] });
    if (row !== undefined) return entryOf({ ...row, key });
    const found = await this.get(key);
    if (found !== undefined) sumOf(key, found.value, by);
    throw failure(`the value of ${JSON.stringify(key)} was changed meanwhile`, { code: "conflict" });
  }

  async delete(key: string, version: number | undefined): Promise<boolean> {
    const { remove, removeVersion } = this.#statements;
    const row = version === undefined
      ? await this.#change({ text: remove, parameters: [key] })
      : await this.#change({ text: removeVersion, parameters: [key, version] });
    return row !== undefined;
  }

  async expire(key: string, ttl: number | null): ReturnType<KvStore["expire"]> {
    const row = await this.#change({ text: this.#statements.expire, parameters: [key, ttl] });
    return row === undefined ? undefined : writtenOf(row);
  }

  async list({ prefix, after, limit }: Listing): Promise<Entry[]> {
    // no key is empty
    const { rows } = await this.#database.query(this.#statements.list, [prefix, prefix + LAST, after ?? "", limit]);
    return rows.map(entryOf);
  }

  async version(): Promise<number> {
    const { rows } = await this.#database.query(this.#statements.version);
    return rows[0]!.version as number;
  }

  async changes(after: number, limit: number): Promise<Changes> {
    const { rows } = await this.#database.query(this.#statements.changes, [after, limit]);
    return {
      changes: rows.map(changeOf),
      version: rows.length === 0 ? after : rows.at(-1)!.version as number,
      isIncomplete: after < this.#forgotten,
    };
  }

  listen(heard: () => void): Promise<() => void> {
    return Promise.resolve(this.#bells.listen(heard));
  }

  async #change(write: Write): Promise<ValueMap | undefined> {
    const row = await this.#write(write);
    if (row !== undefined) this.#bells.ring();
    return row;
  }

  /** Sets many by one statement. */
  async #setAll(rows: readonly Row[]): Promise<Written[]> {
    if (this.#database.dialect === "sqlite") {
      const packed = new Packed();
      // those of numbers are not read
      const list = rows.map(([key, bytes, number, ttl]) => [
        key,
        bytes?.length ?? 0,
        number,
        ttl,
        bytes === null ? 1 : packed.add(bytes),
      ]);
      const result = await this.#database.query(this.#statements.setAll, [JSON.stringify(list), packed.join()]);
      return inOrder(rows, result.rows);
    }
    // a statement sets each key once
    const once = new Map(rows.map((row) => [row[0], row]));
    const parts = [0, 1, 2, 3].map((part) => Array.from(once.values(), (row) => row[part]!));
    const others = rows.filter((row) => once.get(row[0]) !== row);
    const first = await this.#writeAll(others.map((row) => ({ text: this.#statements.set, parameters: row })));
    const { rows: last } = await this.#database.query(this.#statements.setAll, parts);
    return inOrder(rows, [...first.map((row, at) => ({ ...row, key: others[at]![0] })), ...last]);
  }

  /** Carries out statements in one transaction, in their order, while no other engine writes to the table. */
  async #writeAll(writes: readonly Write[]): Promise<(ValueMap | undefined)[]> {
    if (writes.length === 0) return [];
    const results = new Array<ValueMap | undefined>(writes.length).fill(undefined);
    const transaction = await this.#database.begin();
    try {
      // versions have the order in which they can be seen
      await transaction.query(this.#statements.lock);
      for (let at = 0; at < writes.length;) {
        const { text } = writes[at]!;
        const lists: Value[][] = [];
        // the row says which one it is the result of
        for (; writes[at]?.text === text; at++) lists.push([...writes[at]!.parameters, at]);
        const { rows } = await transaction.queryEach(text, lists);
        for (const row of rows) results[row.at as number] = row;
      }
      await transaction.commit();
      return results;
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }

  /** Removes what has expired, so that it is told, and forgets what was removed long ago. */
  async #removeExpired(): Promise<void> {
    const { expired, forget } = this.#statements;
    try {
      const { rows } = await this.#database.query(expired, [SWEPT]);
      const keys = rows.map(({ key }) => key as string);
      const removed = await Promise.all(keys.map((key) => this.#write(this.#statements.expiredKey(key))));
      if (removed.some((row) => row !== undefined)) this.#bells.ring();
      if (this.#sweeps++ % FORGET > 0) return;
      const forgotten = await this.#database.query(forget, [REMEMBERED]);
      for (const { version } of forgotten.rows) this.#forgotten = Math.max(this.#forgotten, version as number);
    } catch {
      // the next one may
    } finally {
      this.#sweeping = undefined;
    }
  }
}

function writtenOf({ version, expires }: ValueMap): Written {
  return { version: version as number, expires: expires as number | null };
}

/** Returns what was written by the order of what was asked for: of one key, versions grow. */
function inOrder(rows: readonly Row[], written: readonly ValueMap[]): Written[] {
  const byKey = Map.groupBy(written, ({ key }) => key as string);
  for (const [, some] of byKey) {
    if (some.length > 1) some.sort((one, other) => (one.version as number) - (other.version as number));
  }
  return rows.map(([key]) => writtenOf(byKey.get(key)!.shift()!));
}

/** Returns a value as columns: a whole number is one that can be added to. */
function columnsOf(value: Value): [bytes: Uint8Array | null, number: number | null] {
  if (typeof value === "number" && Number.isSafeInteger(value) && !Object.is(value, -0)) return [null, value];
  return [encodeValue(value), null];
}

function entryOf({ key, value, number, version, expires }: ValueMap): Entry {
  return {
    key: key as string,
    value: value instanceof Uint8Array ? decodeValue(value) : number!,
    version: version as number,
    expires: expires as number | null,
  };
}

function changeOf(row: ValueMap): Change {
  const { key, version, previous, removed } = row;
  return {
    key: key as string,
    version: version as number,
    previous: previous as number,
    entry: removed === 1 ? undefined : entryOf(row),
  };
}
