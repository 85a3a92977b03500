import vm from "node:vm";
import type { Status } from "../protocol/mod.ts";
import { asError, type Failure, failure } from "../value/mod.ts";
import { DEFAULT_LIMIT, type Guard } from "./guard.ts";

/**
 * The length of a slice, in milliseconds. Each slice costs a timer thread (100 µs on a busy machine), so that under load
 * one serves many batches. Time limits of calls are exact to this length.
 */
const SLICE = 50;
/** The length of a slice while promises or timers wait for the event loop, in milliseconds. */
const SHORT_SLICE = 5;
/** How long a slice without work waits for the next batch, in milliseconds. */
const LINGER = 2;
/** How long packets that stand back run until it is waited for others again, in milliseconds. */
const LINGERS = 20;
/** The time left to the engine after a call that has used up its limit, in milliseconds. */
const MARGIN = 50;
/** How long packets may delay the next task, in milliseconds. */
const TASK_WAIT = 2;
/**
 * How close to its time limit a script may end, in milliseconds. A timeout that fires while the script ends may reach
 * the thread afterwards, in whatever runs then, and end it.
 */
const CLOSE = 20;
/** The least time limit of a script that runs what is left of a call, in milliseconds: one that can be waited for. */
const LEAST = 4 * CLOSE;
/** The interval at which the thread reports that it is alive, in milliseconds. */
const BEAT = 100;

/** Functions of the thread that an executor uses, taken before its global is locked down. */
export interface ThreadClock {
  now(): number;
  setImmediate(task: () => void): unknown;
  setInterval(task: () => void, ms: number): unknown;
  setTimeout(task: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Returns the processor time that the thread has used, in milliseconds. */
  cpu(): number;
  /** Ends the thread. */
  exit(): never;
}

/** Work that runs once, between packets. */
export interface Task {
  /** Names it in errors. */
  name: string;
  /** The limit that an error names, in milliseconds. Default: that of the call that was stopped. */
  limit?: number;
  /** Returns how long it may take, in milliseconds, for a task that runs in a slice of its own. */
  timeLeft?(): number;
  run(): void;
  /** Called if it took too long. */
  stopped(error: Failure): void;
}

/** The work of an executor, in the pieces that a slice runs. */
export interface SliceWork {
  /** Whether frames or packets are waiting. */
  readonly hasWork: boolean;
  /** The time limit of the next packet in milliseconds if its symbol sets one, otherwise 0. */
  readonly nextLimit: number;
  /** Whether the next packet should wait until all frames are read: its process has kept the thread for long. */
  readonly nextStandsBack: boolean;
  /** Whether so much waits to be posted that nothing should be added to it. */
  readonly isFull: boolean;
  /** The name of the node whose packet is being handled. */
  readonly currentNode: string | undefined;
  /** Whether a promise or a timer waits for the event loop. */
  readonly hasPromises: boolean;
  /** Reads one frame. @returns Whether there was one. */
  readFrame(): boolean;
  /** Takes the next packet. @returns Whether there was one. */
  takePacket(): boolean;
  /** Counts time that the last packet has kept the thread, in milliseconds. */
  spend(ms: number): void;
  /** Receives the batches that arrived meanwhile. @returns Whether there are frames to read. */
  receiveBatches(): boolean;
  /** See `ExecutorChannel`. */
  readonly arrivals: number;
  /** See `ExecutorChannel`. */
  wait(arrivals: number, timeout: number): void;
  /**
   * Posts the frames for the host.
   *
   * @param timeLeft Returns the time that is left to the slice which posts; undefined outside of one.
   * @returns False if something has to be posted outside of a slice, since that may take long.
   */
  post(timeLeft?: () => number): boolean;
  /** Ends the process of the packet that is being handled, because it took too long. */
  stopCurrent(error: Failure): void;
  /** Reports that the thread exits, because its state can no longer be relied on. @param reason Completes a log line. */
  giveUp(reason: string): void;
}

/**
 * Runs an executor's work in slices, each inside one timed script. A call that takes too long is ended from outside
 * together with the slice that it runs in. No `finally` block runs then, so nothing here may rely on one.
 */
export class Slices {
  readonly #work: SliceWork;
  readonly #clock: ThreadClock;
  readonly #status: Status;
  readonly #guard: Guard;
  readonly #unguarded: boolean;
  readonly #script: vm.Script;
  readonly #tasks: Task[] = [];
  #task: Task | undefined;
  /** When the last task ended. */
  #taskEnded = 0;
  /** How long it took, in milliseconds. */
  #taskTook = 0;
  /** Whether it has waited for other packets, and taken none since. */
  #hasLingered = false;
  /** When it last did so before a packet that stands back. */
  #lingered = 0;
  #scheduled = false;
  #running = false;
  /** The time limit of what runs next in a slice of its own; 0 if nothing does. */
  #alone = 0;
  /** The task that runs next in a slice of its own; undefined if it is a packet. */
  #aloneTask: Task | undefined;
  /** When the timed script that runs is ended from outside. */
  #deadline = Infinity;
  /** How close to the deadline it may end, in milliseconds. */
  #closeness = 0;
  /** Whether the work of the timed script is done, so that its timeout stops nothing. */
  #finished = false;
  /** The processor time that the thread had used at the last beat, in milliseconds. */
  #measured: { at: number; used: number };

