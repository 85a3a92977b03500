import process from "node:process";
import { Worker } from "node:worker_threads";
import { type StartFailure, type StatusReading, ThreadStatus } from "../protocol/mod.ts";
import type { DeathReason, DeathReport } from "./executor_warden.ts";
import { LOOK, Looks, Watch } from "./watch.ts";

/** What a thread under the warden is: it runs user code, or parses it. */
export type WardThread = "executor" | "compiler";

/** An order of the host to the warden. */
export type WardenOrder =
  | {
    order: "spawn";
    /** What the thread is. */
    thread: WardThread;
    /** The id of the thread, never reused: positive for executors, negative for compile threads. */
    id: number;
    /** The limit of its V8 heap, in MiB. */
    memory: number;
    /** The memory of its `ThreadStatus`. */
    status: SharedArrayBuffer;
    /** What else the thread is started with. */
    data?: Readonly<Record<string, unknown>>;
  }
  | { order: "kill"; id: number; why: string }
  | { order: "close" }
  | {
    order: "beat";
    /** The memory of the warden's own `ThreadStatus`. */
    status: SharedArrayBuffer;
  };

/** Says that all threads of a warden have ended, as it was ordered. */
export type WardenClosed = "closed";

/** A worker with a method that its types do not have yet. */
interface MeasuredWorker extends Worker {
  /** Returns the processor time that the thread has used, in microseconds, even while it is in a loop. */
  cpuUsage(): Promise<{ user: number; system: number }>;
}

/** How long resident memory may take to fall after a kill before the next one, in milliseconds. */
const FALL = 1_000;

/** A thread that the warden watches. */
interface Ward {
  readonly id: number;
  readonly worker: MeasuredWorker;
  readonly status: ThreadStatus;
  readonly watch: Watch;
  /** The limit of its heap in MiB, for an executor; 0 for a compile thread, which is used rarely. */
  readonly memory: number;
}

/**
 * Spawns, watches and kills executors and compile threads. Runs in a Web Worker that may only read Weft's own source, a
 * permission that its threads inherit. Runs no user code.
 */
export class Warden {
  readonly #wards = new Map<number, Ward>();
  readonly #entries: Readonly<Record<WardThread, URL>>;
  readonly #report: (report: DeathReport | WardenClosed) => void;
  /** Shows the host that the warden is alive. */
  #status: ThreadStatus | undefined;
  readonly #looks = new Looks();
  /** The resident memory above which the executor that is longest in one call is killed, in bytes. */
  #budget = Infinity;
  /** The last kill for exceeding it: until memory falls below what it was, nobody else is killed for it. */
  #memoryKill = { time: -FALL, resident: 0 };

  /** @param entries The entry point of each sort of thread. */
  constructor(entries: Readonly<Record<WardThread, URL>>, report: (report: DeathReport | WardenClosed) => void) {
    this.#entries = entries;
    this.#report = report;
    setInterval(() => this.#look(), LOOK);
  }

  /** Carries out an order. @param port For `spawn`: the executor's port to the host. */
  obey(order: WardenOrder, port: MessagePort | undefined): void {
    if (order.order === "beat") this.#status = new ThreadStatus(order.status);
    else if (order.order === "kill") this.#kill(order.id, "order", order.why);
    else if (order.order === "close") void this.#close();
    else this.#spawn(order, port!);
  }

  #spawn(order: WardenOrder & { order: "spawn" }, port: MessagePort): void {
    const { id, thread, memory, data = {} } = order;
    const status = new ThreadStatus(order.status);
    // locks are shared by the whole program, and another runtime in it may use the same ids
    const lock = `executor-${crypto.randomUUID()}`;
    const workerData = { ...data, port, status: status.buffer, lock };
    const worker = new Worker(this.#entries[thread], {
      resourceLimits: { maxOldGenerationSizeMb: memory },
      workerData,
      transferList: [port as never], // typed for Node's own port only; Deno takes the standard one
    }) as MeasuredWorker;
    const watch = new Watch({
      read: () => status.read(),
      cpu: async () => {
        const { user, system } = await worker.cpuUsage();
        return (user + system) / 1_000;
      },
      kill: (reason, why) => this.#kill(id, reason, why),
    });
    this.#wards.set(id, { id, worker, status, watch, memory: thread === "executor" ? memory : 0 });
    worker.on("error", (error: Error & { code?: string }) => {
      const memory = error.code === "ERR_WORKER_OUT_OF_MEMORY" || /memory/i.test(error.message);
      this.#died(id, memory ? "memory" : "crash", memory ? "it ran out of memory" : error.message, 0);
    });
    // an executor has nothing else to say to the warden
    worker.on("message", ({ failed }: StartFailure) => {
      this.#died(id, "crash", failed, 0, true);
      void worker.terminate();
    });
    worker.on("exit", (code) => this.#died(id, "crash", `it ended with code ${code}`, 0));
    this.#budget = budgetOf(this.#wards.values());
  }

  #look(): void {
    this.#status?.beat();
    const { now, late } = this.#looks.next();
    for (const ward of this.#wards.values()) ward.watch.look(now, late);
    const longest = this.#longest(now);
    if (longest === undefined) return;
    const resident = process.memoryUsage.rss();
    const { time, resident: before } = this.#memoryKill;
    // the memory of one that was killed in a native call is given back when that call ends
    const isFalling = now - time < FALL && resident >= before * 0.9;
    if (resident <= this.#budget || isFalling) return;
    this.#memoryKill = { time: now, resident };
    this.#kill(longest.id, "memory", "resident memory exceeds the budget");
  }

  /**
   * Returns the executor that is longest in one call, of those that were in it at the previous look too. Typed arrays do
   * not count towards V8's limit, so this one is killed when memory exceeds the budget. A compile thread runs no user code.
   */
  #longest(now: number): Ward | undefined {
    let longest: Ward | undefined;
    let since = now;
    for (const ward of this.#wards.values()) {
      if (ward.memory === 0 || (ward.watch.since ?? now) >= since) continue;
      longest = ward;
      since = ward.watch.since!;
    }
    return longest;
  }

  /** Ends all threads, and reports it. Ended with their warden, they would write to standard error what ended them. */
  async #close(): Promise<void> {
    const workers = Array.from(this.#wards.values(), ({ worker }) => worker);
    this.#wards.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
    this.#report("closed");
  }

  #kill(id: number, reason: DeathReason, why: string): void {
    const ward = this.#wards.get(id);
    if (ward === undefined) return;
    const status = ward.status.read();
    this.#wards.delete(id);
    const began = performance.now();
    ward.worker.terminate().then(() => this.#tell(id, reason, why, status, performance.now() - began));
  }

  #died(id: number, reason: DeathReason, why: string, ms: number, fatal = false): void {
    const ward = this.#wards.get(id);
    if (ward === undefined) return;
    this.#wards.delete(id);
    this.#tell(id, reason, why, ward.status.read(), ms, fatal);
  }

  #tell(id: number, reason: DeathReason, why: string, status: StatusReading, ms: number, fatal = false): void {
    const inside = status.busy ? { in: { symbol: status.symbol, process: status.process } } : {};
    this.#report({ id, reason, why, ms, ...inside, ...fatal && { fatal } });
  }
}

const BASE_MEMORY = 512 * 2 ** 20;

/** Returns the heap limits of all executors, and as much again for memory outside V8's limit, in bytes. */
function budgetOf(wards: Iterable<Ward>): number {
  let budget = BASE_MEMORY;
  for (const { memory } of wards) budget += memory * 2 * 2 ** 20;
  return budget;
}
