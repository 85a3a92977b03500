// What a node and a process cost, without any thread: deno run --v8-flags=--max-semi-space-size=8 bench/flow_bench.ts
//
// Rounds of the two forms of a handler alternate in one run, and quantiles of many short rounds are compared: what else
// the machine does then hits both alike.
import { defineKind, type Kind, type Preparation } from "@weft/weft/kind";
import { z } from "zod";
import { Flow, type Node, NodeSymbol, type OutPort, type Packet, type Reply } from "../src/flow/mod.ts";

const PROCESSES = 300;

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
  if (made instanceof Promise) throw new Error("expected a kind that prepares without a promise");
  return made.node;
}

/** Returns a function that runs processes, each with one packet through a chain of nodes. */
function chain(length: number, nodeOf: (symbol: NodeSymbol) => Node): () => void {
  const symbols = Array.from({ length }, (_, number) => {
    const symbol = new NodeSymbol({ number, id: `${number}`, name: `n${number}`, kind: "pass", ins: ["in"] });
    symbol.node = nodeOf(symbol);
    return symbol;
  });
  for (let i = 0; i + 1 < length; i++) symbols[i]!.out("out").link(1, [symbols[i + 1]!.in("in")!]);
  const first = symbols[0]!.in("in")!;
  const flow = new Flow();
  let number = 0;
  let answers = 0;
  const replyTo = { answered: () => void answers++ };
  return () => {
    for (let i = 0; i < PROCESSES; i++) {
      const process = flow.open({ number: number++, generation: 1 });
      flow.start(process, first, 5, replyTo);
      flow.close(process);
    }
    if (answers !== number) throw new Error(`expected ${number} answers, got ${answers}`);
  };
}

function openAndEnd(): () => void {
  const flow = new Flow();
  let number = 0;
  return () => {
    for (let i = 0; i < PROCESSES; i++) flow.close(flow.open({ number: number++, generation: 1 }));
  };
}

/** Returns the nanoseconds of a process at the given quantiles, for each run; the runs take turns. */
function measure(runs: (() => void)[], quantiles: number[], rounds: number): number[][] {
  const took = runs.map((): number[] => []);
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    for (let turn = 0; turn < runs.length; turn++) {
      const at = (turn + Math.abs(round)) % runs.length;
      const began = performance.now();
      runs[at]!();
      if (round >= 0) took[at]!.push(performance.now() - began);
    }
  }
  return took.map((times) => {
    times.sort((a, b) => a - b);
    return quantiles.map((quantile) => times[Math.floor(quantile * times.length)]! * 1e6 / PROCESSES);
  });
}

const quantiles = [0.05, 0.25, 0.5];
console.log(`ns a node at the quantiles ${quantiles.join(", ")} of rounds of ${PROCESSES} processes`);
for (const length of [1, 2, 10, 100]) {
  const runs = [chain(length, (symbol) => new Pass(symbol)), chain(length, prepared)];
  const [low, high] = measure(runs, quantiles, 20_000 / (length + 9)) as [number[], number[]];
  const row = (times: number[]) => times.map((time) => (time / length).toFixed(0).padStart(5)).join(" ");
  const ratio = high.map((time, index) => (time / low[index]!).toFixed(2)).join(" ");
  console.log(`chain of ${length}:`.padEnd(14), `low-level ${row(low)}   defineKind ${row(high)}   ratio ${ratio}`);
}
const [empty] = measure([openAndEnd()], quantiles, 2_000) as [number[]];
console.log("open and end a process:", empty.map((time) => time.toFixed(0)).join(" "));
