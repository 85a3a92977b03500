import type { Value, ValueMap } from "../value/mod.ts";

/** The SQL that a database speaks. */
export type Dialect = "sqlite" | "postgres";

/** What is known of how transactions see each other, by the names of SQL. */
export type Isolation = "read committed" | "repeatable read" | "serializable";

/** What a statement has done. */
export interface Result {
  /** The names of the columns, in their order; none for a statement that returns no rows. */
  readonly columns: readonly string[];
  /** The rows by column. */
  readonly rows: readonly ValueMap[];
  /** How many rows the statement has inserted, updated or deleted; of one that only reads, how many it has returned. */
  readonly count: number;
}

/** Options of one call. */
export interface QueryOptions {
  /** Cancels the statement. What it had done of a transaction is not undone by that alone. */
  readonly signal?: AbortSignal | undefined;
  /** Returns such a signal. It is asked for when the statement takes long: making one costs more than most statements do. */
  readonly signalOf?: (() => AbortSignal) | undefined;
  /** How long the statement may run, in milliseconds; its wait for a connection counts apart. Default 30,000. */
  readonly timeout?: number | undefined;
}

/** What runs statements. */
export interface Queryable {
  /**
   * Runs one statement. A statement that fails has done nothing.
   *
   * @param text SQL, with `$1`, `$2`, ... in the place of values, in both dialects.
   * @param parameters The values, never part of the text.
   * @throws {Failure} With a code: a SQLSTATE such as `23505` (a duplicate) if the database has rejected it,
   *   `connection_lost`, `connection_refused`, `timeout`, `aborted`, `too_large`, ...
   */
  query(text: string, parameters?: readonly Value[], options?: QueryOptions): Promise<Result>;
  /**
   * Runs one statement for each list of parameters, all or none.
   *
   * @returns All rows, and the sum of the counts.
   */
  queryEach(text: string, lists: readonly (readonly Value[])[], options?: QueryOptions): Promise<Result>;
}

/** Returns results of one statement as one. */
export function joinResults(results: readonly Result[]): Result {
  return {
    columns: results[0]?.columns ?? [],
    rows: results.flatMap(({ rows }) => rows),
    count: results.reduce((sum, { count }) => sum + count, 0),
  };
}

/** Runs one statement for each list of parameters in a transaction of its own. */
export async function queryEachIn(
  database: Pick<Database, "begin">,
  text: string,
  lists: readonly (readonly Value[])[],
  options?: QueryOptions,
): Promise<Result> {
  const transaction = await database.begin(options);
  try {
    const result = await transaction.queryEach(text, lists, options);
    await transaction.commit();
    return result;
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

/** A transaction. Its statements run one after another. */
export interface DatabaseTransaction extends Queryable {
  /** Runs several statements without parameters: a migration. */
  script(text: string, options?: QueryOptions): Promise<void>;
  /** Makes what was done permanent. @throws {Failure} If that failed; then nothing was done. */
  commit(): Promise<void>;
  /** Undoes what was done. Does nothing after a commit. */
  rollback(): Promise<void>;
}

/** How a transaction begins. */
export interface BeginOptions extends QueryOptions {
  /**
   * How it sees others. SQLite knows `serializable` alone, and takes the lock for writing at once if it is asked for.
   * Default: as the database has it.
   */
  readonly isolation?: Isolation | undefined;
}

/** A pool of connections to one database. Statements outside of a transaction are permanent when they have been answered. */
export interface Database extends Queryable {
  readonly dialect: Dialect;
  /**
   * Returns the rows of a statement as they come, some at a time. It takes a connection until it was read or canceled.
   *
   * @throws {Failure} As `query`, from the stream.
   */
  stream(text: string, parameters?: readonly Value[], options?: QueryOptions): ReadableStream<readonly ValueMap[]>;
  /** Begins a transaction, once a connection is free. */
  begin(options?: BeginOptions): Promise<DatabaseTransaction>;
  /**
   * Calls back when a channel is notified, and when it may have been while the server could not be reached. Missing where the
   * database has nothing of the kind.
   *
   * @returns Ends that.
   */
  listen?(channel: string, heard: () => void): Promise<() => Promise<void>>;
  /** Connects, if it has not, and asks for nothing. @throws {Failure} Why it cannot. */
  verify(options?: QueryOptions): Promise<void>;
  /** Closes the connections. Transactions that are open are rolled back. */
  close(): Promise<void>;
}

/** How long a statement may run if nothing is said, in milliseconds. */
export const STATEMENT_TIMEOUT = 30_000;
