import { failure } from "../../value/mod.ts";
import type { QueryOptions } from "../database.ts";
import type { PostgresLane } from "./postgres_lane.ts";

/** How long a call waits for a connection, in milliseconds. */
const WAIT = 30_000;

/** Options of a pool. */
export interface LanePoolOptions {
  /** How many connections there may be. */
  readonly connections: number;
  /** How long one is kept while it has nothing to do, in milliseconds. */
  readonly idle: number;
  open(): Promise<PostgresLane>;
}

/** Connections that are used again, each by one call or transaction at a time. */
export class LanePool {
  readonly #options: LanePoolOptions;
  readonly #free: { readonly lane: PostgresLane; readonly timer: ReturnType<typeof setTimeout> }[] = [];
  readonly #all = new Set<PostgresLane>();
  readonly #waiting: { given(lane: PostgresLane): void; turn(): void; failed(error: Error): void }[] = [];
  /** How many are open or being opened. */
  #count = 0;
  #isClosed = false;

  constructor(options: LanePoolOptions) {
    this.#options = options;
  }

  /** Takes a connection, once there is one. @throws {Failure} `timeout` if there was none in time. */
  async take({ signal, signalOf, timeout = WAIT }: QueryOptions): Promise<PostgresLane> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw closed();
    const free = this.#free.pop();
    if (free !== undefined) {
      clearTimeout(free.timer);
      return free.lane;
    }
    if (this.#count >= this.#options.connections) {
      const lane = await this.#wait(signal ?? signalOf?.(), timeout);
      if (lane !== undefined) return lane;
    } else this.#count++;
    return await this.#open();
  }

  /** Gives a connection back; one that is lost is closed. */
  give(lane: PostgresLane): void {
    if (!this.#all.has(lane)) return;
    if (lane.isLost || this.#isClosed) return this.drop(lane);
    const next = this.#waiting.shift();
    if (next !== undefined) return next.given(lane);
    const timer = setTimeout(() => {
      const at = this.#free.findIndex((free) => free.lane === lane);
      if (at < 0) return;
      this.#free.splice(at, 1);
      this.drop(lane);
    }, this.#options.idle);
    Deno.unrefTimer(timer as unknown as number);
    this.#free.push({ lane, timer });
  }

  /** Closes a connection. */
  drop(lane: PostgresLane): void {
    const at = this.#free.findIndex((free) => free.lane === lane);
    if (at >= 0) clearTimeout(this.#free.splice(at, 1)[0]!.timer);
    if (!this.#all.delete(lane)) return;
    void lane.close();
    this.#left();
  }

  /** Closes all connections. What is under way on them fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { failed } of this.#waiting.splice(0)) failed(closed());
    for (const { timer } of this.#free.splice(0)) clearTimeout(timer);
    const lanes = [...this.#all];
    this.#all.clear();
    await Promise.all(lanes.map((lane) => lane.close()));
  }

  async #open(): Promise<PostgresLane> {
    let lane: PostgresLane;
    try {
      lane = await this.#options.open();
    } catch (error) {
      this.#left();
      throw error;
    }
    if (this.#isClosed) {
      await lane.close();
      throw closed();
    }
    this.#all.add(lane);
    return lane;
  }

  /** There may be one more: who has waited longest opens it. */
  #left(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#count--;
    else next.turn();
  }

  /** Waits for a connection. @returns Undefined if one may be opened. */
  #wait(signal: AbortSignal | undefined, timeout: number): Promise<PostgresLane | undefined> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      };
      const leave = (error: unknown) => {
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        done();
        reject(error);
      };
      const abort = () => leave(signal!.reason);
      const waiting = {
        given: (lane: PostgresLane) => (done(), resolve(lane)),
        turn: () => (done(), resolve(undefined)),
        failed: leave,
      };
      const timer = setTimeout(
        () => leave(failure(`no connection was free within ${timeout} ms`, { code: "timeout" })),
        timeout,
      );
      this.#waiting.push(waiting);
      if (signal?.aborted) abort();
      else signal?.addEventListener("abort", abort, { once: true });
    });
  }
}

function closed(): Error {
  return failure("the database was closed", { code: "aborted" });
}
