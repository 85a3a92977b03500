import type { Flow, Outcome, Packet, Process, ReplyTo } from "../flow/mod.ts";
import { type Answer, asError, failure } from "../value/mod.ts";
import type { Connection, HostCall } from "./connection.ts";
import { linkedPort, type PoolSymbols } from "./symbols.ts";

/** Sends the answer of a host call back to its executor. */
class HostCallReply implements ReplyTo {
  constructor(readonly connection: Connection, readonly call: number) {}

  answered(_: Packet, answer: Outcome): void {
    try {
      this.connection.answer(this.call, answer as Answer);
    } catch (thrown) {
      this.connection.answer(this.call, asError(thrown));
    }
  }
}

/** How many open processes of its own an executor may make host calls for. */
const CHILDREN = 10_000;

/** Options of `HostCalls`. */
export interface HostCallsOptions {
  flow: Flow;
  symbols: PoolSymbols;
  /** Called before a process causes an effect that may be visible outside. */
  effect(process: Process): void;
  /** Called with a message for the log when a host call is rejected. */
  rejected(message: string): void;
}

/**
 * Host calls: packets of executors to nodes of the host. Executors are not trusted: the process must be assigned to the
 * executor, and the sending node must be linked to the target in the generation of that process.
 */
export class HostCalls {
  readonly #options: HostCallsOptions;
  /** The processes that executors have opened themselves, as far as they have made host calls for them. */
  readonly #children = new Map<Connection, Map<number, Process>>();

  constructor(options: HostCallsOptions) {
    this.#options = options;
  }

  /** Passes the packet of a host call to its node, or rejects it. */
  take(connection: Connection, call: HostCall): void {
    const { flow, symbols, effect } = this.#options;
    const process = this.processOf(connection, call.process, call.parent);
    if (process === undefined) return this.#rejectProcess(connection, call);
    const target = symbols.get(call.symbol);
    const from = symbols.get(call.from)?.symbol;
    const port = target && from && linkedPort(from, target.symbol, call.port, process.generation);
    if (target === undefined || port === undefined) {
      const why = `node ${call.from} is not linked to its port ${call.port} in generation ${process.generation}`;
      return this.#reject(connection, call, why);
    }
    if (target.definition.body === undefined && !target.pure) effect(process);
    flow.start(process, port, call.payload, new HostCallReply(connection, call.call), 0, null, call.address);
  }

  /**
   * Returns the process that a frame names, if it is on the executor. A child that the executor has opened is registered
   * by its first frame.
   */
  processOf(connection: Connection, number: number, parent: number): Process | undefined {
    if (number > 0) return connection.assignments.get(number)?.process;
    let children = this.#children.get(connection);
    const known = children?.get(number);
    if (known !== undefined) return known;
    const opener = parent === 0 ? undefined : this.processOf(connection, parent, 0);
    if (opener === undefined || opener.status !== "running" || (children?.size ?? 0) >= CHILDREN) return undefined;
    const child = this.#options.flow.open({ number, generation: opener.generation, parent: opener });
    if (children === undefined) this.#children.set(connection, children = new Map());
    children.set(number, child);
    return child;
  }

  /** Closes a process that an executor had opened and that has ended there. */
  ended(connection: Connection, number: number): void {
    const children = this.#children.get(connection);
    const child = children?.get(number);
    children?.delete(number);
    if (child !== undefined) this.#options.flow.close(child);
  }

  /** Aborts the processes that a lost executor had opened. */
  lost(connection: Connection): void {
    const children = this.#children.get(connection);
    this.#children.delete(connection);
    for (const child of children?.values() ?? []) this.#options.flow.abort(child);
  }

  /** Answers a host call whose process is not on the executor. If it has just ended, that is not reported. */
  #rejectProcess(connection: Connection, call: HostCall): void {
    const owner = call.process > 0 ? call.process : call.parent;
    if (connection.hasExited(owner)) {
      return connection.answer(call.call, failure("the process has ended", { code: "aborted" }));
    }
    this.#reject(connection, call, `process ${call.process} is not on it`);
  }

  #reject(connection: Connection, call: HostCall, why: string): void {
    this.#options.rejected(`executor ${connection.id}: packet to node ${call.symbol} rejected: ${why}`);
    connection.answer(call.call, failure(`rejected: ${why}`, { code: "rejected" }));
  }
}

/** Reports whether a packet descends from a host call, rather than from the node that opened the process. */
export function isHostCall(packet: Packet): boolean {
  let root = packet;
  while (root.parent !== null) root = root.parent;
  return root.replyTo instanceof HostCallReply;
}
