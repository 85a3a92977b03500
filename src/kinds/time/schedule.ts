import type { Clock } from "@weft/weft/kind";
import { asError, isMap, type Value } from "../../value/mod.ts";
import type { NodeLease } from "./node_lease.ts";
import type { Rule } from "./rule.ts";
import type { Tick } from "./tick_runs.ts";

/** What becomes of times at which nothing ran: the engine was not up, or the machine slept. */
export type Missed = "skip" | "last" | "all";

/** How a schedule goes on. */
export interface ScheduleOptions {
  readonly rule: Rule;
  readonly missed: Missed;
  /** Whether a tick comes at once when the schedule begins anew. */
  readonly immediate: boolean;
  readonly clock: Clock;
  /** Reports whether the engine is about to end, so that it makes no more ticks. */
  isEnding(): boolean;
  /** Takes a tick. */
  tick(tick: Tick): void;
  /** Says why nothing can be run at the moment: once, until that changes. */
  failed(error: Error): void;
}

/** The longest sleep, in milliseconds: a clock that is set meanwhile, or a machine that slept, is noticed after it. */
const LONGEST_SLEEP = 60_000;
/** How late a tick may be and is not missed, in milliseconds. */
const LATE = 30_000;
/** How many times that were missed are caught up on with `missed: all`. */
const MOST_MISSED = 100;

/** What is known of a schedule, and saved. */
interface State {
  readonly rule: string;
  /** The time of the last tick, or the one from which times count. */
  readonly last: number;
  /** How many ticks there were. */
  readonly count: number;
}

/** Waits for the times of a rule. It outlives the nodes that it is of. */
export class Schedule {
  readonly #lease: NodeLease | undefined;
  #options: ScheduleOptions | undefined;
  #state: State | undefined;
  /** Ends the sleep. */
  #waking = new AbortController();
  #running: Promise<void> | undefined;
  #failure = "";
  #next: number | undefined;
  #known: { readonly last: number; readonly rule: Rule; readonly next: number | undefined } | undefined;

  /** @param lease By which one of several engines is chosen; undefined if each of them is to run. */
  constructor(lease: NodeLease | undefined) {
    this.#lease = lease;
  }

  /** When the next tick is to be; undefined if there is none, or another engine has them. */
  get next(): number | undefined {
    return this.#next;
  }

  /** Makes ticks, with options in the place of others. */
  attach(options: ScheduleOptions): void {
    this.#options = options;
    this.#waking.abort();
    this.#running ??= this.#run();
  }

  /**
   * Makes no more ticks, and lets other engines make them.
   *
   * @param options Nothing happens if others have taken their place.
   */
  async detach(options: ScheduleOptions): Promise<void> {
    if (this.#options !== options) return;
    this.#options = undefined;
    this.#waking.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let options = this.#options; options !== undefined; options = this.#options) {
      this.#waking = new AbortController();
      let wait: number;
      try {
        wait = await this.#step(options);
        this.#failure = "";
      } catch (thrown) {
        const error = asError(thrown);
        this.#next = undefined;
        if (error.message !== this.#failure) options.failed(error);
        this.#failure = error.message;
        wait = this.#lease?.renewal ?? LONGEST_SLEEP;
      }
      if (wait > 0) await options.clock.sleep(wait, this.#waking.signal).catch(() => {});
      if (this.#options !== undefined) continue;
      this.#next = undefined;
      await this.#lease?.release().catch(() => {});
    }
    this.#running = undefined;
  }

  /** Makes the ticks that are due. @returns How long to wait until the next look, in milliseconds. */
  async #step(options: ScheduleOptions): Promise<number> {
    const { rule, clock, missed, isEnding, tick } = options;
    const longest = this.#lease?.renewal ?? LONGEST_SLEEP;
    if (isEnding()) {
      // another engine may go on while this one finishes what it has begun
      this.#next = undefined;
      await this.#lease?.release();
      return longest;
    }
    if (this.#lease !== undefined && !await this.#hold(this.#lease, clock.now())) return longest;
    if (this.#options !== options) return 0;
    const now = clock.now();
    const state = await this.#current(options, now);
    if (state === undefined) return longest;
    const next = this.#next = this.#after(state.last, rule);
    if (next === undefined || next > now) return Math.min(longest, (next ?? Infinity) - now);
    const found = rule.due(state.last, now, missed === "all" ? MOST_MISSED : 1);
    const due = found.length > 0 ? found : [next];
    const last = due.at(-1)!;
    const run = missed === "skip" ? due.filter((time) => now - time <= LATE) : due;
    const after = { rule: rule.id, last, count: state.count + run.length };
    // first the store is told: what happens then may be lost, but never runs twice
    if (!await this.#save(after, clock.now())) return 0;
    this.#next = this.#after(last, rule);
    for (const [index, scheduled] of run.entries()) {
      tick({ scheduled, count: state.count + index + 1, next: run[index + 1] ?? this.#next });
    }
    return 0;
  }

  /** Returns the first time after another. It is kept, as it is asked for at each look. */
  #after(last: number, rule: Rule): number | undefined {
    if (this.#known?.last !== last || this.#known.rule !== rule) this.#known = { last, rule, next: rule.next(last) };
    return this.#known.next;
  }

  /** Takes the lease, or holds it. @returns Whether it is held. */
  async #hold(lease: NodeLease, now: number): Promise<boolean> {
    const held = await lease.hold(now);
    if (held === undefined) {
      this.#next = undefined;
      this.#state = undefined;
      return false;
    }
    // what another engine has done since
    this.#state ??= stateOf(held.data);
    return true;
  }

  /** Returns the state under the rule, begun anew if there is none. @returns Undefined if the lease was lost. */
  async #current({ rule, immediate }: ScheduleOptions, now: number): Promise<State | undefined> {
    const known = this.#state;
    if (known?.rule === rule.id && !(rule.isRelative && known.last > now)) return known;
    const next = rule.next(now) ?? now;
    const last = immediate && known === undefined ? now - (next - now) : now;
    const begun = { rule: rule.id, last, count: known?.rule === rule.id ? known.count : 0 };
    return await this.#save(begun, now) ? begun : undefined;
  }

  /** Saves the state. @returns Whether it holds: another engine may have taken the lease. */
  async #save(state: State, now: number): Promise<boolean> {
    const isHeld = this.#lease === undefined || await this.#lease.save(now, { ...state });
    this.#state = isHeld ? state : undefined;
    return isHeld;
  }
}

function stateOf(data: Value): State | undefined {
  if (!isMap(data)) return undefined;
  const { rule, last, count } = data;
  return typeof rule === "string" && typeof last === "number" && typeof count === "number"
    ? { rule, last, count }
    : undefined;
}
