import {
  type Flow,
  type Node,
  type NodeSymbol,
  type Packet,
  pathOf,
  type Process,
  type Relinked,
  SENT,
  type TracedPacket,
} from "../flow/mod.ts";
import { type Answer, type Codec, type Encoded, type Failure, isError, type LogLevel, within } from "../value/mod.ts";
import { type Assignment, assignmentAt } from "./assignment.ts";
import type { Connection } from "./connection.ts";
import { DryRuns } from "./dry_runs.ts";
import { Executors, type ExecutorStatus } from "./executors.ts";
import { HostCalls } from "./host_calls.ts";
import { type Death, type LogSubject, logSubject, Recovery } from "./recovery.ts";
import { linkPatch, type PoolSymbol, PoolSymbols } from "./symbols.ts";
import type { DeathReason, DeathReport, ExecutorWarden } from "./executor_warden.ts";
import { WardenLink } from "./warden_link.ts";

/** How long the end of a process waits for its exit hooks on executors, in milliseconds. */
const PATIENCE = 5_000;

/** Options of a pool. */
export interface PoolOptions {
  /** How many executors serve at a time, besides one spare. */
  size: number;
  /** The limit of each executor's V8 heap, in MiB. */
  memory: number;
  /** Runs the packets of the host. */
  flow: Flow;
  codecs: readonly Codec[];
  /** URLs of modules with additional kinds. */
  extensions: { readonly modules: readonly string[]; readonly readable: readonly URL[] };
  log(level: LogLevel, message: string, about?: LogSubject): void;
  /** Called with an error that left by a linked `error` port on an executor, if definitions ask for that. */
  handled?(error: Failure, about: LogSubject): void;
  /** Called with a packet that a node on an executor has received, if definitions ask for that. */
  traced?(packet: TracedPacket): void;
  /** Records a metric of a node on an executor; its type and name are as the executor says. */
  measure?(symbol: NodeSymbol, type: string, name: string, value: number): void;
  /** A warden that was started beforehand. Default: a new one, of threads. */
  warden?: ExecutorWarden;
  /** Whether executors run without time limits, for the benchmark that measures their cost. Default false. */
  unguarded?: boolean;
  /** Whether packets carry their addresses between threads. Default false. */
  addresses?: boolean;
}

/** The state of a pool, for `weft status`. */
export interface PoolStatus {
  /** The executors, with the spare one. */
  executors: readonly ExecutorStatus[];
  /** The last hundred deaths, oldest first. */
  deaths: readonly Death[];
  /** The number of all deaths by their reason. */
  restarts: Readonly<Record<DeathReason, number>>;
}

/**
 * The executors as the host sees them: assigns processes to them and sends them packets. `Recovery` handles the death of
 * an executor.
 */
