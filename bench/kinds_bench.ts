// What a packet costs in the kinds of control flow, without any thread:
//
//   deno run -A --v8-flags=--max-semi-space-size=8 bench/kinds_bench.ts
//
// A packet is sent to the node and answered by what the node is linked to; each has a process of its own, as a request has.
// Beside each figure is that of a workflow engine in Go for the same exchange, measured on two processors. Errors are made
// once: what making one costs is the concern of the code that fails.
import { loadavg } from "node:os";
import { Guard, NodeMaker } from "../src/executor/mod.ts";
import { Flow, type Node, NodeSymbol, type Packet } from "../src/flow/mod.ts";
import { clockOf, randomOf } from "../src/kind/engine/mod.ts";
import { EXECUTOR_KINDS } from "../src/kinds/executor/mod.ts";
import { Realm } from "../src/language/mod.ts";
import { ThreadStatus } from "../src/protocol/mod.ts";
import { validate } from "../src/spec/mod.ts";
import { toWire, type Value, type ValueMap } from "../src/value/mod.ts";

const flow = new Flow();
let numbers = 0;
const maker = new NodeMaker({
  kinds: EXECUTOR_KINDS,
  realm: new Realm(),
  guard: new Guard(new ThreadStatus()),
  flow,
  clock: clockOf({ setTimeout, clearTimeout: (timer) => clearTimeout(timer as number) }),
  random: randomOf((bytes) => void crypto.getRandomValues(bytes)),
  waitClock: {
    now: () => performance.now(),
    setTimeout: (task, ms) => setTimeout(task, ms),
    clearTimeout: (timer) => clearTimeout(timer as number),
  },
  addTask: (task) => task.run(),
  log: () => {},
  handled: () => {},
  measure: () => {},
  fork: (packet) => flow.fork(packet, ++numbers),
});

/** Answers each packet with its payload. */
const echo: Node = { receive: (packet) => packet.payload };
const no = new Error("no");
/** Answers each packet with an error. */
const failing: Node = { receive: () => no };

function symbolOf(kind: string, ins: readonly string[], node?: Node): NodeSymbol {
  const number = ++numbers;
  const symbol = new NodeSymbol({ number, id: `${number}`, name: kind, kind, ins });
  if (node !== undefined) symbol.node = node;
  return symbol;
}

/** Makes a node of a kind; its out ports lead to a node that answers as given. */
function nodeOf(name: string, fields: ValueMap, outs: Readonly<Record<string, NodeSymbol>>): NodeSymbol {
  const kind = EXECUTOR_KINDS.find((kind) => kind.name === name)!;
  const read = validate(kind, fields);
  if (!("fields" in read)) throw new Error(`invalid fields of ${name}: ${read.diagnostics[0]!.message}`);
  const symbol = symbolOf(name, kind.ports.in);
  const { form, data } = toWire(read.fields);
  const { number, id } = symbol;
  const made = maker.make(symbol, { number, id, name, kind: name, ins: kind.ports.in, body: { form, fields: data } });
  if (made instanceof Promise) throw new Error(`expected ${name} to be prepared at once`);
  symbol.node = made.node;
  for (const program of made.programs) program.start();
  for (const [port, target] of Object.entries(outs)) symbol.out(port).link(0, [target.in("in")!]);
  return symbol;
}

const sink = symbolOf("sink", ["in"], echo);
const error = symbolOf("failing", ["in"], failing);

/** A node, what is sent to it, and the microseconds that the engine in Go needs. */
interface Case {
  name: string;
  symbol: NodeSymbol;
  payload: Value;
  inGo: number | string;
  /** Further in ports that get the payload as well, before it. */
  ports?: readonly string[];
}

const list = Array.from({ length: 100 }, (_, i) => i);
const js = { language: "javascript", code: "export default (n) => n" };
const request = { method: "GET", path: "/users/7", header: {}, query: {} };
const routes = ["/", "/users", "/users/:id", "/files/*"].map((path) => ({ method: "GET", path, port: "out[0]" }));

const merge = nodeOf("merge", {}, { out: sink });
for (const port of ["in[0]", "in[1]"]) symbolOf("source", []).out("out").link(0, [merge.in(port)!]);

