import { coalesce, type WatchEvent } from "./watch_event.ts";

/** How long events wait at first when no process can be opened, in milliseconds. */
const PAUSE = 50;
/** What the pause grows to, by doubling. */
const LONGEST_PAUSE = 2_000;

/** Who takes events. */
export interface EventTaker {
  /** How many are taken at a time. */
  readonly concurrency: number;
  /** Takes an event. @returns Whether it was taken; false if that has to wait. */
  take(event: WatchEvent): Promise<boolean>;
}

/**
 * Events that wait to be taken, at most one a file: what happens to a file meanwhile is made one event. Those of one file
 * are taken one after another.
 */
export class EventQueue {
  readonly #waiting = new Map<string, WatchEvent>();
  readonly #running = new Set<string>();
  #taker: EventTaker | undefined;
  #pause = PAUSE;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** How many events wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Adds an event. */
  push(event: WatchEvent): void {
    const { filename } = event.entry;
    const before = this.#waiting.get(filename);
    const merged = before === undefined ? event : coalesce(before, event);
    if (merged === undefined) this.#waiting.delete(filename);
    else this.#waiting.set(filename, merged);
    this.#next();
  }

  /** Hands events to a taker from now on, in the place of another. */
  attach(taker: EventTaker): void {
    this.#taker = taker;
    this.#next();
  }

  /** Keeps events until another taker comes; nothing if another has come already. */
  detach(taker: EventTaker): void {
    if (this.#taker !== taker) return;
    this.#taker = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #next(): void {
    for (const [filename, event] of this.#waiting) {
      const taker = this.#taker;
      if (taker === undefined || this.#timer !== undefined || this.#running.size >= taker.concurrency) return;
      if (this.#running.has(filename)) continue;
      this.#waiting.delete(filename);
      this.#running.add(filename);
      void this.#take(taker, event);
    }
  }

  async #take(taker: EventTaker, event: WatchEvent): Promise<void> {
    const { filename } = event.entry;
    const taken = await taker.take(event);
    this.#running.delete(filename);
    if (taken) this.#pause = PAUSE;
    else this.#putBack(event);
    this.#next();
  }

  /** Puts an event back that has to wait, before those that came meanwhile. */
  #putBack(event: WatchEvent): void {
    const { filename } = event.entry;
    const after = this.#waiting.get(filename);
    const merged = after === undefined ? event : coalesce(event, after);
    const others = [...this.#waiting].filter(([other]) => other !== filename);
    this.#waiting.clear();
    if (merged !== undefined) this.#waiting.set(filename, merged);
    for (const [other, waiting] of others) this.#waiting.set(other, waiting);
    if (this.#taker === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#next();
    }, this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }
}
