import type { Clock } from "../kind/mod.ts";
import type { ProcessClock } from "../runtime/mod.ts";
import { asError } from "../value/mod.ts";

interface Sleeper {
  readonly until: number;
  wake(): void;
}

/** Something that happens at times, beside what sleeps. */
export interface TimedSource {
  /** Returns when it is next, in milliseconds since 1970; undefined if never. */
  next(): number | undefined;
  /** Called when the clock has come to a time. */
  run(): void;
}

/** Options of a test clock. */
export interface TestClockOptions {
  /** The time at first, in milliseconds since 1970. Default 2026-01-01T00:00:00Z. */
  readonly now?: number | undefined;
  /**
   * Whether sleeping moves the clock: as soon as everything else has come to rest, it jumps to the end of the shortest
   * sleep. Default false: only `advance` moves it.
   */
  readonly skip?: boolean | undefined;
}

/**
 * A clock that moves only when a test says so.
 *
 * @example
 * ```ts
 * import { TestClock } from "@weft/weft/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new TestClock({ now: 0 });
 * const slept = clock.sleep(60_000);
 * await clock.advance(60_000);
 * await slept;
 * assertEquals(clock.now(), 60_000);
 * ```
 */
export class TestClock implements Clock {
  #now: number;
  readonly #skip: boolean;
  readonly #sleepers = new Set<Sleeper>();
  readonly #sources = new Set<TimedSource>();

  /** Makes a clock that stands still. */
  constructor({ now = Date.UTC(2026, 0, 1), skip = false }: TestClockOptions = {}) {
    this.#now = now;
    this.#skip = skip;
  }

  /** How many sleeps have not ended. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** Returns the time in milliseconds since 1970. */
  now(): number {
    return this.#now;
  }

  /** Waits until the clock has moved by `ms`. @throws {unknown} The reason of the signal, when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(asError(signal.reason));
      const abort = () => {
        this.#sleepers.delete(sleeper);
        reject(asError(signal!.reason));
      };
      const sleeper: Sleeper = {
        until: this.#now + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener("abort", abort);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", abort, { once: true });
      if (this.#skip) void this.#skipTo(sleeper);
    });
  }

  /**
   * Calls a function once the clock has moved by `ms`.
   *
   * @returns What `clearTimeout` takes.
   */
  setTimeout(task: () => void, ms: number): object {
    const sleeper: Sleeper = { until: this.#now + Math.max(0, ms), wake: task };
    this.#sleepers.add(sleeper);
    if (this.#skip) void this.#skipTo(sleeper);
    return sleeper;
  }

  /** Forgets what `setTimeout` has returned. */
  clearTimeout(timer: unknown): void {
    this.#sleepers.delete(timer as Sleeper);
  }

  /**
   * Lets something happen at times of its own.
   *
   * @returns What removes it.
   * @internal
   */
  addSource(source: TimedSource): () => void {
    this.#sources.add(source);
    return () => this.#sources.delete(source);
  }

  /**
   * Moves the clock to the next time at which something happens, if there is one up to `end`.
   *
   * @returns Whether there was.
   * @internal
   */
  jumpToNext(end = Infinity): boolean {
    const next = this.#next(end);
    if (next !== undefined) this.#wake(next);
    return next !== undefined;
  }

  /** Moves the clock on. Ends the sleeps that are due, the earliest first, and runs what each of them resumes. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#wake(next);
      await settled();
    }
    this.#now = end;
  }

  async #skipTo(sleeper: Sleeper): Promise<void> {
    while (this.#sleepers.has(sleeper)) {
      await settled();
      const next = this.#next(Infinity);
      if (next !== undefined && this.#sleepers.has(sleeper)) this.#wake(next);
    }
  }

  #next(end: number): Sleeper | undefined {
    let next: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.until <= end && (next === undefined || sleeper.until < next.until)) next = sleeper;
    }
    for (const source of this.#sources) {
      const until = source.next();
      if (until === undefined || until > end || next !== undefined && next.until <= until) continue;
      next = { until, wake: () => source.run() };
    }
    return next;
  }

  #wake(sleeper: Sleeper): void {
    this.#sleepers.delete(sleeper);
    this.#now = Math.max(this.#now, sleeper.until);
    sleeper.wake();
  }
}

/** Lets everything run that does not wait for a timer or for the outside. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

/** Returns the clock of time limits that a test moves. */
export function processClockOf(clock: TestClock): ProcessClock {
  return { now: () => clock.now(), watch: (sweep, next) => clock.addSource({ next, run: sweep }) };
}