const cases: Case[] = [
  { name: "nop", symbol: nodeOf("nop", {}, {}), payload: 1, inGo: 2.6 },
  {
    name: "switch",
    symbol: nodeOf(
      "switch",
      { matches: [{ when: "self < 0", port: "out[0]" }, { when: "self > 0", port: "out[1]" }] },
      {
        "out[1]": sink,
      },
    ),
    payload: 1,
    inGo: 7.1,
  },
  { name: "if", symbol: nodeOf("if", { when: "self > 0" }, { "out[0]": sink }), payload: 1, inGo: 7.9 },
  {
    name: "snippet, CEL",
    symbol: nodeOf("snippet", { language: "cel", code: "self" }, { out: sink }),
    payload: 1,
    inGo: 5.1,
  },
  { name: "snippet, JavaScript", symbol: nodeOf("snippet", js, { out: sink }), payload: 1, inGo: 5.1 },
  {
    name: "split of 100",
    symbol: nodeOf("split", {}, Object.fromEntries(list.map((i) => [`out[${i}]`, sink]))),
    payload: list,
    inGo: "30 (of a short list)",
  },
  {
    name: "split of 4",
    symbol: nodeOf("split", {}, { "out[0]": sink, "out[1]": sink, "out[2]": sink, "out[3]": sink }),
    payload: list.slice(0, 4),
    inGo: 30,
  },
  { name: "for of 4", symbol: nodeOf("for", {}, { "out[0]": sink }), payload: list.slice(0, 4), inGo: 26 },
  { name: "for of 100", symbol: nodeOf("for", {}, { "out[0]": sink }), payload: list, inGo: "-" },
  { name: "merge of 2", symbol: merge, payload: 1, inGo: 24, ports: ["in[0]", "in[1]"] },
  { name: "try", symbol: nodeOf("try", {}, { out: error, error: sink }), payload: 1, inGo: 28 },
  {
    name: "retry, 3 attempts",
    symbol: nodeOf("retry", { threshold: 2 }, { out: error, error: sink }),
    payload: 1,
    inGo: 66,
  },
  { name: "router", symbol: nodeOf("router", { routes }, { "out[0]": sink }), payload: request, inGo: 11 },
  { name: "pipe of 2", symbol: nodeOf("pipe", {}, { "out[0]": sink, "out[1]": sink }), payload: 1, inGo: "-" },
  { name: "map of 100, CEL", symbol: nodeOf("map", { code: "self + 1" }, { out: sink }), payload: list, inGo: "-" },
  {
    name: "filter of 100, CEL",
    symbol: nodeOf("filter", { when: "self > 9" }, { out: sink }),
    payload: list,
    inGo: "-",
  },
  {
    name: "validate",
    symbol: nodeOf("validate", {
      schema: {
        type: "object",
        required: ["path"],
        properties: { path: { type: "string" }, method: { enum: ["GET"] } },
      },
    }, { out: sink }),
    payload: request,
    inGo: "-",
  },
  {
    name: "template",
    symbol: nodeOf("template", { template: "<p>{{method}} {{path}}</p>" }, { out: sink }),
    payload: request,
    inGo: "-",
  },
];

let answers = 0;
const replyTo = { answered: (_: Packet) => void answers++ };

/** Returns the microseconds of a packet: the median of many short rounds. */
function measure({ symbol, payload, ports = ["in"] }: Case): number {
  const ins = ports.map((port) => symbol.in(port)!);
  const took: number[] = [];
  const rounds = 600;
  const packets = 200;
  for (let round = -100; round < rounds; round++) {
    const began = performance.now();
    for (let i = 0; i < packets; i++) {
      const process = flow.open({ number: ++numbers, generation: 0 });
      for (const port of ins) flow.start(process, port, payload, replyTo);
      flow.close(process);
    }
    if (round >= 0) took.push((performance.now() - began) * 1_000 / packets);
  }
  took.sort((a, b) => a - b);
  return took[Math.floor(took.length / 2)]!;
}

console.log(`load average ${loadavg().map((load) => load.toFixed(1)).join(", ")}`);
console.log("kind                    µs a packet   in Go");
for (const one of cases) {
  console.log(`${one.name.padEnd(24)}${measure(one).toFixed(2).padStart(11)}   ${one.inGo}`);
}
if (answers === 0) throw new Error("expected answers");
