// deno-lint-ignore-file require-await -- an error thrown by these methods must reject
import { ConflictError, RegistryError } from "../../errors.ts";
import type { Head, Move, Signature } from "../../history.ts";
import { Signal } from "../signal.ts";
import { watchMoves } from "../watch.ts";
import { HeadLog } from "./head_log.ts";

/**
 * What histories have in common that last as long as the object: the head log and its watches.
 *
 * @internal
 */
export abstract class VolatileHistory {
  protected readonly headLog: HeadLog;
  readonly #moved = new Signal();
  #closed = false;

  /** @param moves The number of moves that are kept for watches. Default all. */
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

  /** Checks that it is open. @throws {RegistryError} `unavailable`, if it is closed. */
  protected check(): void {
    if (this.#closed) throw new RegistryError("unavailable", "the history is closed");
  }

  /** Checks that a version is head. @throws {ConflictError} If another one is. */
  protected expect(head: number): void {
    this.check();
    const actual = this.headLog.head.version;
    if (head !== actual) throw new ConflictError(head, actual);
  }

  /** Moves head, and wakes the watches. */
  protected move(version: number, time: Date, signature: Signature): Head {
    const head = this.headLog.add(version, time, signature);
    this.#moved.notify();
    return head;
  }
}
