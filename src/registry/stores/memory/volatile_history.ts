// deno-lint-ignore-file require-await -- what throws in a method of a history has to reject
import type { Value } from "../../../value/mod.ts";
import { AnnouncementBoard } from "../../announcements.ts";
import { ConflictError, RegistryError } from "../../errors.ts";
import type { Announcement, Head, HeardAnnouncement, Move, Signature } from "../../history.ts";
import { storable } from "../../storable.ts";
import { Bell } from "../bell.ts";
import { watchMoves } from "../watch.ts";
import { MoveLog } from "./head_log.ts";

/** What histories have in common that last as long as the object: moves of head, announcements and notes. */
export abstract class VolatileHistory {
  protected readonly moveLog: MoveLog;
  readonly #board = new AnnouncementBoard();
  readonly #notes = new Map<string, Value>();
  readonly #bell = new Bell();
  #closed = false;

  /** @param moves How many moves of head are kept for those who watch. Default all. */
  constructor(moves?: number) {
    this.moveLog = new MoveLog(moves);
  }

  async head(): Promise<Head> {
    this.check();
    return this.moveLog.head;
  }

  async moves(since: number): Promise<Move[]> {
    this.check();
    return this.moveLog.since(since);
  }

  watch(since: number, signal?: AbortSignal): AsyncIterableIterator<Move> {
    return watchMoves((since) => this.moves(since), this.#bell, since, signal);
  }

  async announce(announcement: Announcement): Promise<void> {
    this.check();
    this.#board.announce(announcement);
  }

  async announcements(): Promise<HeardAnnouncement[]> {
    this.check();
    return this.#board.list();
  }

  async withdraw(id: string): Promise<void> {
    this.check();
    this.#board.withdraw(id);
  }

  async note(key: string): Promise<Value | undefined> {
    this.check();
    return this.#notes.get(key);
  }

  async setNote(key: string, value: Value): Promise<void> {
    this.check();
    this.#notes.set(key, storable(value, `the note ${key}`));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#bell.close();
  }

  /** @throws {RegistryError} `unavailable`, if it is closed. */
  protected check(): void {
    if (this.#closed) throw new RegistryError("unavailable", "the history is closed");
  }

  /** @throws {ConflictError} If head is another version. */
  protected expect(head: number): void {
    this.check();
    const actual = this.moveLog.head.version;
    if (head !== actual) throw new ConflictError(head, actual);
  }

  /** Moves head, and tells those who watch. */
  protected move(version: number, time: Date, signature: Signature): Head {
    const head = this.moveLog.add(version, time, signature);
    this.#bell.ring();
    return head;
  }
}