  /** @param unguarded Whether to run without time limits, for the benchmark that measures their cost. */
  constructor(work: SliceWork, clock: ThreadClock, status: Status, guard: Guard, unguarded: boolean) {
    this.#work = work;
    this.#clock = clock;
    this.#status = status;
    this.#guard = guard;
    this.#unguarded = unguarded;
    this.#measured = { at: clock.now(), used: clock.cpu() };
    // the script runs in the thread's own global, and calls this function there
    Object.defineProperty(globalThis, "slice", { value: () => this.#runTimed(), configurable: true });
    this.#script = new vm.Script("slice()", { filename: "slice" });
    clock.setInterval(() => this.#beat(), BEAT);
  }

  /** Schedules a slice for this turn of the event loop. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.setImmediate(() => this.#turn());
  }

  /** Schedules a post, for a frame that was written outside of a slice. */
  schedulePost(): void {
    if (!this.#running) this.schedule();
  }

  /** Adds a task. */
  add(task: Task): void {
    this.#tasks.push(task);
    this.schedule();
  }

  #turn(): void {
    this.#scheduled = false;
    this.#status.beat();
    this.#running = true;
    if (this.#unguarded) this.#slice();
    else this.#timed(this.#alone || DEFAULT_LIMIT + SLICE + MARGIN);
    this.#running = false;
    this.#work.post();
    if (!this.#work.hasWork && this.#tasks.length === 0 && this.#alone === 0) return;
    // the event loop delivers no message while one slice follows another, and it may say that what is next has ended
    this.#work.receiveBatches();
    this.schedule();
  }

  #beat(): void {
    this.#status.beat();
    this.#measured = { at: this.#clock.now(), used: this.#clock.cpu() };
  }

  #timed(timeout: number): void {
    const began = this.#clock.now();
    this.#deadline = began + timeout;
    this.#closeness = Math.min(CLOSE, timeout / 4);
    this.#finished = false;
    try {
      this.#script.runInThisContext({ timeout });
    } catch (thrown) {
      if (this.#finished && isTimeout(thrown)) return;
      // a handler may be cut short anywhere; what runs between two of them may not
      if (isTimeout(thrown) && (this.#guard.inside || this.#work.currentNode !== undefined)) {
        this.#stopped();
        this.#status.stopped(this.#clock.now() - began - timeout);
      } else {
        this.#work.giveUp(
          isTimeout(thrown)
            ? `a slice lasted more than ${timeout} ms outside of any call: the program was suspended, or the machine ` +
              `is overloaded`
            : `internal error: ${asError(thrown).message}`,
        );
        this.#clock.exit();
      }
    }
  }

  #stopped(): void {
    const { at, used } = this.#measured;
    const overloaded = (this.#clock.cpu() - used) / (this.#clock.now() - at) < 0.5;
    const hint = overloaded ? " (the machine was overloaded: the thread had less than half of a processor)" : "";
    const task = this.#task;
    const limit = task?.limit ?? (this.#guard.inside ? this.#guard.limit : DEFAULT_LIMIT);
    this.#task = undefined;
    this.#guard.timeLeft = undefined;
    this.#guard.leave();
    const name = task?.name ?? this.#work.currentNode ?? "a node";
    const error = failure(`${name} was stopped after ${limit} ms${hint}`, { code: "timeout" });
    if (task === undefined) this.#work.stopCurrent(error);
    else task.stopped(error);
  }

  /** Runs a slice as a timed script. One that ends close to its deadline waits to be ended there. */
  #runTimed(): void {
    this.#slice();
    // what it has left for the host is posted behind the script: a thread without a processor may be ended amid that
    this.#finished = true;
    if (this.#deadline - this.#clock.now() < this.#closeness) { for (;;); }
  }

  #slice(): void {
    if (this.#alone !== 0) return this.#single();
    const began = this.#clock.now();
    for (;;) {
      const done = this.#run(began);
      if (!this.#work.post(this.#timeLeft) || !done || !this.#fetch(began)) return;
    }
  }

  /** Runs one packet or task that has a time limit of its own. */
  #single(): void {
    const task = this.#aloneTask;
    this.#alone = 0;
    this.#aloneTask = undefined;
    if (!this.#unguarded) this.#guard.timeLeft = this.#timeLeft;
    const began = this.#clock.now();
    if (task !== undefined) this.#runTask(task);
    else if (this.#work.takePacket()) this.#work.spend(this.#clock.now() - began);
    this.#guard.timeLeft = undefined;
  }

  readonly #timeLeft = () => this.#deadline - this.#clock.now();

  /** Returns the next task, unless packets are waiting and another task has just run: they get as much time as that took. */
  #dueTask(): Task | undefined {
    if (this.#tasks.length === 0) return undefined;
    const wait = Math.max(TASK_WAIT, this.#taskTook);
    if (this.#work.hasWork && !this.#work.nextStandsBack && this.#clock.now() - this.#taskEnded < wait) {
      return undefined;
    }
    return this.#tasks.shift();
  }

  /** Runs a task, with the time limit of the slice. */
  #runTask(task: Task): void {
    const began = this.#clock.now();
    this.#task = task;
    task.run();
    this.#task = undefined;
    this.#taskEnded = this.#clock.now();
    this.#taskTook = this.#taskEnded - began;
  }

  /** Works until nothing is left. @returns False if work is left for the next slice. */
  #run(began: number): boolean {
    const work = this.#work;
    this.#guard.used = false;
    let last = began;
    for (let steps = 1;; steps++) {
      const read = work.readFrame();
      if (read && work.nextStandsBack) continue;
      const task = this.#dueTask();
      if (task?.timeLeft !== undefined) {
        this.#alone = Math.max(LEAST, Math.ceil(task.timeLeft()));
        this.#aloneTask = task;
        return false;
      }
      if (task !== undefined) this.#runTask(task);
      if (work.nextStandsBack && this.#shouldLinger()) return true;
      this.#hasLingered = false;
      const limit = work.nextLimit;
      if (limit !== 0) {
        this.#alone = limit;
        return false;
      }
      if (!work.takePacket() && !read && task === undefined) return true;
      if (work.isFull) return false;
      if (this.#guard.used || task !== undefined || (steps & 15) === 0) {
        const now = this.#clock.now();
        if (this.#guard.used && task === undefined) work.spend(now - last);
        last = now;
        this.#guard.used = false;
        if (now - began >= this.#span) return false;
      }
    }
  }

  /**
   * Reports whether to wait for other packets before one that stands back, because the last ones took long: the host may
   * send some once it has the acknowledgements that are posted now.
   */
  #shouldLinger(): boolean {
    const now = this.#clock.now();
    if (this.#hasLingered || now - this.#lingered < LINGERS) return false;
    this.#hasLingered = true;
    this.#lingered = now;
    return true;
  }

  /** How long this slice may take. Promises and timers must not wait long for the event loop. */
  get #span(): number {
    return this.#work.hasPromises ? SHORT_SLICE : SLICE;
  }

  /** Receives the next batch, if it arrives soon. @returns Whether there are frames to read. */
  #fetch(began: number): boolean {
    const arrivals = this.#work.arrivals;
    if (this.#work.receiveBatches()) return true;
    const left = this.#span - (this.#clock.now() - began);
    if (left <= 0 || this.#work.hasPromises) return false;
    this.#work.wait(arrivals, Math.min(left, LINGER));
    return this.#work.receiveBatches();
  }
}

function isTimeout(thrown: unknown): boolean {
  return (thrown as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
