import {
  Flow,
  type Node,
  NodeSymbol,
  type Outcome,
  type Packet,
  type Process,
  type ProcessOptions,
  type Reply,
} from "../../src/flow/mod.ts";
import { type Answer, failure, type Value } from "../../src/value/mod.ts";

/** How a test writes a node: told the packet and its own symbol. */
export type Behaviour = (packet: Packet, self: NodeSymbol) => Reply;

/** A few nodes on one thread, wired by hand. */
export class Network {
  readonly flow: Flow;
  readonly idle: number[] = [];
  readonly ended: number[] = [];
  #numbers = 0;

  constructor() {
    this.flow = new Flow({
      idle: (process) => this.idle.push(process.number),
      ended: (process) => this.ended.push(process.number),
    });
  }

  node(name: string, behaviour: Behaviour, extra: Partial<Node> = {}, ins: string[] = ["in"]): NodeSymbol {
    const symbol = new NodeSymbol({ number: ++this.#numbers, id: name, name, kind: "test", ins });
    symbol.node = { receive: (packet) => behaviour(packet, symbol), ...extra };
    return symbol;
  }

  open(options: Partial<ProcessOptions> = {}): Process {
    return this.flow.open({ number: ++this.#numbers, generation: 1, ...options });
  }

  /** Sends a payload to a node in a process and answers what comes back. */
  ask(process: Process, to: NodeSymbol, payload: Value, port = "in"): Promise<Outcome> {
    return new Promise((resolve) => {
      this.flow.start(process, to.in(port)!, payload, { answered: (_, answer) => resolve(answer) });
    });
  }

  /** The same in a process of its own, which is closed after the answer. */
  async run(to: NodeSymbol, payload: Value): Promise<Outcome> {
    const process = this.open();
    const answer = await this.ask(process, to, payload);
    this.flow.close(process);
    await process.ended;
    return answer;
  }
}

/** Links an out port to the `in` of the nodes. */
export function link(from: NodeSymbol, port: string, ...to: NodeSymbol[]): void {
  from.out(port).link(1, to.map((symbol) => symbol.in("in")!));
}

/** Sends what it gets out of `out`. */
export const pass: Behaviour = (packet, self) => packet.send(self.out("out"), packet.payload);

/** Answers the same whatever it gets. */
export function constant(answer: Answer): Behaviour {
  return () => answer;
}

/** Waits for a time, then answers what it got. */
export function later(ms: number): Behaviour {
  return (packet) => new Promise((resolve) => setTimeout(() => resolve(packet.payload), ms));
}

/** Throws. */
export const thrower: Behaviour = () => {
  throw failure("boom");
};
