import { type Flow, Generations, type Process, type Unit } from "../flow/mod.ts";
import { uuidv7 } from "../spec/mod.ts";
import { failure } from "../value/mod.ts";

/** How many processes may be open at a time. */
export const MAX_PROCESSES = 10_000;
/** The default time limit of a process, in milliseconds. */
export const PROCESS_TIMEOUT = 30_000;
/** How long processes of a replaced generation may continue, in milliseconds. */
const RETIREMENT = 30_000;
/** The interval of the check for processes that take too long, in milliseconds. */
const SWEEP = 100;

/** What the time limits of processes go by. */
export interface ProcessClock {
  /** Returns the time in milliseconds, by a clock that only moves forward. */
  now(): number;
  /**
   * Calls a function again and again, so that no limit passes by much.
   *
   * @param next Returns the first limit.
   * @returns What ends that.
   */
  watch(sweep: () => void, next: () => number | undefined): () => void;
}

const MACHINE: ProcessClock = {
  now: () => performance.now(),
  watch(sweep) {
    const timer = setInterval(sweep, SWEEP);
    return () => clearInterval(timer);
  },
};

/** The processes of a runtime: opens them in the newest generation, and ends those that take too long. */
export class Processes {
  readonly #flow: Flow;
  readonly #retirement: number;
  readonly #generations: Generations;
  readonly #ids = new WeakMap<Process, string>();
  readonly #clock: ProcessClock;
  readonly #unwatch: () => void;
  #number = 0;
  #open = 0;
  /** The replaced generations, and when they were replaced. */
  readonly #replaced: { number: number; at: number }[] = [];
  #emptied: (() => void) | undefined;
  #isDraining = false;
  #isClosed = false;
  /** The time of the last check, which is exact enough for deadlines. */
  #now: number;

  /**
   * @param free Called with the units that no process can reach any more.
   * @param clock What time limits go by. Default the machine's.
   * @param retirement How long processes of a replaced generation may continue, in milliseconds. Default 30 s.
   */
  constructor(flow: Flow, free: (units: readonly Unit[]) => void, clock = MACHINE, retirement = RETIREMENT) {
    this.#flow = flow;
    this.#retirement = retirement;
    this.#generations = new Generations(free);
    this.#clock = clock;
    this.#now = clock.now();
    this.#unwatch = clock.watch(() => this.#sweep(), () => this.#firstDeadline());
  }

  /** How many processes are open. */
  get size(): number {
    return this.#open;
  }

  /** Whether sources are to open no more processes, because the engine is about to end. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Whether all processes were ended; those opened since are what nodes do when they are unloaded. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The oldest generation that a process still sees. */
  get oldest(): number {
    return this.#generations.live[0]!.number;
  }

  /** Returns the open processes. */
  list(): Process[] {
    return this.#generations.live.flatMap(({ processes }) => processes.values());
  }

  /** Opens a process in the newest generation. @returns Undefined if too many are open. */
  open(timeout = PROCESS_TIMEOUT): Process | undefined {
    if (this.#open >= MAX_PROCESSES) return undefined;
    const process = this.#flow.open({ number: ++this.#number, generation: this.#generations.current });
    process.deadline = (this.#clock === MACHINE ? this.#now : this.#clock.now()) + timeout;
    this.#open++;
    this.#generations.enter(process);
    return process;
  }

  /** Opens a child of a process, in the generation of that. It ends with it, and does not count as open. */
  fork(parent: Process): Process {
    return this.#flow.open({ number: ++this.#number, generation: parent.generation, parent });
  }

  /** Records that a process has ended. */
  ended(process: Process): void {
    this.#open--;
    this.#generations.leave(process);
    if (this.#open === 0) this.#emptied?.();
  }

  /** Returns the id of a process, a UUIDv7. */
  idOf(process: Process): string {
    let id = this.#ids.get(process);
    if (id === undefined) this.#ids.set(process, id = uuidv7());
    return id;
  }

  /** Makes a generation the newest. @param retired The units that it no longer contains. */
  advance(generation: number, retired: readonly Unit[]): void {
    this.#replaced.push({ number: this.#generations.current, at: this.#clock.now() });
    this.#generations.advance(generation, retired);
  }

  /** Lets sources open no more processes. Resolves when none is open. */
  async drained(): Promise<void> {
    this.#isDraining = true;
    if (this.#open > 0) await new Promise<void>((resolve) => this.#emptied = resolve);
  }

  /** Ends all processes now. */
  close(error: Error): void {
    this.#isClosed = true;
    this.#unwatch();
    for (const process of this.list()) this.#flow.abort(process, error);
  }

  #firstDeadline(): number | undefined {
    let first = Infinity;
    for (const { deadline, status } of this.list()) if (status === "running") first = Math.min(first, deadline);
    return first === Infinity ? undefined : first;
  }

  #sweep(): void {
    const now = this.#now = this.#clock.now();
    for (const process of this.list()) {
      const { observer } = process;
      process.observer = null;
      observer?.onLongRunning();
      if (now >= process.deadline) this.#flow.abort(process, failure("the process took too long", { code: "timeout" }));
    }
    const old = this.#replaced[0];
    if (old === undefined || now - old.at < this.#retirement) return;
    this.#replaced.shift();
    for (const { number, processes } of this.#generations.live) {
      if (number > old.number) break;
      for (const process of processes.values()) {
        const why = `the workflow was replaced more than ${this.#retirement} ms ago`;
        this.#flow.abort(process, failure(why, { code: "timeout" }));
      }
    }
  }
}
