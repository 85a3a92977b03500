import {
  type Asker,
  type Definition,
  type Flow,
  type InPort,
  type LinkPatch,
  type LogLevel,
  type Node,
  type NodeSymbol,
  Note,
  type OutPort,
  type Packet,
  pathOf,
  type Process,
  type Relinked,
  SENT,
} from "../flow/mod.ts";
import { type Answer, asError, type Codec, type Failure, failure, isError, type Sealed } from "../value/mod.ts";
import { type Ask, Connection, type Seat } from "./connection.ts";
import type { DeathReason, WardenReport } from "./warden.ts";
import { WardenLink } from "./warden_link.ts";

/** A symbol as the pool has to know it. */
export interface PoolSymbol {
  symbol: NodeSymbol;
  definition: Definition;
  /** Whether a packet to it may be repeated; counts for symbols of the host only. */
  pure: boolean;
}

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
  /** Runs without watchdog, slices and copies, for the bench that says what they cost. Default false. */
  unguarded?: boolean;
}

/** What `status` says of an executor. */
export interface ExecutorStatus {
  id: number;
  state: "starting" | "serving" | "spare" | "alone";
  inFlight: number;
  processes: number;
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

/** Kills of one symbol after which it runs alone. */
const QUARANTINE = 2;

/**
 * The executors as the host sees them: assigns processes, sends packets, takes asks, and, when an executor dies, runs
 * again elsewhere what has caused no effect.
 */
export class Pool {
  /** Stands on the host for every node that runs on an executor. */
  readonly node: Node = { receive: (packet) => this.#send(packet) };
  readonly #options: PoolOptions;
  readonly #codecs: ReadonlyMap<number, Codec>;
  readonly #warden: WardenLink;
  readonly #symbols = new Map<number, PoolSymbol>();
  readonly #serving: Connection[] = [];
  readonly #spares: Connection[] = [];
  /** Executors of quarantined symbols, by the symbol's number. */
  readonly #alone = new Map<number, Connection>();
  readonly #byId = new Map<number, Connection>();
  readonly #children = new Map<Connection, Map<number, Process>>();
  readonly #kills = new Map<number, number>();
  readonly #deaths: Death[] = [];
  #ids = 0;
  #closed = false;
  #up: (() => void) | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#codecs = new Map(options.codecs.map((codec) => [codec.number, codec]));
    this.#warden = options.warden ?? new WardenLink(options.extensions);
    this.#warden.attach((report) => this.#told(report), () => this.#wardenLost());
  }

