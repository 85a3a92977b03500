// deno-lint-ignore-file require-await -- what throws in a method of a history has to reject
import { ConflictError, RegistryError } from "../../errors.ts";
import type { Head, Move, Signature } from "../../history.ts";
import { Signal } from "../signal.ts";
import { watchMoves } from "../watch.ts";
import { HeadLog } from "./head_log.ts";

/** What histories have in common that last as long as the object: the head log and its watches. */
export abstract class VolatileHistory {
  protected readonly headLog: HeadLog;
  readonly #moved = new Signal();
  #closed = false;

  /** @param moves How many moves of head are kept for those who watch. Default all. */
  constructor(moves?: number) {
    this.headLog = new HeadLog(moves);
  }

  async head(): Promise<Head> {
    this.check();
    return this.headLog.head;
  }

  async moves(since: number): Promise<Move[]> {
    this.check();
    return this.headLog.since(since);
  }

  watch(since: number, signal?: AbortSignal): AsyncIterableIterator<Move> {
    return watchMoves((since) => this.moves(since), this.#moved, since, signal);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#moved.close();
  }

  /** @throws {RegistryError} `unavailable`, if it is closed. */
  protected check(): void {
    if (this.#closed) throw new RegistryError("unavailable", "the history is closed");
  }

  /** @throws {ConflictError} If head is another version. */
  protected expect(head: number): void {
    this.check();
    const actual = this.headLog.head.version;
    if (head !== actual) throw new ConflictError(head, actual);
  }

  /** Moves head, and tells those who watch. */
  protected move(version: number, time: Date, signature: Signature): Head {
    const head = this.headLog.add(version, time, signature);
    this.#moved.notify();
    return head;
  }
}
