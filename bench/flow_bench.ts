// What a node and a process cost, without any thread: deno bench -A bench/flow_bench.ts
import { defineKind, type Kind, type Preparation } from "@weft/weft/kind";
import { z } from "zod";
import {
  Flow,
  type InPort,
  type Node,
  NodeSymbol,
  type OutPort,
  type Packet,
  type Reply,
  type ReplyTo,
} from "../src/flow/mod.ts";

class Pass implements Node {
  readonly #out: OutPort;
  constructor(symbol: NodeSymbol) {
    this.#out = symbol.out("out");
  }
  receive(packet: Packet): Reply {
    return packet.send(this.#out, packet.payload);
  }
}

/** The same node as a kind's author writes it. */
const pass: Kind = defineKind({
  name: "pass",
  summary: "Passes packets on.",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] },
  prepare: () => ({ in: (payload) => payload }),
});

function prepared(symbol: NodeSymbol): Node {
  // it asks for nothing but its ports
  const made = pass.prepare!({ symbol, fields: {} } as unknown as Preparation);
  if (made instanceof Promise) throw new Error("prepared at once");
  return made.node;
}

function chain(length: number, nodeOf: (symbol: NodeSymbol) => Node): InPort {
  const symbols = Array.from({ length }, (_, number) => {
    const symbol = new NodeSymbol({ number, id: `${number}`, name: `n${number}`, kind: "pass", ins: ["in"] });
    symbol.node = nodeOf(symbol);
    return symbol;
  });
  for (let i = 0; i + 1 < length; i++) symbols[i]!.out("out").link(1, [symbols[i + 1]!.in("in")!]);
  return symbols[0]!.in("in")!;
}

let number = 0;
let answers = 0;
const flow = new Flow();
const replyTo: ReplyTo = {
  answered() {
    answers++;
  },
};

function run(first: InPort): void {
  const process = flow.open({ number: number++, generation: 1 });
  flow.start(process, first, 5, replyTo);
  flow.close(process);
}

for (const length of [1, 2, 10, 100]) {
  const low = chain(length, (symbol) => new Pass(symbol));
  const high = chain(length, prepared);
  const group = `chain of ${length}: 1,000 processes`;
  Deno.bench("a node by hand", { group, baseline: true }, () => {
    for (let i = 0; i < 1_000; i++) run(low);
  });
  Deno.bench("a node by defineKind", { group }, () => {
    for (let i = 0; i < 1_000; i++) run(high);
  });
}

Deno.bench("open and end 1,000 processes", () => {
  for (let i = 0; i < 1_000; i++) flow.close(flow.open({ number: number++, generation: 1 }));
});
