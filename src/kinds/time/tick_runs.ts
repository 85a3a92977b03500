import type { Answer, Clock, Random } from "@weft/weft/kind";
import { type Failure, isError, type ValueMap } from "../../value/mod.ts";
import { isRetried, type RetryFields, waitAfter } from "../retry_fields.ts";

/** A time that has come. */
export interface Tick {
  /** When it was to be, in milliseconds since 1970. */
  readonly scheduled: number;
  /** Its number, from 1. */
  readonly count: number;
  /** When the next one is to be; undefined if there is none. */
  readonly next: number | undefined;
}

/** How ticks are run. */
export interface TickOptions {
  /** What becomes of a tick while the process of one before is not done. */
  readonly overlap: "skip" | "queue" | "allow";
  /** By how much a tick is late at most, at random, in milliseconds. */
  readonly jitter: number;
  readonly retry: RetryFields;
  readonly clock: Clock;
  readonly random: Random;
  /** Runs the process of a tick. */
  run(payload: ValueMap): Promise<Answer>;
  /** Says that a tick is not run. */
  skipped(tick: Tick, why: string): void;
}

/** How many ticks wait with `overlap: queue`. */
const MOST_WAITING = 1_000;
/** The first pause when no process can be opened, in milliseconds. */
const PAUSE = 50;
/** What it grows to, by doubling. */
const LONGEST_PAUSE = 2_000;

/** Runs the processes of ticks. */
export class TickRuns {
  #options: TickOptions;
  readonly #waiting: Tick[] = [];
  #running = 0;

  constructor(options: TickOptions) {
    this.#options = options;
  }

  /** Runs what comes from now on, and what waits, in another way. */
  update(options: TickOptions): void {
    this.#options = options;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting.length = 0;
  }

  /** Takes a tick. */
  take(tick: Tick): void {
    const { overlap, skipped } = this.#options;
    if (this.#running === 0 || overlap === "allow") return void this.#start(tick);
    if (overlap === "skip") return skipped(tick, "the process of the one before is not done");
    this.#waiting.push(tick);
    if (this.#waiting.length > MOST_WAITING) skipped(this.#waiting.shift()!, `more than ${MOST_WAITING} wait`);
  }

  async #start(tick: Tick): Promise<void> {
    this.#running++;
    try {
      await this.#run(tick);
    } finally {
      this.#running--;
      const next = this.#running === 0 ? this.#waiting.shift() : undefined;
      if (next !== undefined) void this.#start(next);
    }
  }

  async #run(tick: Tick): Promise<void> {
    const { jitter, clock, random } = this.#options;
    if (jitter > 0) await clock.sleep(random.number() * jitter);
    let pause = PAUSE;
    for (let attempt = 1;;) {
      const { run, retry, skipped } = this.#options;
      const { scheduled, count } = tick;
      const answer = await run({ scheduled: new Date(scheduled), actual: new Date(clock.now()), count });
      if (!isError(answer)) return;
      if ((answer as Failure).code === "busy") {
        // the next one takes its place
        if (clock.now() + pause >= (tick.next ?? Infinity)) return skipped(tick, "too many processes are open");
        await clock.sleep(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      } else {
        if (!isRetried(answer, attempt, retry)) return;
        await clock.sleep(waitAfter(attempt++, retry, random.number()));
      }
    }
  }
}
