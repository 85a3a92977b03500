import vm from "node:vm";
import type { ThreadStatus } from "../protocol/mod.ts";
import { asError, type Failure, failure } from "../value/mod.ts";
import { DEFAULT_LIMIT, type Guard } from "./guard.ts";

/**
 * How long a slice goes on, in milliseconds. A slice costs a timer thread, 100 µs on a busy machine, so under load one
 * serves many batches; the limits of calls are exact to this and no more.
 */
const SLICE = 50;
/** How long a slice may keep what is waiting for the event loop waiting, in milliseconds. */
const SHORT_SLICE = 5;
/** How long a slice waits for the next batch, in milliseconds. */
const LINGER = 2;
/** What is left for the engine after a call that took all its limit, in milliseconds. */
const MARGIN = 50;
/** How long packets may keep a task waiting, in milliseconds. */
const TASK_WAIT = 2;
/** How often the thread notes that it lives, in milliseconds. */
const BEAT = 100;

/** What of the thread an executor uses, taken before the thread's global is emptied. */
export interface Clock {
  now(): number;
  setImmediate(task: () => void): unknown;
  setInterval(task: () => void, ms: number): unknown;
  /** Takes a message from a port without the event loop. */
  receive(port: MessagePort): unknown;
  /** Processor time that the thread itself has used, in milliseconds. */
  cpu(): number;
  /** Ends the thread. */
  exit(): never;
}

/** Something that is run once, between packets. */
export interface Task {
  /** What runs, for errors. */
  name: string;
  run(): void;
  /** Told when it took too long. */
  stopped(error: Failure): void;
}

/** The work of an executor, in the pieces that a slice runs. */
export interface SliceWork {
  /** Whether there are frames or packets to take. */
  readonly hasWork: boolean;
  /** The time limit of the next packet in milliseconds, if its symbol has one of its own; otherwise 0. */
  readonly nextLimit: number;
  /** The name of the node whose packet is being handled. */
  readonly currentNode: string | undefined;
  /** Whether something waits for the event loop: a promise, a timer. */
  readonly hasPromises: boolean;
  /** Reads one frame. @returns Whether there was one. */
  readFrame(): boolean;
  /** Takes the next packet. @returns Whether there was one. */
  takePacket(): boolean;
  /** Receives the batches that arrived meanwhile. @returns Whether there are frames to read. */
  receiveBatches(): boolean;
  /** Posts the frames for the host. */
  post(): void;
  /** Ends the process of the packet that is being handled: it took too long. */
  stopCurrent(error: Failure): void;
  /** Reports that the thread ends, because its state cannot be relied on any more. */
  giveUp(error: Error): void;
}

/**
 * Runs an executor's work in slices, each inside one timed script. A call that takes too long is ended from outside, and
 * only what had called it with it; no `finally` runs then, so nothing here may rely on one.
 */
export class Slices {
  readonly #work: SliceWork;
  readonly #clock: Clock;
  readonly #status: ThreadStatus;
  readonly #guard: Guard;
  readonly #unguarded: boolean;
  readonly #script: vm.Script;
  readonly #tasks: Task[] = [];
  #task: Task | undefined;
  /** When a task was run last. */
  #tried = 0;
  #scheduled = false;
  /** The limit of what has to run in a slice of its own next; 0: nothing has. */
  #alone = 0;
  /** Processor time that the thread had used at some moment not long ago, in milliseconds. */
  #measured: { at: number; used: number };

