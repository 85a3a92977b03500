// deno-lint-ignore-file require-await -- what throws in a method of a history has to reject
import type { Value } from "../value/mod.ts";
import { AnnouncementBoard } from "./announcements.ts";
import { Bell } from "./bell.ts";
import { ConflictError, RegistryError } from "./errors.ts";
import type { Announcement, Baseline, Changeset, Draft, Head, HeardAnnouncement, History, Move } from "./history.ts";
import { MoveLog } from "./move_log.ts";
import { storable } from "./storable.ts";
import type { Operation } from "./operation.ts";
import type { Version } from "./version.ts";
import { watchMoves } from "./watch.ts";

/** How many moves of head are kept for those who watch. */
const MOVES = 1024;

/**
 * No history: versions are counted and forgotten. A registry on it goes forward for ever, and neither back nor through
 * a restart.
 */
export class NilHistory implements History {
  readonly #moves = new MoveLog(MOVES);
  readonly #board = new AnnouncementBoard();
  readonly #notes = new Map<string, Value>();
  readonly #bell = new Bell();
  #closed = false;

  async head(): Promise<Head> {
    this.#check();
    return this.#moves.head;
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
    this.#check();
    return { version: 0, entries: [] };
  }

  async save({ base, operations, ...signature }: Draft): Promise<Version> {
    this.#check();
    const { version: actual } = this.#moves.head;
    if (base !== actual) throw new ConflictError(base, actual);
    const version = { id: actual + 1, parent: base, time: new Date(), ...signature, operations: operations.length };
    this.#moves.add(version.id, version.time, signature);
    this.#bell.ring();
    return version;
  }

  async setHead(): Promise<Head> {
    return this.#forgotten();
  }

  async moves(since: number): Promise<Move[]> {
    this.#check();
    return this.#moves.since(since);
  }

  watch(since: number, signal?: AbortSignal): AsyncIterableIterator<Move> {
    return watchMoves((since) => this.moves(since), this.#bell, since, signal);
  }

  async announce(announcement: Announcement): Promise<void> {
    this.#check();
    this.#board.announce(announcement);
  }

  async announcements(): Promise<HeardAnnouncement[]> {
    this.#check();
    return this.#board.list();
  }

  async withdraw(id: string): Promise<void> {
    this.#check();
    this.#board.withdraw(id);
  }

  async note(key: string): Promise<Value | undefined> {
    this.#check();
    return this.#notes.get(key);
  }

  async setNote(key: string, value: Value): Promise<void> {
    this.#check();
    this.#notes.set(key, storable(value, `the note ${key}`));
  }

  async prune(): Promise<never> {
    return this.#forgotten();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#bell.close();
  }

  #check(): void {
    if (this.#closed) throw new RegistryError("unavailable", "the history is closed");
  }

  #forgotten(): never {
    this.#check();
    throw new RegistryError("unavailable", "nil: keeps no versions; a store that does is memory: or a file");
  }
}
