import type { Value } from "../value/mod.ts";
import type { InPort } from "./port.ts";
import { Reader } from "./reader.ts";

/** What a process does when it ends. `error` is what it ended with. A promise delays the end; a rejection fails it. */
export type ExitHook = (error: Error | undefined) => void | Promise<void>;

/** Wants to know of a process that lasts. No function: one that is made for each process is dear to collect. */
export interface LongRunning {
  longRunning(): void;
}

/** How a process begins. */
export interface ProcessOptions {
  /** Names it on every thread; never used again by another. */
  number: number;
  /** The generation of the symbol table that it sees, to its end. */
  generation: number;
  /** Its end ends this one. */
  parent?: Process;
}

/** One run of a workflow: its packets, its store, its resources, its end. */
export class Process {
  readonly number: number;
  readonly generation: number;
  readonly parent: Process | null;
  /** Reasons not to end: unanswered packets, living children, its opener, work on another thread. */
  open = 1;
  status: "running" | "ending" | "ended" = "running";
  /** What it ended with. */
  error: Error | undefined = undefined;
  /** When it was opened, in milliseconds since 1970. */
  readonly started = Date.now();
  /** When it has to have ended, by `performance.now()`, for whoever watches over that. */
  deadline = Infinity;
  /** Who is told, once, that the process lasts longer than most, by whoever watches over that. */
  onLongRunning: LongRunning | null = null;
  /** Where it runs beside this thread: whatever the pool keeps of it. */
  assignment: unknown = undefined;
  #readers: Reader | null = null;
  #children: Set<Process> | null = null;
  #store: Map<string, Value> | null = null;
  #hooks: ExitHook[] | null = null;
  #abort: AbortController | null = null;
  #waiters: (() => void)[] | null = null;
  #watched = false;

  constructor(options: ProcessOptions) {
    this.number = options.number;
    this.generation = options.generation;
    const parent = options.parent ?? null;
    this.parent = parent;
    if (parent !== null) {
      parent.open++;
      (parent.#children ??= new Set()).add(this);
    }
  }

  /** Whether nothing would be lost if this thread forgot the process while it has no packets. */
  get forgettable(): boolean {
    return !this.#watched && this.#hooks === null && this.#store === null && this.children.size === 0 &&
      this.#abort === null;
  }

  /** Whether something has to be released at its end that may fail, or that others wait for. */
  get hasExitHooks(): boolean {
    return this.#hooks !== null;
  }

  /** Its children that have not ended. */
  get children(): ReadonlySet<Process> {
    return this.#children ?? NO_CHILDREN;
  }

  /** Aborted when the process ends before its work is done: with its error, or when it is cut short. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.status !== "running" && !this.#abort.signal.aborted) this.#abort.abort(this.error);
    return this.#abort.signal;
  }

  /** Settles when the process has ended, exit hooks included. */
  get ended(): Promise<void> {
    if (this.status === "ended") return Promise.resolve();
    return new Promise((resolve) => (this.#waiters ??= []).push(resolve));
  }

  /** A value that the process or an ancestor has stored; undefined if none has. */
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

  /** Forgets a value of this process's own. Answers whether there was one. */
  delete(key: string): boolean {
    return this.#store?.delete(key) ?? false;
  }

  /** Has something done at the end: last in, first out. On an ended process it is done at once. */
  onExit(hook: ExitHook): void {
    if (this.status === "ended") void hook(this.error);
    else (this.#hooks ??= []).push(hook);
  }

  /** The reader of a port, if it was opened. */
  reader(port: InPort): Reader | null {
    let at = this.#readers;
    while (at !== null && at.port !== port) at = at.next;
    return at;
  }

  /** The reader of a port, opened now if it was not. */
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

  /** Takes what ending has to deal with, so that it is dealt with once. Only `Flow` calls it. */
  takeDown(error: Error | undefined): { hooks: ExitHook[] | null; readers: Reader | null; children: Process[] } {
    this.error = error;
    const taken = { hooks: this.#hooks, readers: this.#readers, children: [...this.#children ?? []] };
    this.#hooks = null;
    this.#readers = null;
    this.onLongRunning = null;
    if (this.#abort !== null && !this.#abort.signal.aborted) this.#abort.abort(error);
    return taken;
  }

  /** Marks the end of ending. Only `Flow` calls it. */
  finish(): void {
    this.status = "ended";
    if (this.parent !== null) this.parent.#children?.delete(this);
    for (const waiter of this.#waiters ?? []) waiter();
    this.#waiters = null;
  }
}

const NO_CHILDREN: ReadonlySet<Process> = new Set();
