import { type Failure, failure, type Value } from "../../value/mod.ts";
import { CallChain } from "../call_chain.ts";
import { type DatabaseTransaction, type Isolation, joinResults, type QueryOptions, type Result } from "../database.ts";
import { limited } from "./limited.ts";
import type { PostgresLane, RawRows, Running } from "./postgres_lane.ts";
import { checkScript, inputOf, type PostgresTexts } from "./postgres_statement.ts";

/** What a transaction is made of. */
export interface PostgresTransactionOptions {
  readonly lane: PostgresLane;
  readonly isolation: Isolation | undefined;
  readonly texts: PostgresTexts;
  resultOf(rows: RawRows): Promise<Result>;
  /** Gives the connection back. */
  give(): void;
}

const SAVEPOINT = "SAVEPOINT weft_statement";
const RELEASE = "RELEASE SAVEPOINT weft_statement";
const ROLLBACK_TO = "ROLLBACK TO SAVEPOINT weft_statement";

/**
 * A transaction on a connection of its own. It begins with its first statement. A statement that fails is undone, and the
 * transaction goes on, as in SQLite.
 */
export class PostgresTransaction implements DatabaseTransaction {
  readonly #options: PostgresTransactionOptions;
  #hasBegun = false;
  #hasEnded = false;
  /** Whether a statement has done something that a rollback would undo. */
  #hasDone = false;
  readonly #chain = new CallChain();

  constructor(options: PostgresTransactionOptions) {
    this.#options = options;
  }

  query(text: string, parameters: readonly Value[] = [], options: QueryOptions = {}): Promise<Result> {
    return this.#next(async () => {
      const { lane, texts, resultOf } = this.#options;
      const known = texts.of(text);
      const input = inputOf(known, parameters);
      return await resultOf(await this.#run(() => lane.run(known.text, input), options));
    });
  }

  queryEach(text: string, lists: readonly (readonly Value[])[], options: QueryOptions = {}): Promise<Result> {
    return this.#next(async () => {
      const { lane, texts, resultOf } = this.#options;
      const known = texts.of(text);
      const inputs = lists.map((parameters) => inputOf(known, parameters));
      const results = await this.#run(() => together(inputs.map((input) => lane.run(known.text, input))), options);
      return joinResults(await Promise.all(results.map(resultOf)));
    });
  }

  script(text: string, options: QueryOptions = {}): Promise<void> {
    return this.#next(async () => {
      checkScript(text);
      await this.#run(() => this.#options.lane.script(text), options);
    });
  }

  commit(): Promise<void> {
    return this.#next(async () => {
      const { lane } = this.#options;
      try {
        if (!this.#hasBegun) return;
        const { command } = await limited(lane, lane.run("COMMIT", []), {});
        if (command !== "COMMIT") throw failure<string>("the transaction was rolled back", { code: "25P02" });
      } catch (error) {
        if (!lane.isLost) await lane.run("ROLLBACK", []).rows.catch(() => {});
        throw error;
      } finally {
        this.#end();
      }
    });
  }

  rollback(): Promise<void> {
    return this.#chain.run(async () => {
      if (this.#hasEnded) return;
      const { lane } = this.#options;
      try {
        if (this.#hasBegun && !lane.isLost) await limited(lane, lane.run("ROLLBACK", []), {});
      } catch {
        lane.isLost = true; // the server rolls back what it has lost
      } finally {
        this.#end();
      }
    });
  }

  /** Runs something after all that was asked before. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    return this.#chain.run(async () => {
      if (this.#hasEnded) throw failure("the transaction has ended", { code: "aborted" });
      return await work();
    });
  }

  /** Runs something that is undone if it fails, and leaves what was done before. */
  async #run<T>(work: () => Running<T>, options: QueryOptions): Promise<T> {
    const { lane } = this.#options;
    options.signal?.throwIfAborted();
    if (lane.isLost) throw lostTransaction();
    // all go out together, and are answered in their order
    const before = this.#before();
    const running = work();
    const after = this.#hasDone ? lane.run(RELEASE, []).rows : undefined;
    for (const one of [running.rows, after]) one?.catch(() => {}); // of what fails together, the first is told
    try {
      await before;
      const rows = await limited(lane, running, options);
      await after;
      this.#hasDone = true;
      return rows;
    } catch (error) {
      await after?.catch(() => {});
      if (!lane.isLost) await this.#undo();
      throw error;
    }
  }

  /** Begins the transaction, or marks where a failed statement goes back to. */
  #before(): Promise<unknown> {
    const { lane, isolation } = this.#options;
    const text = this.#hasDone ? SAVEPOINT : this.#hasBegun ? undefined : beginText(isolation);
    this.#hasBegun = true;
    const before = text === undefined ? Promise.resolve() : lane.run(text, []).rows;
    before.catch(() => {}); // whoever waits for the statement is told
    return before;
  }

  async #undo(): Promise<void> {
    const { lane } = this.#options;
    try {
      if (this.#hasDone) {
        const back = lane.run(ROLLBACK_TO, []).rows;
        await Promise.all([back, lane.run(RELEASE, []).rows]);
      } else {
        this.#hasBegun = false;
        await lane.run("ROLLBACK", []).rows;
      }
    } catch {
      lane.isLost = true;
    }
  }

  #end(): void {
    this.#hasEnded = true;
    this.#options.give();
  }
}

/** Returns statements that were sent together as one: they are canceled together. */
function together(all: readonly Running[]): Running<RawRows[]> {
  return {
    rows: Promise.all(all.map(({ rows }) => rows)),
    cancel: async () => void await Promise.all(all.map((one) => one.cancel())),
  };
}

function beginText(isolation: Isolation | undefined): string {
  return isolation === undefined ? "BEGIN" : `BEGIN ISOLATION LEVEL ${isolation.toUpperCase()}`;
}

function lostTransaction(): Failure {
  return failure("the connection to the database is lost; the transaction was rolled back", {
    code: "connection_lost",
  });
}
