import type { Process } from "../flow/mod.ts";
import type { Transaction } from "../kind/mod.ts";
import { failure } from "../value/mod.ts";

/** The transactions of processes: one for each root process, committed or rolled back at its end. */
export class Transactions {
  readonly #open = new WeakMap<Process, { key: string; begun: Promise<Transaction> }>();

  /** Returns the transaction that a process's root has on a key; undefined if it has none, or one on another key. */
  on(process: Process, key: string): Promise<Transaction> | undefined {
    const known = this.#open.get(process.root);
    return known?.key === key ? known.begun : undefined;
  }

  /** Returns the transaction of a process's root; see `HostContext.transaction`. */
  async of<T extends Transaction>(process: Process, key: string, begin: () => T | Promise<T>): Promise<T> {
    const { root } = process;
    const known = this.#open.get(root);
    if (known !== undefined) {
      if (known.key === key) return await known.begun as T;
      throw failure(`the process has a transaction on ${known.key} already, and cannot have one on ${key}`, {
        code: "conflict",
      });
    }
    const begun = Promise.resolve().then(begin);
    this.#open.set(root, { key, begun });
    try {
      const transaction = await begun;
      root.onExit((error) => error === undefined ? transaction.commit() : transaction.rollback(error));
      return transaction;
    } catch (error) {
      this.#open.delete(root);
      throw error;
    }
  }
}
