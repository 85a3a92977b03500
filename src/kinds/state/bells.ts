import type { Database } from "../../database/mod.ts";

/** How often other engines are told at most, in milliseconds. */
const PAUSE = 20;

/**
 * Tells that something in a table has changed: this engine at once, others by what the database has for it. What is told may
 * be lost: whoever listens looks now and then in any case.
 */
export class Bells {
  readonly #database: Database;
  readonly #channel: string;
  readonly #listeners = new Set<() => void>();
  #hearing: Promise<() => Promise<void>> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRung = false;
  #isClosed = false;

  /** @param channel What the table is told by. */
  constructor(database: Database, channel: string) {
    this.#database = database;
    this.#channel = channel;
  }

  /** Tells all who listen, here and in other engines. */
  ring(): void {
    this.#tell();
    if (this.#database.dialect !== "postgres" || this.#isClosed) return;
    this.#isRung = true;
    if (this.#timer === undefined) this.#pass();
  }

  /** Calls back when something may have changed. @returns Ends that. */
  listen(heard: () => void): () => void {
    this.#listeners.add(heard);
    this.#hearing ??= this.#database.listen?.(this.#channel, () => this.#tell());
    return () => void this.#listeners.delete(heard);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await (await this.#hearing)?.();
  }

  #tell(): void {
    for (const heard of this.#listeners) heard();
  }

  #pass(): void {
    this.#isRung = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#isRung) this.#pass();
    }, PAUSE);
    this.#database.query("SELECT pg_notify($1, '')", [this.#channel]).catch(() => {}); // others look in any case
  }
}
