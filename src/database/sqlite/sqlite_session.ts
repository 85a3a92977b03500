import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { failure } from "../../value/mod.ts";
import { Authorizer, type StatementClass } from "./authorizer.ts";
import { Declared, type RawResult, type SqliteArgument, type SqliteInput, type SqliteOutput } from "./frame.ts";

/** How many compiled statements are kept. */
const KEPT = 500;
/** The largest text, blob or row, in bytes: what a message to the host can hold. */
const LARGEST = 64 * 2 ** 20;
/** The most memory that SQLite itself takes, in bytes. */
const HEAP = 256 * 2 ** 20;

/** What Deno has of a connection, and its types do not know. */
interface Connection extends DatabaseSync {
  readonly limits: { length: number };
  setAuthorizer(decide: Authorizer["decide"]): void;
}

/** A compiled statement. */
interface Prepared {
  readonly statement: StatementSync;
  readonly columns: readonly string[];
  readonly declared: readonly Declared[] | undefined;
  readonly class: StatementClass;
}

/** A connection to a SQLite file, on which statements may touch nothing but its tables. Every call blocks the thread. */
export class SqliteSession {
  readonly #database: Connection;
  readonly #authorizer = new Authorizer();
  /** By text, those used last at the end. */
  readonly #prepared = new Map<string, Prepared>();
  readonly #begin: StatementSync;
  readonly #beginWrite: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #version: StatementSync;
  #schema: unknown;

  /** @throws {Error} If the file cannot be opened, or is none of SQLite. */
  constructor({ path, readOnly, durable, busyTimeout }: SqliteArgument) {
    const database = new DatabaseSync(
      path,
      {
        readOnly,
        timeout: busyTimeout,
        enableForeignKeyConstraints: true,
        enableDoubleQuotedStringLiterals: false,
        allowExtension: false,
        defensive: true,
      } as ConstructorParameters<typeof DatabaseSync>[1],
    ) as Connection;
    this.#database = database;
    try {
      database.limits.length = LARGEST;
      database.exec(`PRAGMA hard_heap_limit = ${HEAP}`);
      database.exec("PRAGMA temp_store = MEMORY");
      database.exec("PRAGMA trusted_schema = OFF");
      if (!readOnly) this.#useWriteAheadLog(busyTimeout);
      database.exec(`PRAGMA synchronous = ${durable ? "FULL" : "NORMAL"}`);
      this.#begin = database.prepare("BEGIN");
      this.#beginWrite = database.prepare("BEGIN IMMEDIATE");
      this.#commit = database.prepare("COMMIT");
      this.#rollback = database.prepare("ROLLBACK");
      this.#version = database.prepare("PRAGMA schema_version");
      this.#schema = this.#version.get();
      database.setAuthorizer(this.#authorizer.decide);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Whether a transaction is open; some errors end it. */
  get isInTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** Begins a transaction. @param isWrite Whether it takes the lock for writing at once. */
  begin(isWrite: boolean): void {
    this.#own(() => (isWrite ? this.#beginWrite : this.#begin).run());
    this.#forgetOldSchema();
  }

  commit(): void {
    this.#own(() => this.#commit.run());
  }

  /** Rolls the transaction back, if there is one. */
  rollback(): void {
    if (this.isInTransaction) this.#own(() => this.#rollback.run());
  }

  /** Reports whether a statement writes. @throws {Error} If it is malformed or not allowed. */
  writes(text: string): boolean {
    return this.#prepare(text).class.writes;
  }

  /** Runs a statement. */
  run(text: string, parameters: readonly SqliteInput[]): RawResult {
    const { statement, columns, declared, class: { changesRows, isDefinition } } = this.#prepare(text);
    const bound = parameters.map(bind);
    if (columns.length === 0) {
      const { changes } = statement.run(...bound);
      if (isDefinition) this.#prepared.clear();
      return { columns, rows: [], count: changesRows && !isDefinition ? Number(changes) : 0 };
    }
    const rows = statement.all(...bound) as unknown as SqliteOutput[][];
    for (const row of rows) narrow(row);
    return { columns, declared, rows, count: rows.length };
  }

  /** Runs a statement of a transaction for each list of parameters, all or none. */
  runEach(text: string, lists: readonly (readonly SqliteInput[])[]): RawResult[] {
    return this.#together(() => lists.map((parameters) => this.run(text, parameters)));
  }

  /** Runs several statements of a transaction, all or none. */
  script(text: string): void {
    try {
      this.#together(() => {
        this.#authorizer.isOwn = false;
        this.#database.exec(text);
      });
    } catch (error) {
      throw this.#refused() ?? error;
    } finally {
      this.#authorizer.take();
      this.#prepared.clear();
    }
  }

  /** Undoes what was begun if it does not end well, and leaves what was done before. */
  #together<T>(work: () => T): T {
    this.#own(() => this.#database.exec("SAVEPOINT together"));
    try {
      const result = work();
      this.#own(() => this.#database.exec("RELEASE together"));
      return result;
    } catch (error) {
      // some errors roll the whole transaction back
      if (this.isInTransaction) {
        this.#own(() => this.#database.exec("ROLLBACK TO together; RELEASE together"));
      }
      throw error;
    }
  }

