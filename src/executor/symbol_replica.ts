import { type InPort, type Node, NodeSymbol } from "../flow/mod.ts";
import type { Prepared } from "../kind/mod.ts";
import type { Definition, Patch } from "../protocol/mod.ts";
import { asError } from "../value/mod.ts";

/** A node with the programs that it calls. */
export interface Instance extends Prepared {
  /** Code whose top level runs before the first call. */
  programs: readonly { start(): void; flush(process: number): void }[];
}

/** How the executor makes a node of a definition. */
export type Make = (symbol: NodeSymbol, definition: Definition) => Instance | Promise<Instance>;

interface Entry {
  readonly symbol: NodeSymbol;
  readonly definition: Definition;
  made: Instance | Promise<Instance> | undefined;
  ready: boolean;
}

/**
 * The host's symbol table as an executor has it: symbols by number, nodes of its own made when a packet first wants
 * them, a stand-in for every node of the host.
 */
export class SymbolReplica {
  readonly #entries = new Map<number, Entry>();
  readonly #make: Make;
  readonly #remote: Node;

  /** @param remote Takes the packets for nodes of the host. */
  constructor(make: Make, remote: Node) {
    this.#make = make;
    this.#remote = remote;
  }

  /** How many symbols there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** The in port that a frame names. @throws {Error} If there is no such symbol. */
  port(symbol: number, index: number): InPort {
    return this.#entry(symbol).symbol.inAt(index);
  }

  /** Changes links, and forgets symbols. */
  change(patch: Patch): void {
    for (const { symbol, port: name, since, oldest, targets } of patch.link) {
      const ports: InPort[] = [];
      for (let i = 0; i < targets.length; i += 2) ports.push(this.port(targets[i]!, targets[i + 1]!));
      const port = this.#entry(symbol).symbol.out(name);
      port.link(since, ports);
      port.forget(oldest);
    }
    for (const number of patch.free) this.free(number);
  }

  /** Adds a symbol, or gives a known one another body; what it was linked to stays. */
  define(definition: Definition): NodeSymbol {
    const known = this.#entries.get(definition.number);
    const symbol = known?.symbol ?? new NodeSymbol(definition);
    if (known !== undefined) release(known);
    symbol.node = this.#remote;
    const ready = definition.body === undefined;
    this.#entries.set(definition.number, { symbol, definition, made: undefined, ready });
    return symbol;
  }

  /** The symbol of a number. @throws {Error} If there is none. */
  symbol(number: number): NodeSymbol {
    return this.#entry(number).symbol;
  }

  /** Forgets a symbol that no process can reach any more. */
  free(number: number): void {
    const entry = this.#entries.get(number);
    this.#entries.delete(number);
    if (entry !== undefined) release(entry);
  }

  /** Makes the node of a symbol, if it is not made yet. @throws {Error} Why it cannot be made. */
  make(symbol: NodeSymbol): Instance | Promise<Instance> | undefined {
    const entry = this.#entries.get(symbol.number);
    if (entry === undefined || entry.ready) return entry?.made;
    entry.ready = true;
    const made = entry.made = this.#make(symbol, entry.definition);
    if (made instanceof Promise) {
      // packets that come meanwhile wait
      symbol.node = { receive: async (packet, port) => await (await made).node.receive(packet, port) };
      made.then(({ node }) => symbol.node = node, () => {});
    } else symbol.node = made.node;
    return made;
  }

  /** The same; a node that cannot be made answers every packet with the reason. */
  ready(symbol: NodeSymbol): void {
    try {
      this.make(symbol);
    } catch (thrown) {
      symbol.node = failing(asError(thrown));
    }
  }

  /** Takes what the code of a symbol has written before it was stopped. @param process In whose name. */
  flush(symbol: NodeSymbol, process: number): void {
    const made = this.#entries.get(symbol.number)?.made;
    if (made === undefined || made instanceof Promise) return;
    for (const program of made.programs) program.flush(process);
  }

  #entry(number: number): Entry {
    const entry = this.#entries.get(number);
    if (entry === undefined) throw new Error(`no symbol has the number ${number}`);
    return entry;
  }
}

function release({ made }: Entry): void {
  if (made instanceof Promise) made.then((settled) => settled.release?.(), () => {});
  else void made?.release?.();
}

function failing(error: Error): Node {
  return {
    receive() {
      throw error;
    },
  };
}
