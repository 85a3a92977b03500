import type { Flow, Outcome, Packet, Process, ReplyTo } from "../flow/mod.ts";
import { type Answer, asError, failure } from "../value/mod.ts";
import type { Ask, Connection } from "./connection.ts";
import { linkedPort, type PoolSymbols } from "./symbols.ts";

/** Who is told the answer to a packet that an executor wanted to hand on. */
class HostCallReply implements ReplyTo {
  constructor(readonly connection: Connection, readonly ask: number) {}

  answered(_: Packet, answer: Outcome): void {
    try {
      this.connection.answer(this.ask, answer as Answer);
    } catch (thrown) {
      this.connection.answer(this.ask, asError(thrown));
    }
  }
}

/** How many processes of its own making an executor may have asked in the name of, that have not ended. */
const CHILDREN = 10_000;

/** What asks need of the pool. */
export interface HostCallsOptions {
  flow: Flow;
  symbols: PoolSymbols;
  /** Told before something is done that may be seen outside. */
  effect(process: Process): void;
  /** Told when an executor asks for what it may not. */
  refused(message: string): void;
}

/**
 * What executors ask the host for: packets to its nodes. An executor is believed nothing: the process has to be on it, and
 * the node that it asks in the name of has to be linked to the one that it asks, in that process's generation.
 */
export class HostCalls {
  readonly #options: HostCallsOptions;
  /** Processes that an executor has opened, as far as it has asked for something in their name. */
  readonly #children = new Map<Connection, Map<number, Process>>();

  constructor(options: HostCallsOptions) {
    this.#options = options;
  }

  /** Hands a packet of an executor's to the node that it is for, or refuses it. */
  take(connection: Connection, ask: Ask): void {
    const { flow, symbols, effect } = this.#options;
    const process = this.processOf(connection, ask.process, ask.parent);
    if (process === undefined) return this.#refuseProcess(connection, ask);
    const target = symbols.get(ask.symbol);
    const from = symbols.get(ask.from)?.symbol;
    const port = target && from && linkedPort(from, target.symbol, ask.port, process.generation);
    if (target === undefined || port === undefined) {
      const why = `node ${ask.from} is not linked to its port ${ask.port} in generation ${process.generation}`;
      return this.#refuse(connection, ask, why);
    }
    if (target.definition.body === undefined && !target.pure) effect(process);
    flow.start(process, port, ask.payload, new HostCallReply(connection, ask.ask));
  }

  /** The process that a frame names, if the executor has it; a child of one is made known here by its first ask. */
  processOf(connection: Connection, number: number, parent: number): Process | undefined {
    if (number > 0) return connection.assignments.get(number)?.process;
    let children = this.#children.get(connection);
    const known = children?.get(number);
    if (known !== undefined) return known;
    const of = parent === 0 ? undefined : this.processOf(connection, parent, 0);
    if (of === undefined || of.status !== "running" || (children?.size ?? 0) >= CHILDREN) return undefined;
    const child = this.#options.flow.open({ number, generation: of.generation, parent: of });
    if (children === undefined) this.#children.set(connection, children = new Map());
    children.set(number, child);
    return child;
  }

  /** A process that an executor had opened has ended. */
  ended(connection: Connection, number: number): void {
    const children = this.#children.get(connection);
    const child = children?.get(number);
    children?.delete(number);
    if (child !== undefined) this.#options.flow.close(child);
  }

  /** An executor is gone, and the processes that it had opened with it. */
  lost(connection: Connection): void {
    const children = this.#children.get(connection);
    this.#children.delete(connection);
    for (const child of children?.values() ?? []) this.#options.flow.abort(child);
  }

  /** A process that has ended while the ask was on its way is no offence. */
  #refuseProcess(connection: Connection, ask: Ask): void {
    const owner = ask.process > 0 ? ask.process : ask.parent;
    if (connection.hasLeft(owner)) {
      return connection.answer(ask.ask, failure("the process has ended", { code: "aborted" }));
    }
    this.#refuse(connection, ask, `process ${ask.process} is not on it`);
  }

  #refuse(connection: Connection, ask: Ask, why: string): void {
    this.#options.refused(`executor ${connection.id} was refused a packet to node ${ask.symbol}: ${why}`);
    connection.answer(ask.ask, failure(`refused: ${why}`, { code: "refused" }));
  }
}

/** Whether a packet came of an ask of an executor's, rather than of the node that opened the process. */
export function isAsked(packet: Packet): boolean {
  let root = packet;
  while (root.parent !== null) root = root.parent;
  return root.replyTo instanceof HostCallReply;
}
