/** The key of the locks that the kinds share. */
export const FILE_LOCKS = "file locks";

/** Lets one at a time use a file. */
export class FileLocks {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs something while nobody else uses what a key names; those who ask first come first. */
  async hold<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const running = before === undefined ? work() : before.then(work, work);
    const settled = running.then(() => {}, () => {});
    this.#last.set(key, settled);
    try {
      return await running;
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }
}