  /** @param unguarded Runs without timers, for the bench that says what they cost. */
  constructor(work: SliceWork, clock: Clock, status: ThreadStatus, guard: Guard, unguarded: boolean) {
    this.#work = work;
    this.#clock = clock;
    this.#status = status;
    this.#guard = guard;
    this.#unguarded = unguarded;
    this.#measured = { at: clock.now(), used: clock.cpu() };
    // a script runs in the thread's own global, where it has to find this
    Object.defineProperty(globalThis, "slice", { value: () => this.#slice(), configurable: true });
    this.#script = new vm.Script("slice()", { filename: "slice" });
    clock.setInterval(() => this.#beat(), BEAT);
  }

  /** Has a slice run in this turn of the event loop. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.setImmediate(() => this.#turn());
  }

  /** Has something run. */
  add(task: Task): void {
    this.#tasks.push(task);
    this.schedule();
  }

  #turn(): void {
    this.#scheduled = false;
    this.#status.beat();
    if (this.#unguarded) this.#slice();
    else this.#timed(this.#alone || DEFAULT_LIMIT + SLICE + MARGIN);
    this.#work.post();
    if (this.#work.hasWork || this.#tasks.length > 0) this.schedule();
  }

  #beat(): void {
    this.#status.beat();
    this.#measured = { at: this.#clock.now(), used: this.#clock.cpu() };
  }

  #timed(timeout: number): void {
    const began = this.#clock.now();
    try {
      this.#script.runInThisContext({ timeout });
    } catch (thrown) {
      // a handler may be cut short anywhere; what runs between two of them may not
      if (isTimeout(thrown) && (this.#guard.inside || this.#work.currentNode !== undefined)) {
        this.#stopped();
        this.#status.stopped(this.#clock.now() - began - timeout);
      } else {
        this.#work.giveUp(asError(thrown));
        this.#clock.exit();
      }
    }
  }

  #stopped(): void {
    const { at, used } = this.#measured;
    const overloaded = (this.#clock.cpu() - used) / (this.#clock.now() - at) < 0.5;
    const hint = overloaded ? " (the machine was overloaded: the thread had less than half of a processor)" : "";
    const limit = this.#guard.inside ? this.#status.read().limit : DEFAULT_LIMIT;
    const task = this.#task;
    this.#task = undefined;
    this.#guard.leave();
    const name = task?.name ?? this.#work.currentNode ?? "a node";
    const error = failure(`${name} was stopped after ${limit} ms${hint}`, { code: "timeout" });
    if (task === undefined) this.#work.stopCurrent(error);
    else task.stopped(error);
  }

  #slice(): void {
    if (this.#alone !== 0) return this.#single();
    const began = this.#clock.now();
    for (;;) {
      const done = this.#run(began);
      this.#work.post();
      if (!done || !this.#fetch(began)) return;
    }
  }

  /** Runs what has a limit of its own. */
  #single(): void {
    this.#alone = 0;
    this.#work.takePacket();
  }

  /** The next task, unless packets are there and one was run not long ago. */
  #dueTask(): Task | undefined {
    if (this.#tasks.length === 0) return undefined;
    if (this.#work.hasWork && this.#clock.now() - this.#tried < TASK_WAIT) return undefined;
    return this.#tasks.shift();
  }

  /** Runs a task. It is stopped as a call without a limit of its own is. */
  #try(task: Task): void {
    this.#task = task;
    task.run();
    this.#task = undefined;
    this.#tried = this.#clock.now();
  }

  /** Works until nothing is left. Answers false if something is, but not for this slice. */
  #run(began: number): boolean {
    const work = this.#work;
    this.#guard.used = false;
    for (let steps = 1;; steps++) {
      const read = work.readFrame();
      const task = this.#dueTask();
      if (task !== undefined) this.#try(task);
      const limit = work.nextLimit;
      if (limit !== 0) {
        this.#alone = limit;
        return false;
      }
      if (!work.takePacket() && !read && task === undefined) return true;
      if (this.#guard.used || task !== undefined || (steps & 15) === 0) {
        this.#guard.used = false;
        if (this.#clock.now() - began >= this.#span) return false;
      }
    }
  }

  /** How long this slice may take: what the event loop has to do for a promise or a timer must not wait long. */
  get #span(): number {
    return this.#work.hasPromises ? SHORT_SLICE : SLICE;
  }

  /** Takes the next batch in, if it comes soon. */
  #fetch(began: number): boolean {
    const count = this.#status.signal.count;
    if (this.#work.receiveBatches()) return true;
    const left = this.#span - (this.#clock.now() - began);
    if (left <= 0 || this.#work.hasPromises) return false;
    this.#status.signal.wait(count, Math.min(left, LINGER));
    return this.#work.receiveBatches();
  }
}

function isTimeout(thrown: unknown): boolean {
  return (thrown as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
