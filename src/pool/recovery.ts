import { type Flow, type NodeSymbol, type Packet, pathOf, type Process } from "../flow/mod.ts";
import { type ErrorCode, type Failure, failure, type LogLevel } from "../value/mod.ts";
import type { Assignment } from "./assignment.ts";
import type { Connection } from "./connection.ts";
import type { Executors } from "./executors.ts";
import { type HostCalls, isHostCall } from "./host_calls.ts";
import { Suspects } from "./suspects.ts";
import type { PoolSymbols } from "./symbols.ts";
import type { DeathReason, DeathReport } from "./executor_warden.ts";

/** The death of an executor. */
export interface Death {
  /** The executor's id. */
  id: number;
  /** What it died of. */
  reason: DeathReason;
  /** The cause in words, as in the log. */
  why: string;
  /** The name of the node whose code the executor was in. */
  node?: string;
  /** When it died. */
  time: Date;
  /** How long the kill took, in milliseconds. */
  ms: number;
}

/** The process and the node that a log line is about. */
export interface LogSubject {
  process?: Process;
  symbol?: NodeSymbol;
}

/** Options of `Recovery`. */
export interface RecoveryOptions {
  flow: Flow;
  symbols: PoolSymbols;
  executors: Executors;
  hostCalls: HostCalls;
  log(level: LogLevel, message: string, about?: LogSubject): void;
  /** Sends a packet to an executor. */
  send(packet: Packet): void;
  /** Sends the definition of a symbol to all executors again: it now runs in quarantine. */
  redefine(number: number): void;
}

/** The number of strikes at which a symbol is quarantined. */
const QUARANTINE = 2;
/** With how many executors a process may die that runs again each time. */
const DEATHS = 5;
/** How many deaths are kept for the status. */
const REMEMBERED = 100;

/**
 * Follows the death of an executor:
 *
 * 1. Another executor takes its place.
 * 2. The frames that the dead one had posted are read.
 * 3. The offender, the process whose code it was in, fails with an error that names the node. The node gets a strike;
 *    with the second one it is quarantined.
 * 4. Processes without effects run again elsewhere; the others fail with `executor lost`.
 * 5. If nothing says what the executor was in, all processes on it are suspects: those that a second one dies with run
 *    again one after another, until one is found to be the offender.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  /** How many executors each symbol has killed, by its number. */
  readonly #strikes = new Map<number, number>();
  readonly #deaths: Death[] = [];
  readonly #suspects: Suspects;
  readonly #restarts: Record<DeathReason, number> = {
    time: 0,
    silence: 0,
    memory: 0,
    crash: 0,
    abort: 0,
    signal: 0,
    order: 0,
  };

  constructor(options: RecoveryOptions) {
    this.#options = options;
    const { executors, send } = options;
    this.#suspects = new Suspects({
      spawn: () => executors.extra(),
      retire: (connection) => executors.retire(connection),
      send,
    });
  }

  /** The last hundred deaths, oldest first. */
  get deaths(): readonly Death[] {
    return this.#deaths;
  }

  /** The number of deaths by their reason. */
  get restarts(): Readonly<Record<DeathReason, number>> {
    return this.#restarts;
  }

  /** Recovers from the death of an executor that the pool still counts as its own. */
  async died(connection: Connection, report: DeathReport): Promise<void> {
    const { flow, symbols, executors, hostCalls, log } = this.#options;
    const { id, why } = report;
    executors.replace(connection, why, report.fatal);
    // the effects of its host calls must be known before any process runs again
    await connection.drain();
    const node = report.in === undefined ? undefined : symbols.get(report.in.symbol)?.symbol;
    const alone = this.#suspects.died(connection);
    const offender = report.in === undefined ? alone : connection.assignments.get(report.in.process)?.process;
    this.#remember(report, node);
    const where = node === undefined ? "" : ` in ${node.name}`;
    log("error", `executor ${id} ended${where}: ${why}`, logSubject(offender, node));
    connection.close(failure(`executor ${id} was lost: ${why}`, { code: "executor_lost" }));
    if (node !== undefined) this.#strike(node);
    hostCalls.lost(connection);
    for (const assignment of connection.assignments.values()) {
      connection.assignments.delete(assignment.process.number);
      if (assignment.process.status !== "running") continue;
      if (assignment.process === offender) flow.abort(offender, killed(assignment, report, node));
      else this.#runAgain(assignment, offender === undefined);
    }
  }

  /** Notes that a process has ended. */
  ended(process: Process): void {
    this.#suspects.ended(process);
  }

  /** Runs nothing again any more. */
  close(): void {
    this.#suspects.close();
  }

  /** Forgets the strikes of a symbol. */
  forget(number: number): void {
    this.#strikes.delete(number);
  }

  #remember({ id, reason, why, ms }: DeathReport, node: NodeSymbol | undefined): void {
    this.#deaths.push({ id, reason, why, ms, time: new Date(), ...node && { node: node.name } });
    if (this.#deaths.length > REMEMBERED) this.#deaths.shift();
    this.#restarts[reason]++;
  }

  /** Runs a process again, if it has caused no effect and this has not happened too often; otherwise fails it. */
  #runAgain(assignment: Assignment, isSuspect: boolean): void {
    const { flow, send } = this.#options;
    const { process, deaths } = assignment;
    const isMain = process.assignment === assignment;
    if (assignment.effects || deaths + 1 === DEATHS || !isMain || process.parent !== null) {
      return flow.abort(process, failure("executor lost", { code: "executor_lost" }));
    }
    process.assignment = undefined;
    const packets = assignment.packets.filter((packet) => packet !== undefined);
    // the process makes its host calls again
    for (const packet of packets) if (isHostCall(packet)) flow.settle(packet, failure("executor lost"));
    const again = packets.filter((packet) => !isHostCall(packet));
    if (isSuspect && deaths > 0) {
      this.#suspects.add(process, again, deaths + 1);
    } else {
      for (const packet of again) send(packet);
      const next = process.assignment as Assignment | undefined;
      if (next !== undefined) next.deaths = deaths + 1;
    }
    if (assignment.busy) flow.release(process);
  }

  /** Counts a strike of a symbol. The second one puts it in quarantine until its spec changes. */
  #strike(symbol: NodeSymbol): void {
    const { symbols, executors, redefine, log } = this.#options;
    const { number, name } = symbol;
    const strikes = (this.#strikes.get(number) ?? 0) + 1;
    this.#strikes.set(number, strikes);
    if (strikes !== QUARANTINE || symbols.get(number)?.definition.body === undefined) return;
    symbols.isolate(number);
    executors.isolate(number);
    redefine(number);
    log("warn", `${name} has killed ${strikes} executors and is quarantined until its spec changes`, { symbol });
  }
}

/** Returns the subject of a log line, without unknown fields. */
export function logSubject(process: Process | undefined, symbol: NodeSymbol | undefined): LogSubject {
  return { ...process && { process }, ...symbol && { symbol } };
}

/** The codes of errors of offenders, as far as the reason says more than that an executor was lost. */
const CODES: Partial<Record<DeathReason, ErrorCode>> = { memory: "memory", time: "timeout", silence: "timeout" };

/** Returns the error of an offender. */
function killed(assignment: Assignment, { reason, why }: DeathReport, node: NodeSymbol | undefined): Failure {
  const code = CODES[reason] ?? "executor_lost";
  const error = failure(`${node?.name ?? "a node"} was killed: ${why}`, { code });
  const packet = assignment.packets.find((sent) => sent !== undefined);
  if (packet !== undefined && node !== undefined) error.path = [...pathOf(packet).slice(0, -1), node.name];
  return error;
}