  /** Starts the executors; answers when the first one serves. */
  start(): Promise<void> {
    const up = new Promise<void>((resolve) => this.#up = resolve);
    this.#serving.push(this.#spawn());
    return up.then(() => {
      while (this.#serving.length < this.#options.size) this.#serving.push(this.#spawn());
      this.#spares.push(this.#spawn());
    });
  }

  /** Ends every executor. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#byId.values()) connection.close(failure("the pool was closed"));
    this.#warden.close();
  }

  /** The executors that there are. */
  status(): { executors: ExecutorStatus[]; deaths: readonly Death[] } {
    const states = (connections: Iterable<Connection>, state: ExecutorStatus["state"]) =>
      [...connections].map((connection) => ({
        id: connection.id,
        state: connection.ready ? state : "starting" as const,
        inFlight: connection.inFlight,
        processes: connection.seats.size,
      }));
    return {
      executors: [
        ...states(this.#serving, "serving"),
        ...states(this.#spares, "spare"),
        ...states(this.#alone.values(), "alone"),
      ],
      deaths: this.#deaths,
    };
  }

  /**
   * Has a symbol tried out on an executor: its node made, the top level of its code run. It has to be defined before.
   *
   * @throws {Error} Why it cannot be run.
   */
  async prepare(symbol: number): Promise<void> {
    for (let attempt = 0;; attempt++) {
      const connection = this.#quietest();
      try {
        return await connection.prepare(symbol);
      } catch (error) {
        if (!connection.closed || (error as Failure).code !== "executor_lost" || attempt > 0) throw error;
      }
    }
  }

  /** Adds symbols on all executors; they are reached by nothing until they are linked. */
  define(symbols: readonly PoolSymbol[]): void {
    for (const symbol of symbols) this.#symbols.set(symbol.definition.number, symbol);
    for (const connection of this.#byId.values()) {
      const define = symbols.map((symbol) => this.#definitionFor(connection.only, symbol));
      connection.patch({ define, link: [], free: [] });
    }
  }

  /** Links ports from a generation on, on all executors, ahead of any packet sent later. */
  link(relinked: readonly Relinked[], generation: number): void {
    const link = relinked.map(({ port, targets }) => linkPatch(port, generation, targets));
    if (link.length === 0) return;
    for (const connection of this.#byId.values()) connection.patch({ define: [], link, free: [] });
  }

  /** Takes symbols away that no process can reach any more. @param numbers Of the symbols. */
  free(numbers: readonly number[]): void {
    for (const number of numbers) {
      this.#symbols.delete(number);
      this.#kills.delete(number);
      this.#endQuarantine(number);
    }
    for (const connection of this.#byId.values()) connection.patch({ define: [], link: [], free: numbers });
  }

  /** A process of the host's has ended. */
  ended(process: Process): void {
    const seat = process.seat as Seat | undefined;
    if (seat !== undefined) this.#leave(seat);
    for (const connection of this.#alone.values()) {
      const other = connection.seats.get(process.number);
      if (other !== undefined) this.#leave(other);
    }
  }

  #leave(seat: Seat): void {
    const { connection, process } = seat;
    if (!connection.seats.delete(process.number)) return;
    connection.inFlight -= seat.unanswered;
    connection.exit(process.number);
  }

  #send(packet: Packet): typeof SENT {
    const { process } = packet;
    const alone = this.#alone.size === 0 ? undefined : this.#alone.get(packet.port!.symbol.number);
    const seat = alone === undefined ? this.#seat(process) : this.#seatAt(alone, process);
    seat.connection.send(seat, packet);
    return SENT;
  }

  /** Where a process runs: on the executor with the fewest packets in flight when it first came. */
  #seat(process: Process): Seat {
    const known = process.seat as Seat | undefined;
    if (known !== undefined && !known.connection.closed) {
      // an executor that had nothing to keep of it has forgotten it
      known.connection.seats.set(process.number, known);
      return known;
    }
    // a child lives where its parent does
    const { parent } = process;
    const connection = parent === null ? this.#quietest() : this.#seat(parent).connection;
    const seat = this.#seatAt(connection, process);
    process.seat = seat;
    return seat;
  }

  #seatAt(connection: Connection, process: Process): Seat {
    let seat = connection.seats.get(process.number);
    if (seat === undefined) {
      seat = { process, connection, packets: [], unanswered: 0, busy: false, effects: false, replayed: false };
      connection.seats.set(process.number, seat);
    }
    return seat;
  }

  #quietest(): Connection {
    let quietest: Connection | undefined;
    for (const connection of this.#serving) {
      if (!connection.ready && quietest?.ready) continue;
      if (quietest === undefined || (connection.ready && !quietest.ready) || connection.inFlight < quietest.inFlight) {
        quietest = connection;
      }
    }
    if (quietest === undefined) throw failure("no executor is there", { code: "executor_lost" });
    return quietest;
  }

  /** @param only The symbol that it is for, if it is for a quarantined one. */
  #spawn(only?: number): Connection {
    const id = ++this.#ids;
    const { port1, port2 } = new MessageChannel();
    const note = new Note();
    const connection = new Connection(id, port1, note, this.#codecs, {
      ready: () => {
        this.#up?.();
        this.#up = undefined;
      },
      ask: (from, ask) => this.#asked(from, ask),
      log: (from, process, symbol, level, text) => this.#logged(from, process, symbol, level, text),
      answered: (seat, packet, answer) => this.#answered(seat, packet, answer),
      rested: (seat) => this.#options.flow.release(seat.process),
      childEnded: (from, child) => this.#childEnded(from, child),
      malformed: (from, what) => this.#options.log("error", `executor ${from.id} sent a malformed frame: ${what}`),
    }, only);
    this.#byId.set(id, connection);
    const { memory, extensions, unguarded = false } = this.#options;
    this.#warden.order({ order: "spawn", id, memory, extensions, unguarded, note: note.buffer }, port2);
    connection.patch(this.#snapshot(only));
    return connection;
  }

  /** The whole symbol table, for a new executor. */
  #snapshot(only: number | undefined) {
    const define: Definition[] = [];
    const link: LinkPatch[] = [];
    for (const known of this.#symbols.values()) {
      const { symbol } = known;
      define.push(this.#definitionFor(only, known));
      for (const port of symbol.outs) {
        for (const { since, links } of port.history()) {
          if (since > 0) link.push(linkPatch(port, since, links.filter((at) => this.#symbols.has(at.symbol.number))));
        }
      }
    }
    return { define, link, free: [] };
  }

  /** A quarantined symbol has its body on its own executor only, which has no other body. */
  #definitionFor(only: number | undefined, { definition }: PoolSymbol): Definition {
    const here = only === undefined ? !this.#alone.has(definition.number) : only === definition.number;
    if (here || definition.body === undefined) return definition;
    const { body: _, ...remote } = definition;
    return remote;
  }

  #answered(seat: Seat, packet: Packet, answer: Answer | Sealed): void {
    const { flow } = this.#options;
    if (isError(answer)) prefix(packet, answer);
    // told to whoever opened the process: that has been seen
    if (packet.parent === null) seat.effects = true;
    flow.settle(packet, answer as Answer);
  }

  #asked(connection: Connection, ask: Ask): void {
    const refuse = (why: string) => {
      this.#options.log("error", `executor ${connection.id} was refused an ask of node ${ask.symbol}: ${why}`);
      connection.answer(ask.process, ask.ask, failure(`refused: ${why}`, { code: "refused" }));
    };
    const process = this.#processOf(connection, ask.process, ask.parent);
    if (process === undefined) return refuse(`process ${ask.process} is not on it`);
    const target = this.#symbols.get(ask.symbol);
    const from = this.#symbols.get(ask.from)?.symbol;
    const port = target?.symbol.inAt(ask.port);
    if (target === undefined || from === undefined || port === undefined || !linked(from, port, process.generation)) {
      return refuse(`node ${ask.from} is not linked to it in generation ${process.generation}`);
    }
    const local = target.definition.body === undefined;
    if (local && !target.pure) this.#effect(process);
    const asker: Asker = {
      answered: (_, answer) => {
        try {
          connection.answer(ask.process, ask.ask, answer as Answer);
        } catch (thrown) {
          connection.answer(ask.process, ask.ask, asError(thrown));
        }
      },
    };
    this.#options.flow.start(process, port, ask.payload, asker);
  }

  /** The process that a frame names, if the executor has it; a child of one is made known here by its first ask. */
  #processOf(connection: Connection, number: number, parent: number): Process | undefined {
    if (number > 0) return connection.seats.get(number)?.process;
    let children = this.#children.get(connection);
    const known = children?.get(number);
    if (known !== undefined) return known;
    const of = parent === 0 ? undefined : this.#processOf(connection, parent, 0);
    if (of === undefined || of.status !== "running") return undefined;
    const child = this.#options.flow.open({ number, generation: of.generation, parent: of });
    if (children === undefined) this.#children.set(connection, children = new Map());
    children.set(number, child);
    return child;
  }

  #childEnded(connection: Connection, number: number): void {
    const children = this.#children.get(connection);
    const child = children?.get(number);
    children?.delete(number);
    if (child !== undefined) this.#options.flow.close(child);
  }