export class Pool {
  /** The host's stand-in for every node that runs on an executor. */
  readonly node: Node = { receive: (packet) => this.#send(packet) };
  readonly #options: PoolOptions;
  readonly #warden: ExecutorWarden;
  readonly #symbols = new PoolSymbols();
  readonly #executors: Executors;
  readonly #hostCalls: HostCalls;
  readonly #recovery: Recovery;
  readonly #dryRuns: DryRuns;
  #closed = false;

  constructor(options: PoolOptions) {
    const { size, memory, codecs, extensions, unguarded = false, addresses = false, flow, log } = this.#options =
      options;
    const warden = this.#warden = options.warden ?? new WardenLink(extensions.readable);
    this.#hostCalls = new HostCalls({
      flow,
      symbols: this.#symbols,
      effect: (process) => this.#effect(process),
      rejected: (message) => log("error", message),
    });
    const handler = {
      hostCall: this.#hostCalls.take.bind(this.#hostCalls),
      childEnded: this.#hostCalls.ended.bind(this.#hostCalls),
      log: this.#logged.bind(this),
      warned: this.#warned.bind(this),
      handled: this.#handled.bind(this),
      ...options.traced && {
        traced: (_: Connection, __: number, ___: number, packet: TracedPacket) => options.traced!(packet),
      },
      measured: (_: Connection, symbol: number, type: string, name: string, value: number) => {
        const node = this.#symbols.get(symbol)?.symbol;
        if (node !== undefined) options.measure?.(node, type, name, value);
      },
      answered: this.#answered.bind(this),
      idle: (assignment: Assignment) => flow.release(assignment.process),
      malformed: ({ id }: Connection, what: string) => {
        log("error", `executor ${id} sent a malformed frame and is killed: ${what}`);
        warden.kill(id, "it sent a malformed frame");
      },
    };
    const snapshot = (only: number | undefined) => this.#symbols.snapshot(only);
    this.#executors = new Executors({
      size,
      memory,
      codecs,
      extensions: extensions.modules,
      unguarded,
      addresses,
      warden,
      handler,
      snapshot,
    });
    this.#dryRuns = new DryRuns(this.#executors);
    this.#recovery = new Recovery({
      flow,
      log,
      symbols: this.#symbols,
      executors: this.#executors,
      hostCalls: this.#hostCalls,
      send: (packet) => this.#send(packet),
      redefine: (number) => this.#redefine([this.#symbols.get(number)!]),
    });
    warden.attach({ died: (report) => this.#died(report), lost: (why) => this.#wardenLost(why) });
  }

  /** Starts the executors; resolves when the first one serves. @throws {Error} If no thread can be started. */
  start(): Promise<void> {
    return Promise.race([this.#executors.start(), this.#warden.failed]);
  }

  /**
   * Replaces all executors by new ones that import other modules of extensions. Processes end where they began.
   *
   * @throws {Error} If the new ones cannot be started; those of before then serve on.
   */
  renew(modules: readonly string[]): Promise<void> {
    return this.#executors.renew(modules);
  }

  /** Ends every executor. Resolves when they have ended. */
  close(): Promise<void> {
    this.#closed = true;
    this.#recovery.close();
    this.#dryRuns.close();
    this.#executors.close();
    return this.#warden.close();
  }

  /** Returns the state of each executor, and the deaths of earlier ones. */
  status(): PoolStatus {
    return { executors: this.#executors.status(), deaths: this.#recovery.deaths, restarts: this.#recovery.restarts };
  }

  /** Adds symbols on all executors. No packet reaches them until they are linked. */
  define(symbols: readonly PoolSymbol[]): void {
    for (const symbol of symbols) this.#symbols.add(symbol);
    this.#redefine(symbols);
  }

  /**
   * Makes the node of a symbol on an executor and runs the top level of its code. The symbol must be defined.
   *
   * @throws {Error} The reason why the symbol cannot run.
   */
  prepare(symbol: number): Promise<void> {
    return this.#dryRuns.run(symbol);
  }

  /**
   * Links ports from a generation on, on all executors, ahead of any packet sent later.
   *
   * @param oldest The oldest generation that a process still sees.
   */
  link(relinked: readonly Relinked[], generation: number, oldest: number): void {
    if (relinked.length === 0) return;
    const link = relinked.map(({ port, targets }) => linkPatch(port, { since: generation, oldest }, targets));
    for (const connection of this.#executors.all()) connection.patch({ define: [], link, free: [] });
  }

  /** Removes symbols that no process can reach any more, by their numbers. */
  free(numbers: readonly number[]): void {
    for (const number of numbers) {
      this.#symbols.remove(number);
      this.#recovery.forget(number);
      this.#executors.release(number);
    }
    for (const connection of this.#executors.all()) connection.patch({ define: [], link: [], free: numbers });
  }

  /**
   * Tells the executors that a process ends, with its error.
   *
   * @returns Resolves when it has ended there too; undefined if there is nothing to wait for.
   */
  ending(process: Process): Promise<void> | undefined {
    const assignment = process.assignment as Assignment | undefined;
    let ending = assignment === undefined ? undefined : leave(assignment);
    this.#recovery.ended(process);
    for (const connection of this.#executors.alone()) {
      const other = connection.assignments.get(process.number);
      if (other === undefined) continue;
      const alone = leave(other);
      if (alone !== undefined) ending = ending?.then(() => alone) ?? alone;
    }
    return ending === undefined ? undefined : within(PATIENCE, ending).then(() => {});
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

  /** Returns the assignment of a process: to the executor with the fewest packets in flight when it was made. */
  #assign(process: Process): Assignment {
    const known = process.assignment as Assignment | undefined;
    if (known !== undefined && !known.connection.closed) {
      // an executor that holds nothing of the process has forgotten it
      known.connection.assignments.set(process.number, known);
      return known;
    }
    // a child runs where its parent runs
    const { parent } = process;
    const assignment = assignmentAt(
      parent === null ? this.#executors.leastBusy() : this.#assign(parent).connection,
      process,
    );
    process.assignment = assignment;
    return assignment;
  }

  #answered(assignment: Assignment, packet: Packet, answer: Answer | Encoded): void {
    if (isError(answer)) prefix(packet, answer);
    // the answer goes to the opener of the process, so it may be visible outside
    if (packet.parent === null) assignment.effects = true;
    this.#options.flow.settle(packet, answer as Answer);
  }

  /** Records that a process has caused an effect that may be visible outside: it must not run again. */
  #effect(process: Process): void {
    const assignment = process.root.assignment as Assignment | undefined;
    if (assignment !== undefined) assignment.effects = true;
  }

  #logged(connection: Connection, process: number, symbol: number, level: LogLevel, text: string): void {
    const known = process === 0 ? undefined : this.#hostCalls.processOf(connection, process, 0);
    this.#options.log(level, text, logSubject(known, this.#symbols.get(symbol)?.symbol));
  }

  #warned(connection: Connection, process: number, symbol: number, text: string): void {
    const about = this.#symbols.get(symbol);
    if (about === undefined || about.isWarned === true) return;
    about.isWarned = true;
    this.#logged(connection, process, symbol, "warn", text);
  }

  #handled(connection: Connection, process: number, symbol: number, error: Failure): void {
    const known = this.#hostCalls.processOf(connection, process, 0);
    const assignment = known?.assignment as Assignment | undefined;
    const packet = assignment?.packets.find((sent) => sent !== undefined);
    if (packet !== undefined) prefix(packet, error);
    this.#options.handled?.(error, logSubject(known, this.#symbols.get(symbol)?.symbol));
  }

  #died(report: DeathReport): void {
    const connection = this.#executors.get(report.id);
    if (connection !== undefined && !this.#closed) void this.#recovery.died(connection, report);
  }

  #wardenLost(why: string): void {
    if (this.#closed) return;
    this.#options.log("error", `the warden was lost (${why}): restarting it and all executors`);
    for (const { id } of [...this.#executors.all()]) {
      this.#died({ id, reason: "crash", why: "the warden was lost", ms: 0 });
    }
  }
}

function leave({ connection, process, unanswered }: Assignment): Promise<void> | undefined {
  if (!connection.assignments.delete(process.number)) return undefined;
  connection.inFlight -= unanswered;
  return connection.exit(process, unanswered > 0);
}

/** Adds the packet's path on the host in front of its path on the executor. */
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
