import type { StatusReading } from "../protocol/mod.ts";
import type { DeathReason } from "./executor_warden.ts";

/**
 * How far a call may exceed its limit before its executor is killed, in milliseconds, both by the clock and by the processor
 * time that it gets: stopping it has failed by then.
 */
const GRACE = 200;
/** How long an executor may be silent outside user code, in milliseconds. */
const SILENCE = 2_000;
/** How long an executor may take to start, in milliseconds. */
const START = 60_000;
/** The interval at which executors are looked at, in milliseconds. */
export const LOOK = 25;

/** An executor that is watched. */
export interface Watched {
  /** Returns its status. */
  read(): StatusReading;
  /** Returns the processor time that it has used, in milliseconds, even while it is in a loop. */
  cpu(): Promise<number>;
  /** Kills it. */
  kill(reason: DeathReason, why: string): void;
}

/** Watches one executor: kills it if it is in one call for too long, or silent. Times are in milliseconds. */
export class Watch {
  readonly #watched: Watched;
  /** The call that it was in at the last look. */
  #sequence = -1;
  /** When it was first seen in that call. */
  #since = 0;
  /** The processor time that it had used when the call was first seen beyond its limit; -1 while it is being measured. */
  #used: number | undefined;
  #beat: number;
  /** When the beat last changed. */
  #heard: number;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#beat = watched.read().beat;
    this.#heard = performance.now() + START - SILENCE;
  }

  /** When it was first seen in the call that it was in at the last look; undefined if it was in none. */
  get since(): number | undefined {
    return this.#watched.read().busy ? this.#since : undefined;
  }

  /** Looks at it. @param late How long nobody has looked, beyond the interval. */
  look(now: number, late: number): void {
    this.#heard += late;
    const status = this.#watched.read();
    // a thread that is in a call cannot beat; what it is in is limited otherwise
    if (status.beat !== this.#beat || status.busy) {
      this.#beat = status.beat;
      this.#heard = now;
    }
    if (!status.busy || status.sequence !== this.#sequence) {
      this.#sequence = status.sequence;
      this.#since = now;
      this.#used = undefined;
      if (!status.busy && now - this.#heard > SILENCE) {
        const why = status.beat === 0 ? `it did not start within ${START} ms` : `it was silent for ${SILENCE} ms`;
        this.#watched.kill("silence", why);
      }
      return;
    }
    const time = now - this.#since;
    if (time > status.limit && this.#used === undefined) this.#measure(status.sequence);
    if (time > status.limit + GRACE) void this.#judge(status.sequence, time, status.limit + GRACE);
  }

  /** Records the processor time that it had used when a call came to its limit. */
  #measure(sequence: number): void {
    this.#used = -1;
    this.#watched.cpu().then((used) => {
      if (this.#sequence === sequence) this.#used = used;
    }, () => {});
  }

  /** Kills it for being in one call for too long, unless it only lacked the processor time to be stopped. */
  async #judge(sequence: number, time: number, limit: number): Promise<void> {
    let late = Infinity;
    try {
      const used = await this.#watched.cpu();
      if (this.#used !== undefined) late = this.#used < 0 ? 0 : used - this.#used;
    } catch {
      // it is already ending
    }
    const status = this.#watched.read();
    if (!status.busy || status.sequence !== sequence) return;
    if (late >= GRACE - LOOK || time > limit * 10) {
      this.#watched.kill("time", `one call took longer than ${limit} ms`);
    }
  }
}

/** Looks at the interval, and knows how long nobody did: while the thread itself was held up. */
export class Looks {
  #last = performance.now();

  /** Returns the time of a look, and how late it is. */
  next(): { now: number; late: number } {
    const now = performance.now();
    const late = now - this.#last - LOOK;
    this.#last = now;
    return { now, late: late > LOOK ? late : 0 };
  }
}
