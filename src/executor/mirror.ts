import {
  type Definition,
  type InPort,
  type Kind,
  type Node,
  NodeSymbol,
  type Patch,
  type Prepared,
} from "../flow/mod.ts";
import { asError } from "../value/mod.ts";

/** How the executor makes a node of a definition. */
export type Prepare = (symbol: NodeSymbol, definition: Definition) => Prepared | Promise<Prepared>;

interface Entry {
  readonly symbol: NodeSymbol;
  readonly definition: Definition;
  prepared: Prepared | undefined;
  ready: boolean;
}

/**
 * The host's symbol table as an executor has it: symbols by number, nodes of its own made when a packet first wants
 * them, a stand-in for every node of the host.
 */
export class Mirror {
  readonly #entries = new Map<number, Entry>();
  readonly #prepare: Prepare;
  readonly #remote: Node;

  /** @param remote Takes the packets for nodes of the host. */
  constructor(prepare: Prepare, remote: Node) {
    this.#prepare = prepare;
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

  /** Applies a change of the host's table. */
  apply(patch: Patch): void {
    for (const definition of patch.define) this.define(definition);
    for (const { symbol, port, since, targets } of patch.link) {
      const ports: InPort[] = [];
      for (let i = 0; i < targets.length; i += 2) ports.push(this.port(targets[i]!, targets[i + 1]!));
      this.#entry(symbol).symbol.out(port).link(since, ports);
    }
    for (const number of patch.free) this.free(number);
  }

  /** Adds a symbol, or gives a known one another body; what it was linked to stays. */
  define(definition: Definition): NodeSymbol {
    const known = this.#entries.get(definition.number);
    const symbol = known?.symbol ?? new NodeSymbol(definition);
    if (known !== undefined) void known.prepared?.release?.();
    const remote = definition.body === undefined;
    symbol.node = this.#remote;
    this.#entries.set(definition.number, { symbol, definition, prepared: undefined, ready: remote });
    return symbol;
  }

  /** A symbol for trying a definition out, known to nobody else. */
  scratch(definition: Definition): NodeSymbol {
    return new NodeSymbol(definition);
  }

  /** Forgets a symbol that no process can reach any more. */
  free(number: number): void {
    const entry = this.#entries.get(number);
    this.#entries.delete(number);
    void entry?.prepared?.release?.();
  }

  /** Makes the node of a symbol, if it is not made yet. One that cannot be made answers every packet with the reason. */
  ready(symbol: NodeSymbol): void {
    const entry = this.#entries.get(symbol.number);
    if (entry === undefined || entry.ready) return;
    entry.ready = true;
    let prepared: Prepared | Promise<Prepared>;
    try {
      prepared = this.#prepare(symbol, entry.definition);
    } catch (thrown) {
      symbol.node = failing(asError(thrown));
      return;
    }
    if (!(prepared instanceof Promise)) {
      entry.prepared = prepared;
      symbol.node = prepared.node;
      return;
    }
    const settled = prepared.then((made) => {
      entry.prepared = made;
      return symbol.node = made.node;
    });
    symbol.node = {
      receive: async (packet, port) => {
        const reply = await (await settled).receive(packet, port);
        return reply;
      },
    };
  }

  #entry(number: number): Entry {
    const entry = this.#entries.get(number);
    if (entry === undefined) throw new Error(`no symbol has the number ${number}`);
    return entry;
  }
}

function failing(error: Error): Node {
  return {
    receive() {
      throw error;
    },
  };
}

/** The kinds of an executor by name. */
export function kindTable(kinds: readonly Kind[]): ReadonlyMap<string, Kind> {
  return new Map(kinds.map((kind) => [kind.name, kind]));
}