  /** Opens the rows of a statement. */
  iterate(
    text: string,
    parameters: readonly SqliteInput[],
  ): { readonly columns: readonly string[]; readonly declared: Prepared["declared"]; rows: Iterator<SqliteOutput[]> } {
    const { statement, columns, declared } = this.#prepare(text);
    const rows = statement.iterate(...parameters.map(bind)) as unknown as Iterator<SqliteOutput[]>;
    return { columns, declared, rows };
  }

  close(): void {
    this.#database.close();
  }

  #prepare(text: string): Prepared {
    const known = this.#prepared.get(text);
    if (known !== undefined) {
      this.#prepared.delete(text);
      this.#prepared.set(text, known);
      this.#authorizer.isOwn = false;
      return known;
    }
    this.#authorizer.isOwn = false;
    this.#authorizer.take();
    let statement: StatementSync;
    try {
      statement = this.#database.prepare(text);
    } catch (error) {
      throw this.#refused() ?? error;
    }
    statement.setReadBigInts(true);
    (statement as unknown as { setReturnArrays(on: boolean): void }).setReturnArrays(true);
    const described = statement.columns();
    const declared = described.map(({ type }) => declaredOf(type));
    const prepared: Prepared = {
      statement,
      columns: described.map(({ name }) => name),
      declared: declared.some((one) => one !== Declared.None) ? declared : undefined,
      class: this.#authorizer.take(),
    };
    if (this.#prepared.size >= KEPT) this.#prepared.delete(this.#prepared.keys().next().value!);
    this.#prepared.set(text, prepared);
    return prepared;
  }

  #refused(): Error | undefined {
    const { refused } = this.#authorizer.take();
    return refused === undefined ? undefined : failure<string>(refused, { code: "42501" });
  }

  #own<T>(work: () => T): T {
    this.#authorizer.isOwn = true;
    return work();
  }

  /** Forgets compiled statements if somebody has changed the schema: their columns may be others. */
  #forgetOldSchema(): void {
    const { schema_version: version } = this.#version.get() as { schema_version: unknown };
    if (version === this.#schema) return;
    this.#schema = version;
    this.#prepared.clear();
  }

  /** Switches the journal mode. Another program that opens the file at once may make that fail despite the timeout. */
  #useWriteAheadLog(timeout: number): void {
    const end = Date.now() + timeout;
    for (;;) {
      try {
        this.#database.exec("PRAGMA journal_mode = WAL");
        return;
      } catch (error) {
        if ((error as { errcode?: number }).errcode !== 5 || Date.now() > end) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      }
    }
  }
}

/** Returns a parameter as SQLite is given it: a whole number as an integer. */
function bind(value: SqliteInput): SQLInputValue {
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value as SQLInputValue;
}

/** Makes numbers of the integers of a row, where they are exact. */
export function narrow(row: SqliteOutput[]): void {
  for (let at = 0; at < row.length; at++) {
    const value = row[at];
    if (typeof value !== "bigint") continue;
    const number = Number(value);
    if (Number.isSafeInteger(number)) row[at] = number;
  }
}

function declaredOf(type: string | null | undefined): Declared {
  if (type === null || type === undefined) return Declared.None;
  const name = type.toUpperCase();
  if (name === "BOOLEAN" || name === "BOOL") return Declared.Boolean;
  if (name === "JSON" || name === "JSONB") return Declared.Json;
  if (/^(TIMESTAMP|TIMESTAMPTZ|DATETIME)\b/.test(name)) return Declared.Time;
  return Declared.None;
}
