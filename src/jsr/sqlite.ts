/**
 * The part of `@db/sqlite` that this project uses, on top of the SQLite built into Deno (`node:sqlite`), which does not
 * need the permission for foreign functions. `deno.jsr.json` binds the same name to the real package.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

/** A value that can be bound to a parameter of a statement. The real package cannot bind undefined. */
export type BindValue = number | string | bigint | boolean | null | Date | Uint8Array;

/** Values of the parameters of a statement, in order. */
export type RestBindParameters = BindValue[];

/** Options of a `Database`. */
export interface DatabaseOpenOptions {
  /** Whether to open the database read-only. Default false. */
  readonly?: boolean;
  /** Whether to read 64-bit integers; the real package truncates them to 32 bits otherwise. Default false. */
  int64?: boolean;
}

/** A function that runs in a transaction, which is rolled back if the function throws. */
// deno-lint-ignore no-explicit-any -- functions have any parameters
export type Transaction<T extends (...args: any[]) => void> =
  & ((...args: Parameters<T>) => ReturnType<T>)
  & {
    /** Runs the function with the write lock acquired at the beginning. */
    immediate(...args: Parameters<T>): ReturnType<T>;
  };

/** A connection to a SQLite database. */
export class Database {
  readonly #database: DatabaseSync;

  /** @throws {Error} If the file cannot be opened. */
  constructor(path: string | URL, options: DatabaseOpenOptions = {}) {
    this.#database = new DatabaseSync(path, { readOnly: options.readonly ?? false });
  }

  /** Whether a transaction is active. */
  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** The id of the last inserted row. */
  get lastInsertRowId(): number {
    return this.prepare("SELECT last_insert_rowid()").value<[number]>()![0];
  }

  /** Runs one statement with parameters or several without. @returns The number of rows changed by the last one. */
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
        // some errors, such as a full disk, roll back by themselves
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

  /** Runs the statement. @returns The number of changed rows. */
  run(...params: RestBindParameters): number {
    return Number(this.#statement.run(...params.map(toInput)).changes);
  }

  /** Returns all rows as objects by column. */
  all<T extends object>(...params: RestBindParameters): T[] {
    return this.#statement.all(...params.map(toInput)) as T[];
  }

  /** Returns the first row as an object by column. */
  get<T extends object>(...params: RestBindParameters): T | undefined {
    return this.#statement.get(...params.map(toInput)) as T | undefined;
  }

  /** Returns the first row as an array of columns. */
  value<T extends unknown[]>(...params: RestBindParameters): T | undefined {
    const row = this.#statement.get(...params.map(toInput));
    return row === undefined ? undefined : Object.values(row) as T;
  }
}

function toInput(value: BindValue): SQLInputValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  return value instanceof Date ? value.toISOString() : value;
}
