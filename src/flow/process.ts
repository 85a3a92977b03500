import { failure, type Value } from "../value/mod.ts";
import type { Flow } from "./flow.ts";
import type { Packet } from "./packet.ts";
import type { InPort } from "./port.ts";
import { Reader } from "./reader.ts";

/** Called when a process ends, with its error if it failed. A promise delays the end; a rejection fails the process. */
export type ExitHook = (error: Error | undefined) => void | Promise<void>;

/** Receives a notice that a process is long-running. An object, because a closure for each process costs memory. */
export interface LongRunningObserver {
  /** Called once, when the process has been running for longer than most do. */
  onLongRunning(): void;
}

/** Options of a process. */
export interface ProcessOptions {
  /** Identifies it on every thread, and is never reused. */
  number: number;
  /** The generation of the symbol table that it sees until it ends. */
  generation: number;
  /** Ends this process when it ends. */
  parent?: Process;
  /** The packet that opened it, and which of its turns that was. */
  from?: { packet: Packet; turn: number };
}

/** One run of a workflow: owns its packets, stored values, child processes and exit hooks. */
export class Process {
  readonly number: number;
  readonly generation: number;
  readonly parent: Process | null;
  /** The packet that opened it; null if a node did. */
  readonly from: { readonly packet: Packet; readonly turn: number } | null;
  /** How many packets were sent in it from outside of any node. */
  roots = 0;
  /** The number of reasons not to end: unanswered packets, live children, its opener, work on another thread. */
  open = 1;
  status: "running" | "ending" | "ended" = "running";
  /** The error that it ended with, or is going to end with. */
  error: Error | undefined = undefined;
  /** How long it has kept its thread with its descendants, and what its parent had when it was opened, in milliseconds. */
  spent = 0;
  /** When it was opened, in milliseconds since 1970. */
  readonly started: number = Date.now();
  /** The time by which it must have ended, as `performance.now()`. Enforced by its owner. */
  deadline = Infinity;
  /** Notified once, by the owner of the process, when it runs for longer than most do. */
  observer: LongRunningObserver | null = null;
  /** Where it runs on other threads, for the use of the pool. */
  assignment: unknown = undefined;
  #readers: Reader | null = null;
  #children: Set<Process> | null = null;
  #store: Map<string, Value> | null = null;
  #hooks: ExitHook[] | null = null;
  #abort: AbortController | null = null;
  #waiters: (() => void)[] | null = null;
  #watched = false;

  /** @param flow Runs its packets. */
  constructor(readonly flow: Flow, options: ProcessOptions) {
    this.number = options.number;
    this.generation = options.generation;
    const parent = options.parent ?? null;
    this.parent = parent;
    this.from = options.from ?? null;
    if (parent !== null) {
      parent.open++;
      this.spent = parent.spent;
      (parent.#children ??= new Set()).add(this);
    }
  }

  /** Whether this thread could forget the process while it has no packets, without losing anything. */
  get forgettable(): boolean {
    return !this.#watched && this.#hooks === null && this.#store === null && this.children.size === 0 &&
      this.#abort === null;
  }

  /** Whether exit hooks are to run when it ends. */
  get hasExitHooks(): boolean {
    return this.#hooks !== null;
  }

  /** The process that it descends from, or is, and that has no parent. */
  get root(): Process {
    let root = this as Process;
    while (root.parent !== null) root = root.parent;
    return root;
  }

  /** Counts time that it has kept its thread, in milliseconds. Its packets stand back after some of it: `PacketQueue`. */
  spend(ms: number): void {
    for (let at: Process | null = this as Process; at !== null; at = at.parent) at.spent += ms;
  }

  /** Its child processes that have not ended. */
  get children(): ReadonlySet<Process> {
    return this.#children ?? NO_CHILDREN;
  }

  /** Aborted when the process ends; its reason is the error of the process, if it failed. */
  get signal(): AbortSignal {
    this.#abort ??= new Controller();
    if (this.status !== "running" && !this.#abort.signal.aborted) this.#abort.abort(reasonOf(this.error));
    return this.#abort.signal;
  }

  /** Resolves when the process has ended and its exit hooks have run. */
  get ended(): Promise<void> {
    if (this.status === "ended") return Promise.resolve();
    return new Promise((resolve) => (this.#waiters ??= []).push(resolve));
  }

  /** Returns a value that the process or the nearest ancestor has stored, or undefined. */
  load(key: string): Value | undefined {
    for (let at: Process | null = this as Process; at !== null; at = at.parent) {
      const value = at.#store?.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** Stores a value for this process and its descendants. */
  store(key: string, value: Value): void {
    (this.#store ??= new Map()).set(key, value);
  }

  /** Deletes a value that this process itself has stored. Returns whether there was one. */
  delete(key: string): boolean {
    return this.#store?.delete(key) ?? false;
  }

  /** Registers an exit hook. The last one registered runs first; on an ended process a hook runs at once. */
  onExit(hook: ExitHook): void {
    if (this.status === "ended") void hook(this.error);
    else (this.#hooks ??= []).push(hook);
  }

  /** Returns the reader of a port, or null if it has not been opened. */
  reader(port: InPort): Reader | null {
    let at = this.#readers;
    while (at !== null && at.port !== port) at = at.next;
    return at;
  }

  /** Returns the reader of a port, and opens it if necessary. */
  openReader(port: InPort): Reader {
    const known = this.reader(port);
    if (known !== null) return known;
    const reader = new Reader(this, port);
    reader.next = this.#readers;
    this.#readers = reader;
    const node = port.symbol.node;
    if (node.open !== undefined || node.close !== undefined) this.#watched = true;
    node.open?.(this, port);
    return reader;
  }

  /** Sets the error, and removes and returns what is left to clean up. Only `Flow` calls it. */
  takeDown(error: Error | undefined): { hooks: ExitHook[] | null; readers: Reader | null; children: Process[] } {
    this.error = error;
    const taken = { hooks: this.#hooks, readers: this.#readers, children: [...this.#children ?? []] };
    this.#hooks = null;
    this.#readers = null;
    this.observer = null;
    if (this.#abort !== null && !this.#abort.signal.aborted) this.#abort.abort(reasonOf(error));
    return taken;
  }

  /** Marks the process as ended. Only `Flow` calls it. */
  finish(): void {
    this.status = "ended";
    if (this.parent !== null) this.parent.#children?.delete(this);
    for (const waiter of this.#waiters ?? []) waiter();
    this.#waiters = null;
  }
}

/** Returns why a process is no longer there. */
function reasonOf(error: Error | undefined): Error {
  return error ?? failure("the process has ended", { code: "aborted" });
}

// taken now: an executor's global is emptied before the first process
const Controller = AbortController;

const NO_CHILDREN: ReadonlySet<Process> = new Set();
