import type { Process } from "../flow/mod.ts";
import { Waiting } from "../language/mod.ts";
import { type Failure, failure, type Value } from "../value/mod.ts";
import type { Task, ThreadClock } from "./slices.ts";

/** What calls wait by. */
export type WaitClock = Pick<ThreadClock, "now" | "setTimeout" | "clearTimeout">;

/** What a wait needs to know of its call. */
export interface WaitOptions {
  /** The node's name, for errors. */
  name: string;
  process: Process;
  /** The time limit of the call, in milliseconds. */
  limit: number;
  /** When that is over, by the clock. */
  deadline: number;
  clock: WaitClock;
  /** Adds a task to the work of the thread. */
  addTask(task: Task): void;
  /** Goes on with the call inside a task. @param left The milliseconds that it has left. */
  resume(waiting: Waiting, left: number): Value | undefined | Waiting;
  /** Receives the result of the call, or why it ended. */
  end(value: Value | undefined): void;
}

/**
 * Goes on with a call that waits, each time there is something to go on with, until it has a result or its time is over.
 * In between it holds nothing but a timer.
 */
export class Wait {
  readonly #options: WaitOptions;
  #timer: unknown;
  #woken = false;

  constructor(options: WaitOptions) {
    this.#options = options;
  }

  start(waiting: Waiting): void {
    const { clock, deadline } = this.#options;
    this.#woken = false;
    const delay = Math.max(0, Math.min(waiting.delay, deadline - clock.now()));
    // a timer counts in whole milliseconds, and must not be early
    this.#timer = clock.setTimeout(() => this.#wake(waiting), Math.ceil(delay));
    waiting.onReady(() => this.#wake(waiting));
  }

  #wake(waiting: Waiting): void {
    if (this.#woken) return;
    this.#woken = true;
    const { name, process, limit, deadline, clock, addTask } = this.#options;
    clock.clearTimeout(this.#timer);
    if (process.status !== "running") return this.#stop(waiting, failure("the process has ended", { code: "aborted" }));
    const timeLeft = () => deadline - clock.now();
    if (timeLeft() <= 0) {
      return this.#stop(waiting, failure(`${name} was stopped after ${limit} ms`, { code: "timeout" }));
    }
    addTask({
      name,
      limit,
      timeLeft,
      run: () => this.#resume(waiting),
      stopped: (error) => this.#stop(waiting, error),
    });
  }

  #resume(waiting: Waiting): void {
    const { process, deadline, clock, resume, end } = this.#options;
    if (process.status !== "running") return this.#stop(waiting, failure("the process has ended", { code: "aborted" }));
    const value = resume(waiting, Math.max(1, Math.ceil(deadline - clock.now())));
    if (value instanceof Waiting) this.start(value);
    else end(value);
  }

  #stop(waiting: Waiting, error: Failure): void {
    waiting.cancel();
    this.#options.end(error);
  }
}
