import {
  type Flow,
  type Node,
  type NodeSymbol,
  type Packet,
  pathOf,
  type Process,
  type Relinked,
  SENT,
} from "../flow/mod.ts";
import { type Answer, type Codec, type Encoded, type Failure, failure, isError, type LogLevel } from "../value/mod.ts";
import type { Assignment, Connection } from "./connection.ts";
import { Executors, type ExecutorStatus } from "./executors.ts";
import { HostCalls, isAsked } from "./host_calls.ts";
import { linkPatch, type PoolSymbol, PoolSymbols } from "./symbols.ts";
import type { DeathReason, WardenReport } from "./warden.ts";
import { WardenLink } from "./warden_link.ts";

/** How a pool is made. */
export interface PoolOptions {
  /** Executors that serve at a time; there is a spare besides. */
  size: number;
  /** Limit of each one's V8 heap, in MiB. */
  memory: number;
  /** What runs the packets of the host. */
  flow: Flow;
  codecs: readonly Codec[];
  /** Modules of kinds that were added to the built-in ones. */
  extensions: readonly string[];
  log(level: LogLevel, message: string, about?: { process?: Process; symbol?: NodeSymbol }): void;
  /** Started beforehand, so that it is up by the time it is wanted. */
  warden?: WardenLink;
  /** Runs without watchdog and slices, for the bench that says what they cost. Default false. */
  unguarded?: boolean;
}

/** A death, as the log and the status tell it. */
export interface Death {
  id: number;
  reason: DeathReason;
  why: string;
  /** The node that the executor was in. */
  node?: string;
  time: Date;
  /** How long the kill took, in milliseconds. */
  ms: number;
}

/** What `status` says of a pool. */
export interface PoolStatus {
  executors: readonly ExecutorStatus[];
  /** The last hundred, oldest first. */
  deaths: readonly Death[];
  /** All of them by their reason. */
  restarts: Readonly<Record<DeathReason, number>>;
}

type Died = WardenReport & { report: "died" };

/** Deaths that a symbol may cause before it runs alone. */
const QUARANTINE = 2;
/** Deaths that are remembered for the status. */
const REMEMBERED = 100;

/**
 * The executors as the host sees them: assigns processes, sends packets, and, when an executor dies, runs again
 * elsewhere what has caused no effect.
 */
export class Pool {
  /** Stands on the host for every node that runs on an executor. */
  readonly node: Node = { receive: (packet) => this.#send(packet) };
  readonly #options: PoolOptions;
  readonly #warden: WardenLink;
  readonly #symbols = new PoolSymbols();
  readonly #executors: Executors;
  readonly #hostCalls: HostCalls;
  /** Executors that a symbol has ended, by its number. */
  readonly #strikes = new Map<number, number>();
  readonly #deaths: Death[] = [];
  readonly #restarts: Record<DeathReason, number> = { time: 0, silence: 0, memory: 0, crash: 0, order: 0 };
  #closed = false;

  constructor(options: PoolOptions) {
    const { size, memory, codecs, extensions, unguarded = false, flow, log } = this.#options = options;
    const warden = this.#warden = options.warden ?? new WardenLink(extensions);
    this.#hostCalls = new HostCalls({
      flow,
      symbols: this.#symbols,
      effect: (process) => this.#effect(process),
      refused: (message) => log("error", message),
    });
    const handler = {
      ask: this.#hostCalls.take.bind(this.#hostCalls),
      childEnded: this.#hostCalls.ended.bind(this.#hostCalls),
      log: this.#logged.bind(this),
      answered: this.#answered.bind(this),
      rested: (assignment: Assignment) => flow.release(assignment.process),
      malformed: ({ id }: Connection, what: string) => {
        log("error", `executor ${id} sent a malformed frame and is killed: ${what}`);
        warden.order({ order: "kill", id, why: "it sent a malformed frame" });
      },
    };
    const snapshot = (only: number | undefined) => this.#symbols.snapshot(only);
    this.#executors = new Executors({ size, memory, codecs, extensions, unguarded, warden, handler, snapshot });
    warden.attach((report) => {
      if (report.report === "died") void this.#died(report);
    }, (why) => this.#wardenLost(why));
  }

