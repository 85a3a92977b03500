import type { Connection } from "./connection.ts";
import type { Executors } from "./executors.ts";

/** How often a dry run is made beside the processes of an executor. */
const SHARED_ATTEMPTS = 2;
/** How often it is made at most. */
const ATTEMPTS = 4;

/**
 * Makes nodes on executors and runs the top levels of their code, before the first packet comes. One that is lost
 * because others have ended its executor is made again, in the end on an executor without processes.
 */
export class DryRuns {
  readonly #executors: Pick<Executors, "leastBusy" | "extra" | "retire">;
  /** The executor without processes, while a dry run needs it, and for how many. */
  #apart: { readonly connection: Connection; users: number } | undefined;
  #closed = false;

  constructor(executors: Pick<Executors, "leastBusy" | "extra" | "retire">) {
    this.#executors = executors;
  }

  /** Makes the node of a symbol and runs the top level of its code. @throws {Error} The reason why it cannot run. */
  async run(symbol: number): Promise<void> {
    for (let attempt = 1;; attempt++) {
      const isApart = attempt > SHARED_ATTEMPTS;
      const connection = isApart ? this.#takeApart() : this.#executors.leastBusy();
      try {
        return await connection.prepare(symbol);
      } catch (error) {
        // one that has ended an executor would end the next
        if (!connection.closed || connection.diedIn === symbol || this.#closed || attempt === ATTEMPTS) throw error;
      } finally {
        if (isApart) this.#leaveApart(connection);
      }
    }
  }

  /** Makes no dry run again: the executors are about to end. */
  close(): void {
    this.#closed = true;
  }

  #takeApart(): Connection {
    if (this.#apart === undefined || this.#apart.connection.closed) {
      this.#apart = { connection: this.#executors.extra(), users: 0 };
    }
    this.#apart.users++;
    return this.#apart.connection;
  }

  #leaveApart(connection: Connection): void {
    const apart = this.#apart;
    if (apart?.connection !== connection || --apart.users > 0) return;
    this.#apart = undefined;
    this.#executors.retire(connection);
  }
}
