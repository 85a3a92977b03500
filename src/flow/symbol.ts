import type { Node } from "./node.ts";
import { InPort, OutPort } from "./port.ts";

/** Options of a symbol. */
export interface SymbolOptions {
  /** Identifies it on every thread, and is never reused. */
  readonly number: number;
  /** The spec's id; `<id>/0` for a part of a block. */
  readonly id: string;
  /** The spec's name, or its id if it has none; `outer/0` for a part of a block. For messages. */
  readonly name: string;
  readonly kind: string;
  /** The in ports of its kind. At most one name ends with `[]`, which stands for any number of ports. */
  readonly ins: readonly string[];
}

/** A node of the workflow with its ports, one for each version of a spec. An unchanged spec keeps its symbol. */
export class NodeSymbol {
  readonly number: number;
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  /** Handles its packets. */
  node: Node = UNPREPARED;
  /** Time limit of one call of the node, in milliseconds; 0 for the default of the thread that runs it. */
  limit = 0;
  readonly #inNames: readonly string[];
  readonly #ins: InPort[] = [];
  readonly #outs = new Map<string, OutPort>();

  constructor(options: SymbolOptions) {
    this.number = options.number;
    this.id = options.id;
    this.name = options.name;
    this.kind = options.kind;
    this.#inNames = options.ins;
  }

  /** Returns the in port with a name, or undefined. `in` means `in[0]` if the kind has only `in[]`. */
  in(name: string): InPort | undefined {
    const index = portIndex(this.#inNames, name);
    return index === undefined ? undefined : this.inAt(index);
  }

  /** Returns the in port at an index, which is the same for the same name on every thread. */
  inAt(index: number): InPort {
    return this.#ins[index] ??= new InPort(this, portName(this.#inNames, index), index);
  }

  /** The in ports that have been requested so far. */
  get ins(): InPort[] {
    return this.#ins.filter((port) => port !== undefined);
  }

  /** Returns the out port with a name, and creates it if necessary. */
  out(name: string): OutPort {
    let port = this.#outs.get(name);
    if (port === undefined) this.#outs.set(name, port = new OutPort(this, name));
    return port;
  }

  /** Returns the out port with a name, or undefined if it has not been requested so far. */
  findOut(name: string): OutPort | undefined {
    return this.#outs.get(name);
  }

  /** The out ports that have been requested so far. */
  get outs(): Iterable<OutPort> {
    return this.#outs.values();
  }
}

/** Returns the index of a port: plain names come first, in their order, followed by `name[0]`, `name[1]`, ... */
function portIndex(names: readonly string[], name: string): number | undefined {
  const plain = names.filter((known) => !known.endsWith("[]"));
  const at = plain.indexOf(name);
  if (at >= 0) return at;
  const family = names.find((known) => known.endsWith("[]"))?.slice(0, -2);
  if (family === undefined) return undefined;
  if (name === family) return plain.length;
  const number = /^\[(\d{1,4})\]$/.exec(name.startsWith(family) ? name.slice(family.length) : "")?.[1];
  return number === undefined ? undefined : plain.length + Number(number);
}

function portName(names: readonly string[], index: number): string {
  const plain = names.filter((known) => !known.endsWith("[]"));
  if (index < plain.length) return plain[index]!;
  const family = names.find((known) => known.endsWith("[]"));
  return family === undefined ? `#${index}` : `${family.slice(0, -2)}[${index - plain.length}]`;
}

const UNPREPARED: Node = {
  receive(packet) {
    throw new Error(`${packet.port!.symbol.name} is not prepared`);
  },
};
