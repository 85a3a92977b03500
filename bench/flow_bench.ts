// What a node and a process cost, without any thread: deno bench -A bench/flow_bench.ts
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

function chain(length: number): InPort {
  const symbols = Array.from({ length }, (_, number) => {
    const symbol = new NodeSymbol({ number, id: `${number}`, name: `n${number}`, kind: "pass", ins: ["in"] });
    symbol.node = new Pass(symbol);
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
  const first = chain(length);
  Deno.bench(`chain of ${length}: 1,000 processes`, () => {
    for (let i = 0; i < 1_000; i++) run(first);
  });
}

Deno.bench("open and end 1,000 processes", () => {
  for (let i = 0; i < 1_000; i++) flow.close(flow.open({ number: number++, generation: 1 }));
});