  /** Starts the executors; answers when the first one serves. @throws {Error} If threads cannot be started at all. */
  start(): Promise<void> {
    return Promise.race([this.#executors.start(), this.#warden.failed]);
  }

  /** Ends every executor. */
  close(): void {
    this.#closed = true;
    this.#executors.close();
    this.#warden.close();
  }

  /** The executors that there are, and what became of those before them. */
  status(): PoolStatus {
    return { executors: this.#executors.status(), deaths: this.#deaths, restarts: this.#restarts };
  }

  /** Adds symbols on all executors; they are reached by nothing until they are linked. */
  define(symbols: readonly PoolSymbol[]): void {
    for (const symbol of symbols) this.#symbols.add(symbol);
    this.#redefine(symbols);
  }

  /**
   * Has a symbol tried out on an executor: its node made, the top level of its code run. It has to be defined before.
   *
   * @throws {Error} Why it cannot be run.
   */
  async prepare(symbol: number): Promise<void> {
    for (let attempt = 1;; attempt++) {
      const connection = this.#executors.quietest();
      try {
        return await connection.prepare(symbol);
      } catch (error) {
        if (!connection.closed || this.#closed || attempt === 2) throw error;
      }
    }
  }

  /**
   * Links ports from a generation on, on all executors, ahead of any packet sent later.
   *
   * @param oldest The oldest generation that a process sees.
   */
  link(relinked: readonly Relinked[], generation: number, oldest: number): void {
    if (relinked.length === 0) return;
    const link = relinked.map(({ port, targets }) => linkPatch(port, { since: generation, oldest }, targets));
    for (const connection of this.#executors.all()) connection.patch({ define: [], link, free: [] });
  }

  /** Takes symbols away that no process can reach any more. @param numbers Of the symbols. */
  free(numbers: readonly number[]): void {
    for (const number of numbers) {
      this.#symbols.remove(number);
      this.#strikes.delete(number);
      this.#executors.release(number);
    }
    for (const connection of this.#executors.all()) connection.patch({ define: [], link: [], free: numbers });
  }

  /** A process of the host's has ended. */
  ended(process: Process): void {
    const assignment = process.assignment as Assignment | undefined;
    if (assignment !== undefined) leave(assignment);
    for (const connection of this.#executors.alone()) {
      const other = connection.assignments.get(process.number);
      if (other !== undefined) leave(other);
    }
  }

  #redefine(symbols: readonly PoolSymbol[]): void {
    for (const connection of this.#executors.all()) {
      const define = symbols.map((symbol) => this.#symbols.definitionFor(connection.only, symbol));
      connection.patch({ define, link: [], free: [] });
    }
  }

  #send(packet: Packet): typeof SENT {
    const alone = this.#executors.aloneWith(packet.port!.symbol.number);
    const assignment = alone === undefined ? this.#assign(packet.process) : assignmentAt(alone, packet.process);
    assignment.connection.send(assignment, packet);
    return SENT;
  }

  /** Where a process runs: on the executor with the fewest packets in flight when it first came. */
  #assign(process: Process): Assignment {
    const known = process.assignment as Assignment | undefined;
    if (known !== undefined && !known.connection.closed) {
      // an executor that had nothing to keep of it has forgotten it
      known.connection.assignments.set(process.number, known);
      return known;
    }
    // a child lives where its parent does
    const { parent } = process;
    const assignment = assignmentAt(
      parent === null ? this.#executors.quietest() : this.#assign(parent).connection,
      process,
    );
    process.assignment = assignment;
    return assignment;
  }

  #answered(assignment: Assignment, packet: Packet, answer: Answer | Encoded): void {
    if (isError(answer)) prefix(packet, answer);
    // told to whoever opened the process: that has been seen
    if (packet.parent === null) assignment.effects = true;
    this.#options.flow.settle(packet, answer as Answer);
  }

  /** Something is done in a process's name that someone outside could see: it is not to be run again. */
  #effect(process: Process): void {
    let root = process;
    while (root.parent !== null) root = root.parent;
    const assignment = root.assignment as Assignment | undefined;
    if (assignment !== undefined) assignment.effects = true;
  }

  #logged(connection: Connection, process: number, symbol: number, level: LogLevel, text: string): void {
    const of = process === 0 ? undefined : this.#hostCalls.processOf(connection, process, 0);
    this.#options.log(level, text, about(of, this.#symbols.get(symbol)?.symbol));
  }

  async #died(report: Died): Promise<void> {
    const connection = this.#executors.get(report.id);
    if (connection === undefined || this.#closed) return;
    this.#executors.replace(connection, report.why);
    // what it had asked for before it died has to be known before anything is run again
    await connection.drain();
    const { id, why } = report;
    const node = report.in === undefined ? undefined : this.#symbols.get(report.in.symbol)?.symbol;
    const offender = report.in === undefined ? undefined : connection.assignments.get(report.in.process)?.process;
    this.#remember(report, node);
    const where = node === undefined ? "" : ` in ${node.name}`;
    this.#options.log("error", `executor ${id} ended${where}: ${why}`, about(offender, node));
    connection.close(failure(`executor ${id} was lost: ${why}`, { code: "executor_lost" }));
    if (node !== undefined) this.#blame(node);
    this.#hostCalls.lost(connection);
    for (const assignment of connection.assignments.values()) {
      connection.assignments.delete(assignment.process.number);
      if (assignment.process.status !== "running") continue;
      if (assignment.process === offender) this.#options.flow.abort(offender, killed(assignment, report, node));
      else this.#recover(assignment);
    }
  }

  #remember({ id, reason, why, ms }: Died, node: NodeSymbol | undefined): void {
    this.#deaths.push({ id, reason, why, ms, time: new Date(), ...node && { node: node.name } });
    if (this.#deaths.length > REMEMBERED) this.#deaths.shift();
    this.#restarts[reason]++;
  }

  /** Runs a process again whose executor died, once, if nothing of it can have been seen. */
  #recover(assignment: Assignment): void {
    const { flow } = this.#options;
    const { process } = assignment;
    const isMain = process.assignment === assignment;
    if (assignment.effects || assignment.replayed || !isMain || process.parent !== null) {
      return flow.abort(process, failure("executor lost", { code: "executor_lost" }));
    }
    process.assignment = undefined;
    const packets = assignment.packets.filter((packet) => packet !== undefined);
    // what the dead executor had asked for is asked for anew
    for (const packet of packets) if (isAsked(packet)) flow.settle(packet, failure("executor lost"));
    for (const packet of packets) if (!isAsked(packet)) this.#send(packet);
    const next = process.assignment as Assignment | undefined;
    if (next !== undefined) next.replayed = true;
    if (assignment.busy) flow.release(process);
  }

