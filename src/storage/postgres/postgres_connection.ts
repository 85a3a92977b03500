import { connect, type Socket } from "node:net";
import { type Database, type DatabaseTransaction, PostgresDatabase, type SocketTarget } from "../../database/mod.ts";
import { asError, failure, type Value, type ValueMap } from "../../value/mod.ts";
import { StorageError } from "../error.ts";
import { migrate, type Migration } from "./postgres_schema.ts";
import { codeOf, isContention, isLostConnection, toStorageError } from "./postgres_store_error.ts";
import { invalid, readPostgresStoreUrl } from "./postgres_store_url.ts";

/** How many connections a store has, beside the one that listens. */
const CONNECTIONS = 4;
/** How long a server may be gone before operations fail, in milliseconds. */
const PATIENCE = 8_000;
/** How long to wait before something is tried again, in milliseconds: at first, and at most. */
const FIRST = 25;
const LONGEST = 500;
/** How many statements that lost against others are tried again. */
const CONTENTIONS = 20;
/** How far clocks may be apart before that is corrected, in milliseconds, beside what the network makes of it. */
const TOLERANCE = 100;

/** Options of a connection. */
export interface PostgresConnectionOptions {
  /** What each version of the tables adds to the one before. */
  readonly migrations: readonly Migration[];
  /** Whether to create the tables where there are none. Default true. */
  readonly create?: boolean;
}

/** A statement that changes something if that is still what the writer expects, and returns a row if it did. */
export interface Write {
  readonly text: string;
  readonly parameters: readonly Value[];
  /** Reads the row that the statement has returned, although its answer was lost; undefined if it has done nothing. */
  landed(): Promise<ValueMap | undefined>;
}

/** The tables of a store on a PostgreSQL server, behind connections that are made again when they are lost. */
export class PostgresConnection {
  /** The server and the database as messages name them, without password. */
  readonly name: string;
  /** The schema of the tables, quoted. */
  readonly schema: string;
  readonly #database: Database;
  readonly #closing = new AbortController();
  /** Since when the server has not answered. Until it has answered once, nothing is tried again. */
  #lostSince: number | undefined = -Infinity;
  #clockOffset = 0;

  private constructor(database: Database, name: string, schema: string) {
    this.#database = database;
    this.name = name;
    this.schema = `"${schema}"`;
  }

  /**
   * Connects, and brings the tables to the newest version.
   *
   * @throws {StorageError} `invalid`, if the URL is wrong; `unavailable`, if the server cannot be used; `not_found`, if
   * there are no tables and none are to be created.
   */
  static async open(
    text: string,
    { migrations, create = true }: PostgresConnectionOptions,
  ): Promise<PostgresConnection> {
    const { url, schema, tls, name } = await readPostgresStoreUrl(text);
    let database: Database;
    try {
      database = PostgresDatabase.open({ url, tls, connections: CONNECTIONS, open: openSocket });
    } catch (error) {
      throw invalid(asError(error).message.replace(/^invalid url: /, ""));
    }
    const connection = new PostgresConnection(database, name, schema);
    try {
      await connection.#retry(() => migrate(database, { schema, name, migrations, create }));
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }

  /** How far the clock of the server is ahead of this machine's, in milliseconds; 0 if hardly. See `readWithClock`. */
  get clockOffset(): number {
    return this.#clockOffset;
  }

  /** Returns the rows of a statement that may be run twice. */
  read(text: string, parameters: readonly Value[] = []): Promise<readonly ValueMap[]> {
    return this.#retry(async () => (await this.#database.query(text, parameters)).rows);
  }

  /** Returns the rows of a statement that may be run twice, each with the time of the server in `clock`, and compares clocks. */
  readWithClock(text: string, parameters: readonly Value[]): Promise<readonly ValueMap[]> {
    return this.#retry(async () => {
      const before = Date.now();
      const { rows } = await this.#database.query(text, parameters);
      const duration = Date.now() - before;
      const offset = Math.round(rows[0]!.clock as number - before - duration / 2);
      this.#clockOffset = Math.abs(offset) <= TOLERANCE + duration ? 0 : offset;
      return rows;
    });
  }

  /**
   * Runs a statement that must be done once: if its answer is lost, it is run again only as it looks whether it was done.
   *
   * @returns The row that the statement returns; undefined if what it expects is not so.
   */
  write({ text, parameters, landed }: Write): Promise<ValueMap | undefined> {
    return this.#retry(async (isAgain) => {
      try {
        const { rows } = await this.#database.query(text, parameters);
        if (rows.length > 0) return rows[0];
      } catch (error) {
        // the first attempt was done after the second one had looked
        if (!isAgain || codeOf(error) !== "23505") throw error;
      }
      return isAgain ? await landed() : undefined;
    });
  }

  /** Runs a transaction. It is run again as a whole if the connection is lost, although it may have been done. */
  transaction<T>(work: (transaction: DatabaseTransaction) => Promise<T>): Promise<T> {
    return this.#retry(async () => {
      const transaction = await this.#database.begin({ isolation: "read committed" });
      try {
        const result = await work(transaction);
        await transaction.commit();
        return result;
      } catch (error) {
        await transaction.rollback();
        throw error;
      }
    });
  }

  /** Calls back when a channel is notified, or may have been while there was no connection. @returns Ends that. */
  listen(channel: string, heard: () => void): Promise<() => Promise<void>> {
    return this.#database.listen!(channel, heard);
  }

  /** Closes the connections. Later calls reject. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await this.#database.close();
  }

  /** Runs something again while the connection is lost, until the server has been gone for too long. */
  async #retry<T>(work: (isAgain: boolean) => Promise<T>): Promise<T> {
    const { signal } = this.#closing;
    let isAgain = false;
    let contentions = 0;
    for (let wait = FIRST;; wait = Math.min(LONGEST, wait * 2)) {
      if (signal.aborted) throw new StorageError("unavailable", `${this.name}: the store is closed`);
      try {
        const result = await work(isAgain);
        this.#lostSince = undefined;
        return result;
      } catch (error) {
        if (signal.aborted) continue;
        if (isLostConnection(error)) {
          isAgain = true;
          this.#lostSince ??= Date.now();
          if (Date.now() + wait > this.#lostSince + PATIENCE) throw toStorageError(error, this.name);
        } else {
          const isOver = !isContention(error) || ++contentions > CONTENTIONS;
          if (isOver) throw toStorageError(error, this.name);
        }
      }
      await pause(wait, signal);
    }
  }
}

function pause(duration: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, duration);
    signal.addEventListener("abort", done);
  });
}

/** Opens a socket to a server. @throws {Failure} Why that failed. */
function openSocket(target: SocketTarget, timeout: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(target);
    const fail = (error: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () => fail(failure("the server does not answer", { code: "timeout" })),
      timeout,
    );
    socket.once("error", fail);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      resolve(socket);
    });
  });
}
