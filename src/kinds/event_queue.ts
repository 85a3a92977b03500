/** Who takes events. */
export interface EventTaker<Event> {
  /** How many are taken at a time. */
  readonly concurrency: number;
  /** Takes an event. @returns Whether it was taken; false if that has to wait. */
  take(event: Event): Promise<boolean>;
}

/** What the events of a queue are. */
export interface EventQueueOptions<Event> {
  /** Returns what an event is about. */
  keyOf(event: Event): string;
  /** Makes one event of two about the same. @returns Undefined if nothing is left to tell. */
  coalesce(before: Event, after: Event): Event | undefined;
  /** How long events wait when one could not be taken, in milliseconds: at first, and what it grows to by doubling. */
  readonly pause: readonly [first: number, longest: number];
}

/**
 * Events that wait to be taken, at most one about the same: what happens meanwhile is made one event. Those about the same
 * are taken one after another.
 */
export class EventQueue<Event> {
  readonly #options: EventQueueOptions<Event>;
  readonly #waiting = new Map<string, Event>();
  readonly #running = new Set<string>();
  #taker: EventTaker<Event> | undefined;
  #pause: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: EventQueueOptions<Event>) {
    this.#options = options;
    this.#pause = options.pause[0];
  }

  /** How many events wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Adds an event. */
  push(event: Event): void {
    const { keyOf, coalesce } = this.#options;
    const key = keyOf(event);
    const before = this.#waiting.get(key);
    const merged = before === undefined ? event : coalesce(before, event);
    if (merged === undefined) this.#waiting.delete(key);
    else this.#waiting.set(key, merged);
    this.#next();
  }

  /** Hands events to a taker from now on, in the place of another. */
  attach(taker: EventTaker<Event>): void {
    this.#taker = taker;
    this.#next();
  }

  /** Keeps events until another taker comes; nothing if another has come already. */
  detach(taker: EventTaker<Event>): void {
    if (this.#taker !== taker) return;
    this.#taker = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #next(): void {
    for (const [key, event] of this.#waiting) {
      const taker = this.#taker;
      if (taker === undefined || this.#timer !== undefined || this.#running.size >= taker.concurrency) return;
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      this.#running.add(key);
      void this.#take(taker, key, event);
    }
  }

  async #take(taker: EventTaker<Event>, key: string, event: Event): Promise<void> {
    const isTaken = await taker.take(event);
    this.#running.delete(key);
    if (isTaken) this.#pause = this.#options.pause[0];
    else this.#putBack(key, event);
    this.#next();
  }

  /** Puts an event back that has to wait, before those that came meanwhile. */
  #putBack(key: string, event: Event): void {
    const { coalesce, pause: [, longest] } = this.#options;
    const after = this.#waiting.get(key);
    const merged = after === undefined ? event : coalesce(event, after);
    const others = [...this.#waiting].filter(([other]) => other !== key);
    this.#waiting.clear();
    if (merged !== undefined) this.#waiting.set(key, merged);
    for (const [other, waiting] of others) this.#waiting.set(other, waiting);
    if (this.#taker === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#next();
    }, this.#pause);
    this.#pause = Math.min(this.#pause * 2, longest);
  }
}
