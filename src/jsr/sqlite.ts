/**
 * The calls of `@db/sqlite` that this project makes, over the SQLite that is built into Deno (`node:sqlite`), which
 * needs no permission for foreign functions. `deno.jsr.json` binds the same name to the real package.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

/** A value that can be bound to a parameter of a statement. */
export type BindValue = number | string | bigint | boolean | null | undefined | Date | Uint8Array;

/** Values for the parameters of a statement: one a parameter, in order. */
export type RestBindParameters = BindValue[];

/** How a database is opened. */
export interface DatabaseOpenOptions {
  /** Default false. */
  readonly?: boolean;
  /** Whether integers are read in full; the real package cuts them to 32 bits otherwise. Default false. */
  int64?: boolean;
}

/** A function that runs in a transaction: kept when it returns, rolled back when it throws. */
// deno-lint-ignore no-explicit-any -- a function is known by its own types, whatever they are
export type Transaction<T extends (...args: any[]) => void> =
  & ((...args: Parameters<T>) => ReturnType<T>)
  & {
    /** The same, with the lock for writing taken at the beginning. */
    immediate(...args: Parameters<T>): ReturnType<T>;
  };

/** A connection to a SQLite database. */
export class Database {
  readonly #database: DatabaseSync;

  /** @throws {Error} If the file cannot be opened. */
  constructor(path: string | URL, options: DatabaseOpenOptions = {}) {
    this.#database = new DatabaseSync(path, { readOnly: options.readonly ?? false });
  }

  /** Whether a transaction is under way. */
  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** The row that the last insert made. */
  get lastInsertRowId(): number {
    return this.prepare("SELECT last_insert_rowid()").value<[number]>()![0];
  }

  /** Runs statements, one with parameters or several without. Answers how many rows the last one changed. */
  exec(sql: string, ...params: RestBindParameters): number {
    if (params.length > 0) return this.prepare(sql).run(...params);
    this.#database.exec(sql);
    return this.prepare("SELECT changes()").value<[number]>()![0];
  }

  /** Prepares a statement. */
  prepare(sql: string): Statement {
    return new Statement(this.#database.prepare(sql));
  }

  /** Wraps a function in a transaction. */
  // deno-lint-ignore no-explicit-any -- as above
  transaction<T extends (...args: any[]) => void>(fn: T): Transaction<T> {
    const within = (begin: string) => (...args: Parameters<T>): ReturnType<T> => {
      this.#database.exec(begin);
      try {
        const result = fn(...args) as ReturnType<T>;
        this.#database.exec("COMMIT");
        return result;
      } catch (error) {
        // Some errors, a full disk among them, have rolled back by themselves.
        if (this.inTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    };
    return Object.assign(within("BEGIN"), { immediate: within("BEGIN IMMEDIATE") });
  }

  /** Closes the connection. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

/** A prepared statement. */
export class Statement {
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    this.#statement = statement;
  }

  /** Runs it. Answers how many rows it changed. */
  run(...params: RestBindParameters): number {
    return Number(this.#statement.run(...params.map(toInput)).changes);
  }

  /** Its rows, as objects by column. */
  all<T extends object>(...params: RestBindParameters): T[] {
    return this.#statement.all(...params.map(toInput)) as T[];
  }

  /** Its first row, as an object by column. */
  get<T extends object>(...params: RestBindParameters): T | undefined {
    return this.#statement.get(...params.map(toInput)) as T | undefined;
  }

  /** Its first row, as a list of columns. */
  value<T extends unknown[]>(...params: RestBindParameters): T | undefined {
    const row = this.#statement.get(...params.map(toInput));
    return row === undefined ? undefined : Object.values(row) as T;
  }
}

function toInput(value: BindValue): SQLInputValue {
  if (value === undefined) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  return value instanceof Date ? value.toISOString() : value;
}
