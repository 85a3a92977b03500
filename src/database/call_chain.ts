/** Calls that run one after another, in the order in which they came, whatever becomes of those before. */
export class CallChain {
  /** The end of what came before. */
  #last: Promise<unknown> = Promise.resolve();

  /** Runs something once all before it has ended. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}
