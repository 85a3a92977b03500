import type { History, Move } from "../../src/registry/mod.ts";
import { delay } from "./folder.ts";

/** The moves of a watch, as they come. */
export class Watcher {
  readonly moves: Move[] = [];
  readonly #end = new AbortController();
  readonly done: Promise<void>;

  constructor(history: History, since: number) {
    this.done = this.#watch(history, since);
  }

  async #watch(history: History, since: number): Promise<void> {
    for await (const move of history.watch(since, this.#end.signal)) this.moves.push(move);
  }

  get sequences(): number[] {
    return this.moves.map(({ sequence }) => sequence);
  }

  /** Waits, at most two seconds, until so many have come. Answers for how long, in milliseconds. */
  async until(count: number): Promise<number> {
    const start = performance.now();
    while (this.moves.length < count && performance.now() - start < 2000) await delay(1);
    return performance.now() - start;
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.done;
  }
}
