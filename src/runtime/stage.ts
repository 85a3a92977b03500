import type { Entry } from "../registry/mod.ts";
import { within } from "../value/mod.ts";
import type { CompiledUnit } from "./compile.ts";
import type { Preparer } from "./preparer.ts";

/** How many specs are prepared ahead of their turn. More would not speed up a start, but delay requests on executors. */
const AHEAD = 16;

/** The changes of one transaction, from its begin to its commit or discard. */
export class Stage {
  readonly #preparer: Preparer;
  readonly #pause: () => Promise<void>;
  /** Prepared units by the id of their spec. */
  readonly #insert = new Map<string, CompiledUnit>();
  readonly #remove = new Set<string>();
  /** The entries that the transaction creates and updates, in order. */
  readonly #entries: readonly Entry[];
  /** How many of them are prepared or being prepared. */
  #next = 0;
  /** Entries that are prepared ahead, until their turn. */
  readonly #ahead = new Map<Entry, Promise<CompiledUnit | undefined>>();
  #discarded = false;

  /**
   * @param entries The entries that the transaction creates and updates, in order.
   * @param pause Awaited before each spec, so that requests are not delayed.
   */
  constructor(preparer: Preparer, entries: readonly Entry[], pause: () => Promise<void>) {
    this.#preparer = preparer;
    this.#entries = entries;
    this.#pause = pause;
  }

  /** Whether the transaction changes nothing of this namespace. */
  get empty(): boolean {
    return this.#insert.size === 0 && this.#remove.size === 0;
  }

  /** Returns the units to insert, and the ids of specs to remove. */
  get change(): { insert: CompiledUnit[]; remove: string[] } {
    return {
      insert: [...this.#insert.values()],
      remove: [...this.#remove].filter((id) => !this.#insert.has(id)),
    };
  }

  /** Prepares and stages an entry. A deferred entry comes a second time, and replaces the unit that was staged. */
  async put(entry: Entry): Promise<void> {
    this.#prepareAhead();
    const prepared = this.#ahead.get(entry) ?? this.#prepare(entry);
    this.#ahead.set(entry, prepared);
    const unit = await prepared.catch((error) => {
      this.#ahead.delete(entry);
      throw error;
    });
    if (this.#discarded) return;
    this.#ahead.delete(entry);
    if (unit === undefined) return;
    const staged = this.#insert.get(unit.spec.id);
    this.#insert.set(unit.spec.id, unit);
    if (staged !== undefined) await this.#preparer.release(staged);
  }

  /** Removes the spec with an id. */
  remove(id: string): void {
    this.#remove.add(id);
  }

  /**
   * Releases everything that was prepared. What is still being prepared is released when that ends.
   *
   * @param patience How long this waits for what is being prepared and released, in milliseconds.
   * @param timedOut Whether something has taken too long already, so that what is being prepared is not waited for.
   */
  async discard(patience: number, timedOut: boolean): Promise<void> {
    this.#discarded = true;
    const release = async (unit: CompiledUnit | undefined) => unit && await this.#preparer.release(unit);
    const late = Array.from(this.#ahead.values(), (prepared) => prepared.then(release, () => {}));
    await within(patience, Promise.all([...Array.from(this.#insert.values(), release), ...timedOut ? [] : late]));
  }

  /** Prepares the next entries while earlier ones wait for executors. */
  #prepareAhead(): void {
    while (this.#ahead.size < AHEAD && this.#next < this.#entries.length) {
      const entry = this.#entries[this.#next++]!;
      const prepared = this.#prepare(entry);
      prepared.catch(() => {}); // reported when its turn comes
      this.#ahead.set(entry, prepared);
    }
  }

  async #prepare(entry: Entry): Promise<CompiledUnit | undefined> {
    await this.#pause();
    return this.#discarded ? undefined : await this.#preparer.prepare(entry);
  }
}
