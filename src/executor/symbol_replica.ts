import { type InPort, type Node, NodeSymbol } from "../flow/mod.ts";
import type { Prepared } from "../kind/mod.ts";
import type { Definition, Patch } from "../protocol/mod.ts";
import { asError } from "../value/mod.ts";

/** A node and the programs that it calls. */
export interface Instance extends Prepared {
  /** Programs whose top levels run before the first call. */
  programs: readonly { start(): void; flush(process: number): void }[];
}

/** Makes the node of a definition. */
export type Make = (symbol: NodeSymbol, definition: Definition) => Instance | Promise<Instance>;

interface Entry {
  readonly symbol: NodeSymbol;
  readonly definition: Definition;
  instance: Instance | Promise<Instance> | undefined;
  /** Whether its node is made, or being made. */
  made: boolean;
}

/**
 * An executor's copy of the host's symbol table: symbols by number. Nodes of the executor are made when the first packet
 * reaches them; a stand-in takes the packets for nodes of the host.
 */
export class SymbolReplica {
  readonly #entries = new Map<number, Entry>();
  readonly #make: Make;
  readonly #remote: Node;

  /** @param remote Receives the packets for nodes of the host. */
  constructor(make: Make, remote: Node) {
    this.#make = make;
    this.#remote = remote;
  }

  /** Returns the in port that a frame names. @throws {Error} If the symbol is unknown. */
  port(symbol: number, index: number): InPort {
    return this.#entry(symbol).symbol.inAt(index);
  }

  /** Changes links and frees symbols. */
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

  /** Adds a symbol, or gives a known one another body; its links stay. */
  define(definition: Definition): NodeSymbol {
    const known = this.#entries.get(definition.number);
    const symbol = known?.symbol ?? new NodeSymbol(definition);
    if (known !== undefined) release(known);
    symbol.node = this.#remote;
    const made = definition.body === undefined;
    this.#entries.set(definition.number, { symbol, definition, instance: undefined, made });
    return symbol;
  }

  /** Returns the symbol with a number. @throws {Error} If it is unknown. */
  symbol(number: number): NodeSymbol {
    return this.#entry(number).symbol;
  }

  /** Releases a symbol that no process can reach any more. */
  free(number: number): void {
    const entry = this.#entries.get(number);
    this.#entries.delete(number);
    if (entry !== undefined) release(entry);
  }

  /** Makes the node of a symbol, unless it is made already. @throws {Error} The reason why it cannot be made. */
  make(symbol: NodeSymbol): Instance | Promise<Instance> | undefined {
    const entry = this.#entries.get(symbol.number);
    if (entry === undefined || entry.made) return entry?.instance;
    entry.made = true;
    const instance = entry.instance = this.#make(symbol, entry.definition);
    if (instance instanceof Promise) {
      // packets that arrive meanwhile wait
      symbol.node = { receive: async (packet, port) => await (await instance).node.receive(packet, port) };
      instance.then(({ node }) => symbol.node = node, () => {});
    } else symbol.node = instance.node;
    return instance;
  }

  /** Makes the node of a symbol like `make`. A node that cannot be made answers every packet with the reason. */
  ensure(symbol: NodeSymbol): void {
    try {
      this.make(symbol);
    } catch (thrown) {
      symbol.node = failing(asError(thrown));
    }
  }

  /** Logs the lines that the code of a symbol wrote for a process before it was stopped. */
  flush(symbol: NodeSymbol, process: number): void {
    const instance = this.#entries.get(symbol.number)?.instance;
    if (instance === undefined || instance instanceof Promise) return;
    for (const program of instance.programs) program.flush(process);
  }

  #entry(number: number): Entry {
    const entry = this.#entries.get(number);
    if (entry === undefined) throw new Error(`unknown symbol ${number}`);
    return entry;
  }
}

function release({ instance }: Entry): void {
  if (instance instanceof Promise) instance.then((settled) => settled.release?.(), () => {});
  else void instance?.release?.();
}

function failing(error: Error): Node {
  return {
    receive() {
      throw error;
    },
  };
}
