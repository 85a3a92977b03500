import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { type StartFailure, type StatusReading, ThreadStatus } from "../protocol/mod.ts";

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
  | {
    order: "beat";
    /** The memory of the warden's own `ThreadStatus`. */
    status: SharedArrayBuffer;
  };

/** The warden's report to the host that a thread died. */
export interface DeathReport {
  id: number;
  /** The cause in words, for the log: `one call took longer than 1200 ms`. */
  why: string;
  reason: DeathReason;
  /** The call that it was in, if it was in user code. */
  in?: { symbol: number; process: number };
  /** Whether every other executor would fail to start for the same reason. */
  fatal?: boolean;
  /** How long the kill took, in milliseconds; 0 if it died by itself. */
  ms: number;
}

/** Why an executor died. */
export type DeathReason = "time" | "silence" | "memory" | "crash" | "order";

/** How far a call may exceed its limit before its thread is killed, in milliseconds: stopping it has failed by then. */
const GRACE = 200;
/** How long an executor may be silent outside user code, in milliseconds. */
const SILENCE = 2_000;
/** How long an executor may take to start, in milliseconds. */
const START = 60_000;
/** The interval at which the warden looks at its executors, in milliseconds. */
const LOOK = 25;

/** A worker with a method that its types do not have yet. */
interface MeasuredWorker extends Worker {
  /** Returns the processor time that the thread has used, in microseconds, even while it is in a loop. */
  cpuUsage(): Promise<{ user: number; system: number }>;
}

/** A thread that the warden watches. Times are by the warden's clock, in milliseconds. */
interface Ward {
  id: number;
  worker: MeasuredWorker;
  status: ThreadStatus;
  /** The call that it was in at the last look. */
  sequence: number;
  /** When the warden first saw it in that call. */
  since: number;
  /** The processor time that it had used then, in milliseconds; undefined or -1 while unknown. */
  used: number | undefined;
  beat: number;
  /** When the beat last changed. */
  heard: number;
}

/**
 * Spawns, watches and kills executors and compile threads. Runs in a Web Worker that may only read Weft's own source, a
 * permission that its threads inherit. Runs no user code.
 */
export class Warden {
  readonly #wards = new Map<number, Ward>();
  readonly #entries: Readonly<Record<WardThread, URL>>;
  readonly #report: (report: DeathReport) => void;
  /** Shows the host that the warden is alive. */
  #status: ThreadStatus | undefined;
  /** When it last looked at its executors. */
  #looked = performance.now();
  /** The resident memory above which the executor that is longest in one call is killed, in bytes. */
  #budget = Infinity;

  /** @param entries The entry point of each sort of thread. */
  constructor(entries: Readonly<Record<WardThread, URL>>, report: (report: DeathReport) => void) {
    // a compiler thread that runs out of its executor's heap would end the whole program, so executors compile on their
    // own threads
    setFlagsFromString("--no-concurrent-recompilation");
    setFlagsFromString("--no-concurrent-sparkplug");
    this.#entries = entries;
    this.#report = report;
    setInterval(() => this.#look(), LOOK);
  }

  /** Carries out an order. @param port For `spawn`: the executor's port to the host. */
  obey(order: WardenOrder, port: MessagePort | undefined): void {
    if (order.order === "beat") this.#status = new ThreadStatus(order.status);
    else if (order.order === "kill") this.#kill(order.id, "order", order.why);
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
    const beat = status.read().beat;
    const heard = performance.now() + START - SILENCE;
    this.#wards.set(id, { id, worker, status, sequence: -1, since: 0, used: undefined, beat, heard });
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
    // the heap limits of all executors, and as much again for memory outside V8's limit
    this.#budget = baseMemory + this.#wards.size * memory * 2 * 2 ** 20;
  }

  #look(): void {
    this.#status?.beat();
    const now = performance.now();
    // while the warden itself was held up, nobody looked
    const late = now - this.#looked - LOOK;
    this.#looked = now;
    if (late > LOOK) { for (const ward of this.#wards.values()) ward.heard += late; }
    for (const ward of this.#wards.values()) this.#watch(ward, ward.status.read(), now);
    const longest = this.#longest(now);
    if (longest !== undefined && process.memoryUsage.rss() > this.#budget) {
      this.#kill(longest.id, "memory", "resident memory exceeds the budget");
    }
  }

  #watch(ward: Ward, status: StatusReading, now: number): void {
    if (status.beat !== ward.beat) {
      ward.beat = status.beat;
      ward.heard = now;
    }
    if (!status.busy || status.sequence !== ward.sequence) {
      ward.sequence = status.sequence;
      ward.since = now;
      ward.used = undefined;
      if (!status.busy && now - ward.heard > SILENCE) {
        const why = status.beat === 0 ? `it did not start within ${START} ms` : `it was silent for ${SILENCE} ms`;
        this.#kill(ward.id, "silence", why);
      }
      return;
    }
    const limit = status.limit + GRACE;
    const time = now - ward.since;
    if (time < LOOK * 2 && ward.used === undefined) this.#measure(ward, status.sequence);
    if (time > limit) void this.#judge(ward, status.sequence, time, limit);
  }

  /** Records the processor time that a thread had used when a long call began. */
  #measure(ward: Ward, sequence: number): void {
    ward.used = -1;
    ward.worker.cpuUsage().then(({ user, system }) => {
      if (ward.sequence === sequence) ward.used = (user + system) / 1_000;
    }, () => {});
  }

  /** Kills a thread that is in one call for too long, unless it only lacked processor time. */
  async #judge(ward: Ward, sequence: number, time: number, limit: number): Promise<void> {
    let worked = time;
    try {
      const { user, system } = await ward.worker.cpuUsage();
      if (ward.used !== undefined && ward.used >= 0) worked = (user + system) / 1_000 - ward.used;
    } catch {
      // the thread is already ending
    }
    const status = ward.status.read();
    if (!status.busy || status.sequence !== sequence) return;
    if (worked >= Math.min(time / 2, limit) || time > limit * 10) {
      this.#kill(ward.id, "time", `one call took longer than ${limit} ms`);
    }
  }

  /**
   * Returns the executor that is longest in one call, of those that were in it at the previous look too. Typed arrays do
   * not count towards V8's limit, so this one is killed when memory exceeds the budget.
   */
  #longest(now: number): Ward | undefined {
    let longest: Ward | undefined;
    for (const ward of this.#wards.values()) {
      if (ward.status.busy && ward.since < now && (longest === undefined || ward.since < longest.since)) longest = ward;
    }
    return longest;
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

const baseMemory = 512 * 2 ** 20;
