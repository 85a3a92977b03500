import type { Node } from "./node.ts";
import { InPort, OutPort } from "./port.ts";

/** What a symbol is made from. */
export interface SymbolOptions {
  /** The same on every thread, never used again by another symbol. */
  readonly number: number;
  /** The spec's id; `<id>/0` for a part of a block. */
  readonly id: string;
  /** What people know it by: the spec's name, or its id where it has none; `outer/0` for a part of a block. */
  readonly name: string;
  readonly kind: string;
  /** Names of the in ports that its kind has; one at most ends with `[]`, and stands for as many as are linked. */
  readonly ins: readonly string[];
}

/** A spec with its compiled node: one object for each version of a spec. An unchanged spec keeps its symbol. */
export class NodeSymbol {
  readonly number: number;
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  /** What takes its packets. */
  node: Node = UNPREPARED;
  /** How long one call of it may take, in milliseconds; 0: the default of whoever runs it. */
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

  /** The in port of that name; undefined if the kind has none such. Bare `in` is `in[0]` where there is only `in[]`. */
  in(name: string): InPort | undefined {
    const index = portIndex(this.#inNames, name);
    return index === undefined ? undefined : this.inAt(index);
  }

  /** The in port at an index: the number is the same for the same name on every thread. */
  inAt(index: number): InPort {
    return this.#ins[index] ??= new InPort(this, portName(this.#inNames, index), index);
  }

  /** The in ports that something has asked for. */
  get ins(): InPort[] {
    return this.#ins.filter((port) => port !== undefined);
  }

  /** The out port of that name, made when first asked for. */
  out(name: string): OutPort {
    let port = this.#outs.get(name);
    if (port === undefined) this.#outs.set(name, port = new OutPort(this, name));
    return port;
  }

  /** The out port of that name, if something has asked for it. */
  findOut(name: string): OutPort | undefined {
    return this.#outs.get(name);
  }

  /** The out ports that something has asked for. */
  get outs(): Iterable<OutPort> {
    return this.#outs.values();
  }
}

/** Plain names come first, in their order; those that `name[]` stands for follow, by their number. */
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
