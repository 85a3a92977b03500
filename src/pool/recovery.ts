import { type Flow, type NodeSymbol, type Packet, pathOf, type Process } from "../flow/mod.ts";
import { type Failure, failure, type LogLevel } from "../value/mod.ts";
import type { Assignment, Connection } from "./connection.ts";
import type { Executors } from "./executors.ts";
import { type HostCalls, isAsked } from "./host_calls.ts";
import type { PoolSymbols } from "./symbols.ts";
import type { DeathReason, WardenReport } from "./warden.ts";

/** The warden's report that an executor died. */
export type DeathReport = WardenReport & { report: "died" };

/** A death, as the log and the status tell it. */
export interface Death {
  /** The executor's id. */
  id: number;
  reason: DeathReason;
  /** In words. */
  why: string;
  /** The node that the executor was in. */
  node?: string;
  time: Date;
  /** How long the kill took, in milliseconds. */
  ms: number;
}

/** What a process or a node the log line is about. */
export interface LogSubject {
  process?: Process;
  symbol?: NodeSymbol;
}

/** What recovery needs of the pool. */
export interface RecoveryOptions {
  flow: Flow;
  symbols: PoolSymbols;
  executors: Executors;
  hostCalls: HostCalls;
  log(level: LogLevel, message: string, about?: LogSubject): void;
  /** Sends a packet to an executor. */
  send(packet: Packet): void;
  /** Tells all executors what a symbol is now: whether it runs on them, or alone. */
  redefine(number: number): void;
}

/** Deaths that a symbol may cause before it runs alone. */
const QUARANTINE = 2;
/** Deaths that are kept for the status. */
const REMEMBERED = 100;

/**
 * Follows the death of an executor:
 *
 * 1. Another executor takes its place.
 * 2. What the dead one had posted is read to the end.
 * 3. The process that it was in fails, with an error that names the node; the node gets a strike, and from the second
 *    on it runs alone.
 * 4. Processes without effects run again elsewhere, once; the others fail with `executor lost`.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  /** How many executors a symbol has ended, by its number. */
  readonly #strikes = new Map<number, number>();
  readonly #deaths: Death[] = [];
  readonly #restarts: Record<DeathReason, number> = { time: 0, silence: 0, memory: 0, crash: 0, order: 0 };

  constructor(options: RecoveryOptions) {
    this.#options = options;
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
    executors.replace(connection, why);
    // its host calls have to be known before anything runs again
    await connection.drain();
    const node = report.in === undefined ? undefined : symbols.get(report.in.symbol)?.symbol;
    const offender = report.in === undefined ? undefined : connection.assignments.get(report.in.process)?.process;
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
      else this.#runAgain(assignment);
    }
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

  /** Runs a process again, once, if nothing of it can have been seen; otherwise fails it. */
  #runAgain(assignment: Assignment): void {
    const { flow, send } = this.#options;
    const { process } = assignment;
    const isMain = process.assignment === assignment;
    if (assignment.effects || assignment.replayed || !isMain || process.parent !== null) {
      return flow.abort(process, failure("executor lost", { code: "executor_lost" }));
    }
    process.assignment = undefined;
    const packets = assignment.packets.filter((packet) => packet !== undefined);
    // the dead executor's host calls are made anew
    for (const packet of packets) if (isAsked(packet)) flow.settle(packet, failure("executor lost"));
    for (const packet of packets) if (!isAsked(packet)) send(packet);
    const next = process.assignment as Assignment | undefined;
    if (next !== undefined) next.replayed = true;
    if (assignment.busy) flow.release(process);
  }

  /** Counts that a symbol has ended an executor; from the second time on it runs alone, until its spec changes. */
  #strike(symbol: NodeSymbol): void {
    const { symbols, executors, redefine, log } = this.#options;
    const { number, name } = symbol;
    const strikes = (this.#strikes.get(number) ?? 0) + 1;
    this.#strikes.set(number, strikes);
    if (strikes !== QUARANTINE || symbols.get(number)?.definition.body === undefined) return;
    symbols.isolate(number);
    executors.isolate(number);
    redefine(number);
    log("warn", `${name} has ended ${strikes} executors and runs alone until its spec changes`, { symbol });
  }
}

/** Returns the subject of a log line, without fields that are not known. */
export function logSubject(process: Process | undefined, symbol: NodeSymbol | undefined): LogSubject {
  return { ...process && { process }, ...symbol && { symbol } };
}

/** Returns the error of a process that its executor died of. */
function killed(assignment: Assignment, { reason, why }: DeathReport, node: NodeSymbol | undefined): Failure {
  const code = reason === "memory" ? "memory" : "timeout";
  const error = failure(`${node?.name ?? "a node"} was killed: ${why}`, { code });
  const packet = assignment.packets.find((sent) => sent !== undefined);
  if (packet !== undefined && node !== undefined) error.path = [...pathOf(packet).slice(0, -1), node.name];
  return error;
}