  #logged(connection: Connection, process: number, symbol: number, level: string, text: string): void {
    const of = process === 0 ? undefined : this.#processOf(connection, process, 0);
    const about = { ...of && { process: of }, ...this.#symbolOf(symbol) };
    this.#options.log(level as LogLevel, text, about);
  }

  #symbolOf(number: number): { symbol?: NodeSymbol } {
    const known = this.#symbols.get(number);
    return known === undefined ? {} : { symbol: known.symbol };
  }

  /** Something is done in a process's name that someone outside could see: it is not to be run again. */
  #effect(process: Process): void {
    const seat = rootOf(process).seat as Seat | undefined;
    if (seat !== undefined) seat.effects = true;
  }

  #told(report: WardenReport): void {
    if (report.report === "died") void this.#died(report);
  }

  async #died(report: WardenReport & { report: "died" }): Promise<void> {
    const connection = this.#byId.get(report.id);
    if (connection === undefined || this.#closed) return;
    this.#byId.delete(report.id);
    this.#replace(connection);
    // what it had asked for before it died has to be known before anything is run again
    await connection.drain();
    const node = report.in === undefined ? undefined : this.#symbols.get(report.in.symbol)?.symbol;
    const guilty = report.in === undefined ? undefined : connection.seats.get(report.in.process)?.process;
    this.#note(report, node, guilty);
    connection.close(failure(`executor ${report.id} was lost: ${report.why}`, { code: "executor_lost" }));
    if (node !== undefined && report.reason !== "order") this.#kill(node);
    for (const child of this.#children.get(connection)?.values() ?? []) this.#options.flow.abort(child);
    this.#children.delete(connection);
    for (const seat of [...connection.seats.values()]) this.#recover(seat, report, node, guilty);
  }

  /** Puts a new executor where the dead one was: the spare, if there is one. */
  #replace(dead: Connection): void {
    const spare = this.#spares.indexOf(dead);
    if (spare >= 0) this.#spares[spare] = this.#spawn();
    const at = this.#serving.indexOf(dead);
    if (at >= 0) {
      this.#serving[at] = this.#spares.shift() ?? this.#spawn();
      if (this.#spares.length === 0) this.#spares.push(this.#spawn());
    }
    for (const [symbol, connection] of this.#alone) {
      if (connection === dead) this.#alone.set(symbol, this.#spawn(symbol));
    }
  }

  #note(report: WardenReport & { report: "died" }, node: NodeSymbol | undefined, process: Process | undefined): void {
    const { id, reason, why, ms } = report;
    this.#deaths.push({ id, reason, why, ms, time: new Date(), ...node && { node: node.name } });
    if (this.#deaths.length > 100) this.#deaths.shift();
    const where = node === undefined ? "" : ` in ${node.name}`;
    this.#options.log("error", `executor ${id} ended${where}: ${why}`, {
      ...process && { process },
      ...node && { symbol: node },
    });
  }

  /** What becomes of a process whose executor died. */
  #recover(
    seat: Seat,
    report: WardenReport & { report: "died" },
    node: NodeSymbol | undefined,
    guilty: Process | undefined,
  ) {
    const { flow } = this.#options;
    const { process } = seat;
    seat.connection.seats.delete(process.number);
    if (process.status !== "running") return;
    if (process === guilty) {
      const code = report.reason === "memory" ? "memory" : "timeout";
      const error = failure(`${node?.name ?? "a node"} was killed: ${report.why}`, { code });
      const packet = seat.packets.find((sent) => sent !== undefined);
      if (packet !== undefined && node !== undefined) error.path = [...pathOf(packet).slice(0, -1), node.name];
      return flow.abort(process, error);
    }
    const main = process.seat === seat;
    if (seat.effects || seat.replayed || !main || process.parent !== null) {
      return flow.abort(process, failure("executor lost", { code: "executor_lost" }));
    }
    process.seat = undefined;
    for (const packet of seat.packets) if (packet !== undefined) this.#send(packet);
    const next = process.seat as Seat | undefined;
    if (next !== undefined) next.replayed = true;
    if (seat.busy) flow.release(process);
  }

  /** Counts that a symbol has killed an executor; from the second time on it runs alone. */
  #kill(symbol: NodeSymbol): void {
    const kills = (this.#kills.get(symbol.number) ?? 0) + 1;
    this.#kills.set(symbol.number, kills);
    const known = this.#symbols.get(symbol.number);
    if (kills < QUARANTINE || known?.definition.body === undefined || this.#alone.has(symbol.number)) return;
    this.#alone.set(symbol.number, this.#spawn(symbol.number));
    const define = [this.#definitionFor(undefined, known)];
    for (const connection of this.#byId.values()) {
      if (connection.only === undefined) connection.patch({ define, link: [], free: [] });
    }
    this.#options.log("warn", `${symbol.name} has ended ${kills} executors and runs alone until its spec changes`, {
      symbol,
    });
  }

  #endQuarantine(symbol: number): void {
    const connection = this.#alone.get(symbol);
    if (connection === undefined) return;
    this.#alone.delete(symbol);
    this.#byId.delete(connection.id);
    this.#warden.order({ order: "kill", id: connection.id, why: "its quarantine is over" });
    connection.close(failure("quarantine is over", { code: "executor_lost" }));
  }

  #wardenLost(): void {
    if (this.#closed) return;
    this.#options.log("error", "the warden was lost; it and all executors are started again");
    for (const id of [...this.#byId.keys()]) {
      void this.#died({ report: "died", id, reason: "crash", why: "the warden was lost", ms: 0 });
    }
  }
}

function linkPatch(port: OutPort, since: number, targets: readonly InPort[]): LinkPatch {
  return {
    symbol: port.symbol.number,
    port: port.name,
    since,
    targets: targets.flatMap((target) => [target.symbol.number, target.index]),
  };
}

function linked(from: NodeSymbol, to: InPort, generation: number): boolean {
  for (const port of from.outs) if (port.targets(generation).includes(to)) return true;
  return false;
}

function rootOf(process: Process): Process {
  let root = process;
  while (root.parent !== null) root = root.parent;
  return root;
}

/** Puts the way that the packet had come here before the way it went on the executor. */
function prefix(packet: Packet, error: Failure): void {
  const before = pathOf(packet);
  if (error.path !== undefined && (before.length === 0 || error.path[0]?.split(".")[0] === before[0]?.split(".")[0])) {
    return;
  }
  error.path = [...before.slice(0, -1), ...error.path ?? before.slice(-1)];
}