  /** Counts that a symbol has ended an executor; from the second time on it runs alone, until its spec changes. */
  #blame(symbol: NodeSymbol): void {
    const { number, name } = symbol;
    const strikes = (this.#strikes.get(number) ?? 0) + 1;
    this.#strikes.set(number, strikes);
    const known = this.#symbols.get(number);
    if (strikes !== QUARANTINE || known?.definition.body === undefined) return;
    this.#symbols.isolate(number);
    this.#executors.isolate(number);
    this.#redefine([known]);
    this.#options.log("warn", `${name} has ended ${strikes} executors and runs alone until its spec changes`, {
      symbol,
    });
  }

  #wardenLost(why: string): void {
    if (this.#closed) return;
    this.#options.log("error", `the warden was lost (${why}); it and all executors are started again`);
    for (const { id } of [...this.#executors.all()]) {
      void this.#died({ report: "died", id, reason: "crash", why: "the warden was lost", ms: 0 });
    }
  }
}

function assignmentAt(connection: Connection, process: Process): Assignment {
  let assignment = connection.assignments.get(process.number);
  if (assignment === undefined) {
    assignment = { process, connection, packets: [], unanswered: 0, busy: false, effects: false, replayed: false };
    connection.assignments.set(process.number, assignment);
  }
  return assignment;
}

function leave({ connection, process, unanswered }: Assignment): void {
  if (!connection.assignments.delete(process.number)) return;
  connection.inFlight -= unanswered;
  connection.exit(process.number);
}

function about(process: Process | undefined, symbol: NodeSymbol | undefined) {
  return { ...process && { process }, ...symbol && { symbol } };
}

/** What a process fails with that its executor died of. */
function killed(assignment: Assignment, { reason, why }: Died, node: NodeSymbol | undefined): Failure {
  const code = reason === "memory" ? "memory" : "timeout";
  const error = failure(`${node?.name ?? "a node"} was killed: ${why}`, { code });
  const packet = assignment.packets.find((sent) => sent !== undefined);
  if (packet !== undefined && node !== undefined) error.path = [...pathOf(packet).slice(0, -1), node.name];
  return error;
}

/** Puts the way that the packet had come here before the way it went on the executor. */
function prefix(packet: Packet, error: Failure): void {
  const before = pathOf(packet);
  const [start] = before;
  if (error.path === undefined) error.path = before;
  else if (start !== undefined && nodeOf(error.path[0]) !== nodeOf(start)) {
    error.path = [...before.slice(0, -1), ...error.path];
  }
}

function nodeOf(step: string | undefined): string | undefined {
  return step?.split(".")[0];
}
