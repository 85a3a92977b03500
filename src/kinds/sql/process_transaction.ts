import type { Transaction } from "@weft/weft/kind";
import type { Database, DatabaseTransaction, Isolation, Queryable, QueryOptions, Result } from "../../database/mod.ts";
import type { Failure, Value } from "../../value/mod.ts";

/** Errors with which a transaction is lost. */
const LOST: ReadonlySet<string> = new Set([
  "connection_lost",
  "connection_refused",
  "dns",
  "tls",
  "auth_failed",
  "timeout",
]);

/** The transaction of a process. It takes a connection with its first statement. */
export class ProcessTransaction implements Transaction, Queryable {
  readonly #database: Database;
  readonly #isolation: Isolation | undefined;
  #begun: Promise<DatabaseTransaction> | undefined;
  /** Whether a statement was carried out, which a new transaction would not have. */
  #hasDone = false;

  constructor(database: Database, isolation: Isolation | undefined) {
    this.#database = database;
    this.#isolation = isolation;
  }

  query(text: string, parameters?: readonly Value[], options: QueryOptions = {}): Promise<Result> {
    return this.#run((transaction) => transaction.query(text, parameters, options), options);
  }

  queryEach(text: string, lists: readonly (readonly Value[])[], options: QueryOptions = {}): Promise<Result> {
    return this.#run((transaction) => transaction.queryEach(text, lists, options), options);
  }

  async commit(): Promise<void> {
    await (await this.#begun)?.commit();
  }

  async rollback(): Promise<void> {
    await (await this.#begun?.catch(() => undefined))?.rollback();
  }

  async #run(work: (transaction: DatabaseTransaction) => Promise<Result>, options: QueryOptions): Promise<Result> {
    const begun = this.#begun ??= this.#database.begin({ ...options, isolation: this.#isolation });
    try {
      const result = await work(await begun);
      this.#hasDone = true;
      return result;
    } catch (error) {
      if (!this.#hasDone && LOST.has((error as Failure).code ?? "")) await this.#forget(begun);
      throw error;
    }
  }

  /** Forgets a transaction that has done nothing: the next statement may begin another one. */
  async #forget(begun: Promise<DatabaseTransaction>): Promise<void> {
    if (this.#begun !== begun) return;
    this.#begun = undefined;
    await (await begun.catch(() => undefined))?.rollback();
  }
}
