import { Database, type Statement } from "@db/sqlite";
import { StorageError } from "../error.ts";
import { migrate } from "./schema.ts";

/** How long another process may hold the file, in milliseconds. */
const BUSY_TIMEOUT = 5000;

/**
 * An open SQLite file with its schema in place. Every call blocks its thread, for seconds if another process holds the
 * file, so this runs in a worker.
 */
export class SqliteDatabase {
  readonly #database: Database;
  readonly #path: string;
  /** The device and inode of the file, where the system has them. */
  readonly #file: string | undefined;

  /**
   * Opens a file, and creates or updates its tables.
   *
   * @param schema What each version of the schema adds to the one before, as SQL.
   * @throws {Error} If the file cannot be opened, is damaged, or has a schema that this program does not know.
   */
  constructor(path: string, schema: readonly string[]) {
    this.#path = path;
    this.#database = new Database(path, { int64: true });
    try {
      this.#file = fileAt(path);
      this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
      this.#database.exec("PRAGMA foreign_keys = ON");
      // What was confirmed survives a power failure too, at the price of waiting for the disk.
      this.#database.exec("PRAGMA synchronous = FULL");
      migrate(this.#database, schema);
      this.#useWriteAheadLog();
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** The id of the row that was inserted last. */
  get lastInsertRowId(): number {
    return this.#database.lastInsertRowId;
  }

  /** Changes whenever another connection has committed something. */
  get dataVersion(): number {
    return this.#database.prepare("PRAGMA data_version").value<[number]>()![0];
  }

  /** Prepares a statement. */
  prepare(sql: string): Statement {
    return this.#database.prepare(sql);
  }

  /** Runs queries that all see the same data. */
  read<T>(work: () => T): T {
    return this.#database.transaction(work as () => void)() as T;
  }

  /**
   * Runs a transaction, which holds the lock for writing from its beginning.
   *
   * @throws {StorageError} `unavailable` with the details `{ file: "replaced" }`, if the file is no longer at its path:
   * nobody else would see what is written.
   */
  write<T>(work: () => T): T {
    if (fileAt(this.#path) !== this.#file) {
      throw new StorageError("unavailable", "the file was replaced or moved away while it was open", {
        details: { file: "replaced" },
      });
    }
    return this.#database.transaction(work as () => void).immediate() as T;
  }

  /** Closes the file. */
  close(): void {
    this.#database.close();
  }

  /** Switches the journal mode. Another process that opens the file at once may make that fail despite the timeout. */
  #useWriteAheadLog(): void {
    const end = Date.now() + BUSY_TIMEOUT;
    for (;;) {
      try {
        this.#database.exec("PRAGMA journal_mode = WAL");
        return;
      } catch (error) {
        if (!/locked/.test((error as Error).message) || Date.now() > end) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      }
    }
  }
}

/** Returns the device and inode of a file; undefined if it is missing, or the system has none. */
function fileAt(path: string): string | undefined {
  try {
    const { dev, ino } = Deno.statSync(path);
    return ino === null ? undefined : `${dev}:${ino}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Returns what an error of SQLite, or of the code that uses it, means to a caller that knows only the path. */
export function explain(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) {
    const isAboutFile = error.code !== "conflict" && error.code !== "not_found";
    if (!isAboutFile) return error;
    const details = error.details === undefined ? {} : { details: error.details };
    return new StorageError(error.code, `${path}: ${error.message}`, details);
  }
  const message = error instanceof Error ? error.message : String(error);
  if (/not a database|malformed/.test(message)) {
    return new StorageError("internal", `${path} is damaged or not a SQLite database: ${message}`);
  }
  if (/locked|busy/.test(message)) {
    return new StorageError("unavailable", `another process has held ${path} for over ${BUSY_TIMEOUT / 1000} s`);
  }
  if (/full|disk|readonly|unable to open/.test(message)) {
    return new StorageError("unavailable", `${path} cannot be written: ${message}`);
  }
  return new StorageError("internal", `${path}: ${message}`);
}
