import { failure } from "../../value/mod.ts";
import type { SqliteArgument } from "./frame.ts";
import { Lane } from "./lane.ts";

/** How long work waits for a lane before another one is started, in milliseconds. */
const PATIENCE = 20;

/** Options of lanes. */
export interface LanesOptions {
  readonly argument: SqliteArgument;
  /** The paths that their programs may touch. */
  readonly writable: readonly string[];
  /** How many there may be. */
  readonly connections: number;
  /** How long one beyond the first is kept while it has nothing to do, in milliseconds. */
  readonly idle: number;
  /** Called when a lane is free, or has failed to start: something may be given to one. */
  free(): void;
  /** Called with why a lane cannot be started. */
  failed(error: Error): void;
}

/** The lanes to a file: started when there is more to do than there are free ones, and ended when there is less. */
export class Lanes {
  readonly #options: LanesOptions;
  readonly #all = new Set<Lane>();
  readonly #free: Lane[] = [];
  #starting: Lane | undefined;
  #growth: ReturnType<typeof setTimeout> | undefined;
  readonly #idle = new Map<Lane, ReturnType<typeof setTimeout>>();
  #isClosed = false;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /** All lanes that serve. */
  get all(): ReadonlySet<Lane> {
    return this.#all;
  }

  /** Whether there is one lane at most. */
  get isSingle(): boolean {
    return this.#options.connections === 1;
  }

  /** Takes a free lane. If there is none, one is started soon, where there may be more. */
  take(): Lane | undefined {
    const lane = this.#free.pop();
    if (lane !== undefined) {
      clearTimeout(this.#idle.get(lane));
      this.#idle.delete(lane);
      return lane;
    }
    if (this.#isClosed || this.#starting !== undefined || this.#growth !== undefined) return undefined;
    if (this.#all.size === 0) void this.#start();
    else if (this.#all.size < this.#options.connections) {
      this.#growth = setTimeout(() => {
        this.#growth = undefined;
        if (this.#free.length === 0 && this.#all.size < this.#options.connections) void this.#start();
      }, PATIENCE);
    }
    return undefined;
  }

  /** Gives a lane back. */
  give(lane: Lane): void {
    if (lane.hasEnded || !this.#all.has(lane)) return;
    this.#free.push(lane);
    this.#options.free();
    if (!this.#free.includes(lane) || this.#all.size === 1) return;
    const timer = setTimeout(() => {
      this.#idle.delete(lane);
      const at = this.#free.indexOf(lane);
      if (at < 0 || this.#all.size === 1) return;
      this.#free.splice(at, 1);
      this.#all.delete(lane);
      void lane.close(true);
    }, this.#options.idle);
    Deno.unrefTimer(timer as unknown as number);
    this.#idle.set(lane, timer);
  }

  /** Cancels the growth that nobody needs any more. */
  settle(): void {
    clearTimeout(this.#growth);
    this.#growth = undefined;
  }

  /** Starts the first lane, if there is none. @throws {Failure} Why it cannot be. */
  async open(): Promise<void> {
    if (this.#all.size > 0) return;
    if (this.#starting === undefined) void this.#start();
    await this.#starting?.ready;
  }

  /** Ends all lanes. What is asked of them is lost. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.settle();
    for (const timer of this.#idle.values()) clearTimeout(timer);
    const free = new Set(this.#free);
    const lanes = [...this.#all, ...this.#starting === undefined ? [] : [this.#starting]];
    this.#all.clear();
    this.#free.length = 0;
    await Promise.all(lanes.map((lane) => lane.close(free.has(lane))));
  }

  async #start(): Promise<void> {
    const lane = this.#starting = new Lane(this.#options.argument, this.#options.writable);
    try {
      await lane.ready;
    } catch (error) {
      this.#starting = undefined;
      if (!this.#isClosed) this.#options.failed(error as Error);
      return;
    }
    this.#starting = undefined;
    if (this.#isClosed) return;
    this.#all.add(lane);
    void lane.ended.then(() => this.#remove(lane));
    this.give(lane);
  }

  #remove(lane: Lane): void {
    if (!this.#all.delete(lane)) return;
    const at = this.#free.indexOf(lane);
    if (at >= 0) this.#free.splice(at, 1);
    clearTimeout(this.#idle.get(lane));
    this.#idle.delete(lane);
    this.#options.free();
  }
}

/** Returns the error of something that was asked of a lane whose program has ended. */
export function lostError(why: string): Error {
  return failure(`the connection to the database is lost: ${why}`, { code: "connection_lost" });
}
