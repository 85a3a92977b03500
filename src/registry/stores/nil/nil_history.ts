// deno-lint-ignore-file require-await -- an error thrown by these methods must reject
import { RegistryError } from "../../errors.ts";
import type { Baseline, Changeset, Draft, Head, History } from "../../history.ts";
import type { Operation } from "../../operation.ts";
import type { Version } from "../../version.ts";
import { VolatileHistory } from "../memory/volatile_history.ts";

/** The number of moves that are kept for watches. */
const MOVES = 1024;

/**
 * A history that counts versions and forgets them. A registry on it can go forward, but not back, and loses its entries
 * with a restart.
 */
export class NilHistory extends VolatileHistory implements History {
  constructor() {
    super(MOVES);
  }

  async versions(): Promise<Version[]> {
    return this.#forgotten();
  }

  async get(_id: number): Promise<Changeset | undefined> {
    return this.#forgotten();
  }

  async changesets(_ids: readonly number[]): Promise<Operation[][]> {
    return this.#forgotten();
  }

  async baseline(): Promise<Baseline> {
    this.check();
    return { version: 0, entries: [] };
  }

  async save({ base, operations, ...signature }: Draft): Promise<Version> {
    this.expect(base);
    const version = { id: base + 1, parent: base, time: new Date(), ...signature, operations: operations.length };
    this.move(version.id, version.time, signature);
    return version;
  }

  async setHead(): Promise<Head> {
    return this.#forgotten();
  }

  async prune(): Promise<never> {
    return this.#forgotten();
  }

  #forgotten(): never {
    this.check();
    throw new RegistryError("unavailable", "nil: keeps no versions; use memory: or a file instead");
  }
}
