/// <reference lib="deno.worker" />
import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { type StatusReading, ThreadStatus } from "../protocol/mod.ts";

/** From the host to the warden. */
export type WardenOrder =
  | {
    order: "spawn";
    /** Names the executor; never used again. */
    id: number;
    /** Limit of its V8 heap, in MiB. */
    memory: number;
    /** Memory of its `ThreadStatus`. */
    status: SharedArrayBuffer;
    extensions: readonly string[];
    unguarded: boolean;
  }
  | { order: "kill"; id: number; why: string }
  | { order: "ping"; at: number };

/** From the warden to the host. */
export type WardenReport =
  | { report: "ready" }
  | { report: "pong"; at: number }
  | {
    report: "died";
    id: number;
    /** In words for the log: `one call took longer than 1200 ms`. */
    why: string;
    reason: DeathReason;
    /** What it was in, if it was in user code. */
    in?: { symbol: number; process: number };
    /** How long the kill took, in milliseconds; 0 if it died by itself. */
    ms: number;
  };

/** Why an executor died. */
export type DeathReason = "time" | "silence" | "memory" | "crash" | "order";

/** What a call may take beyond its limit before its thread is killed, in milliseconds: the soft stop has failed. */
const GRACE = 200;
/** How long an executor may be silent outside of user code, in milliseconds. */
const SILENCE = 2_000;
/** How long it may take to begin, in milliseconds. */
const START = 10_000;
/** How often the warden looks, in milliseconds. */
const LOOK = 25;

/** What Deno's types do not say of a worker yet. */
interface MeasuredWorker extends Worker {
  /** Processor time that the thread has used, in microseconds; known even while the thread is in a loop. */
  cpuUsage(): Promise<{ user: number; system: number }>;
}

interface Ward {
  id: number;
  worker: MeasuredWorker;
  status: ThreadStatus;
  /** The call it was in at the last look, and since when, by the warden's clock. */
  sequence: number;
  since: number;
  /** Processor time it had used then, in milliseconds; undefined while it is being asked for. */
  used: number | undefined;
  beat: number;
  heard: number;
}

/**
 * Spawns, watches and strikes executors. Runs in a Web Worker that may read Weft's own source and nothing else, so that
 * its executors, which inherit that, can do no more. It runs no user code.
 */
export class Warden {
  readonly #wards = new Map<number, Ward>();
  readonly #executor: URL;
  readonly #report: (report: WardenReport) => void;
  /** Resident memory past which the executor longest in one call is killed, in bytes. */
  #budget = Infinity;

  constructor(executor: URL, report: (report: WardenReport) => void) {
    // a compiler thread that finds its executor's heap full ends the whole program, where the executor itself would only
    // end the executor; so executors compile on their own threads
    setFlagsFromString("--no-concurrent-recompilation");
    setFlagsFromString("--no-concurrent-sparkplug");
    this.#executor = executor;
    this.#report = report;
    setInterval(() => this.#look(), LOOK);
  }

  /** Does what the host says. @param port The executor's port to the host, for `spawn`. */
  obey(order: WardenOrder, port: MessagePort | undefined): void {
    if (order.order === "ping") this.#report({ report: "pong", at: order.at });
    else if (order.order === "kill") this.#kill(order.id, "order", order.why);
    else this.#spawn(order, port!);
  }

  #spawn(order: WardenOrder & { order: "spawn" }, port: MessagePort): void {
    const { id, memory, extensions, unguarded } = order;
    const status = new ThreadStatus(order.status);
    // locks are the whole program's: another runtime in it has executors with the same ids
    const lock = `executor-${crypto.randomUUID()}`;
    const workerData = { port, status: status.buffer, lock, extensions, unguarded };
    const worker = new Worker(this.#executor, {
      resourceLimits: { maxOldGenerationSizeMb: memory },
      workerData,
      transferList: [port as never], // its types know Node's own port only; Deno takes the standard one
    }) as MeasuredWorker;
    const beat = status.read().beat;
    const heard = performance.now() + START - SILENCE;
    this.#wards.set(id, { id, worker, status, sequence: -1, since: 0, used: undefined, beat, heard });
    worker.on("error", (error: Error & { code?: string }) => {
      const memory = error.code === "ERR_WORKER_OUT_OF_MEMORY" || /memory/i.test(error.message);
      this.#died(id, memory ? "memory" : "crash", memory ? "it ran out of memory" : error.message, 0);
    });
    worker.on("exit", (code) => this.#died(id, "crash", `it ended with code ${code}`, 0));
    // what all may take together, and as much again for what is outside of V8's own limit
    this.#budget = baseMemory + [...this.#wards].length * memory * 2 * 2 ** 20;
  }

  #look(): void {
    const now = performance.now();
    for (const ward of this.#wards.values()) this.#watch(ward, ward.status.read(), now);
    const longest = this.#longest(now);
    if (longest !== undefined && process.memoryUsage.rss() > this.#budget) {
      this.#kill(longest.id, "memory", "resident memory is past the budget");
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
      if (!status.busy && now - ward.heard > SILENCE) this.#kill(ward.id, "silence", `it was silent for ${SILENCE} ms`);
      return;
    }
    const limit = status.limit + GRACE;
    const time = now - ward.since;
    if (time < LOOK * 2 && ward.used === undefined) this.#measure(ward, status.sequence);
    if (time > limit) void this.#judge(ward, status.sequence, time, limit);
  }

  /** Notes the processor time that a thread had used when a call that lasts began. */
  #measure(ward: Ward, sequence: number): void {
    ward.used = -1;
    ward.worker.cpuUsage().then(({ user, system }) => {
      if (ward.sequence === sequence) ward.used = (user + system) / 1_000;
    }, () => {});
  }

  /** Kills a thread that is too long in one call, unless it was only starved by others. */
  async #judge(ward: Ward, sequence: number, time: number, limit: number): Promise<void> {
    let worked = time;
    try {
      const { user, system } = await ward.worker.cpuUsage();
      if (ward.used !== undefined && ward.used >= 0) worked = (user + system) / 1_000 - ward.used;
    } catch {
      // it is dying already
    }
    const status = ward.status.read();
    if (!status.busy || status.sequence !== sequence) return;
    if (worked >= Math.min(time / 2, limit) || time > limit * 10) {
      this.#kill(ward.id, "time", `one call took longer than ${limit} ms`);
    }
  }

  /**
   * The executor that is longest in one call, of those that were in it at the look before too. Typed arrays are outside
   * of V8's limit: past the budget, it is the one that goes.
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

  #died(id: number, reason: DeathReason, why: string, ms: number): void {
    const ward = this.#wards.get(id);
    if (ward === undefined) return;
    this.#wards.delete(id);
    this.#tell(id, reason, why, ward.status.read(), ms);
  }

  #tell(id: number, reason: DeathReason, why: string, status: StatusReading, ms: number): void {
    const inside = status.busy ? { in: { symbol: status.symbol, process: status.process } } : {};
    this.#report({ report: "died", id, reason, why, ms, ...inside });
  }
}

const baseMemory = 512 * 2 ** 20;
