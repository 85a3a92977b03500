import type { Packet, Process } from "../flow/mod.ts";
import { assignmentAt } from "./assignment.ts";
import type { Connection } from "./connection.ts";

/** How long a suspect runs before the next one joins it, in milliseconds: it may only be waiting for something. */
const ALONE = 100;

/** A process that two executors have died with, and what was sent to them for it. */
interface Suspect {
  readonly process: Process;
  readonly packets: readonly Packet[];
  readonly deaths: number;
}

/** Options of `Suspects`. */
export interface SuspectsOptions {
  /** Starts an executor that serves nobody else. */
  spawn(): Connection;
  /** Ends it once it has no process. */
  retire(connection: Connection): void;
  /** Sends a packet to the executor of its process. */
  send(packet: Packet): void;
}

/**
 * Runs processes again, one after another, on an executor of their own: two executors have died with each of them, and
 * nothing says of which process. The one that runs alone when the third dies is the offender; if there were others, they
 * run once more, each until its end.
 */
export class Suspects {
  readonly #options: SuspectsOptions;
  #waiting: Suspect[] = [];
  readonly #running = new Set<Process>();
  #connection: Connection | undefined;
  /** Whether each runs until its end before the next one begins. */
  #isStrict = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SuspectsOptions) {
    this.#options = options;
  }

  /** Adds a process to those that run again. */
  add(process: Process, packets: readonly Packet[], deaths: number): void {
    this.#waiting.push({ process, packets, deaths });
    if (this.#running.size === 0) this.#next();
  }

  /** Goes on to the next one when a process has ended. */
  ended(process: Process): void {
    if (this.#running.delete(process) && this.#running.size === 0) this.#next();
  }

  /** Follows the death of an executor. @returns The process that ran alone on it, if it was that of the suspects. */
  died(connection: Connection): Process | undefined {
    if (connection !== this.#connection) return undefined;
    const [process, ...others] = this.#running;
    this.#running.clear();
    this.#connection = undefined;
    if (others.length > 0) this.#isStrict = true;
    else this.#next();
    return connection.ready && others.length === 0 ? process : undefined;
  }

  /** Runs none of those that wait. */
  close(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #next(): void {
    clearTimeout(this.#timer);
    let next = this.#waiting.shift();
    while (next !== undefined && next.process.status !== "running") next = this.#waiting.shift();
    if (next === undefined) return this.#retire();
    const { process, packets, deaths } = next;
    const connection = this.#connection ??= this.#options.spawn();
    this.#running.add(process);
    const assignment = assignmentAt(connection, process);
    assignment.deaths = deaths;
    process.assignment = assignment;
    for (const packet of packets) this.#options.send(packet);
    // a spare executor takes a while to start: until it serves, nobody has run
    void connection.whenReady.then(() => {
      if (this.#isStrict || !this.#running.has(process)) return;
      this.#timer = setTimeout(() => this.#next(), ALONE);
    });
  }

  #retire(): void {
    if (this.#running.size > 0 || this.#connection === undefined) return;
    this.#options.retire(this.#connection);
    this.#connection = undefined;
    this.#isStrict = false;
  }
}
