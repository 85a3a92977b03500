import { assert, assertEquals } from "@std/assert";
import { link, Network, pass } from "../../tests/flow/network.ts";
import { Random, seededTest } from "../../tests/support/random.ts";
import { type Answer, failure, isError, type Value } from "../value/mod.ts";
import { addressOf, type Continuation, type Node, type NodeSymbol, type Packet, type Reply, SENT } from "./mod.ts";

// Random workflows run twice under differently shuffled answers: every effect has the same address and the same payload
// both times, and no two effects of a process have the same address.

/** What a workflow of the property test is made of; each describes the nodes behind it. */
type Shape =
  | { is: "effect"; name: string; fails: number; then: Shape | null }
  | { is: "links"; to: Shape[] }
  | { is: "for"; items: number; to: Shape }
  | { is: "retry"; attempts: number; to: Shape }
  | { is: "try"; to: Shape; error: Shape }
  | { is: "loop"; rounds: number; to: Shape }
  | { is: "fork"; to: Shape; then: Shape | null }
  | { is: "merge"; from: Shape[]; then: Shape };

function shapeOf(random: Random, depth: number, names: { count: number }): Shape {
  const next = () => shapeOf(random, depth - 1, names);
  const effect = (): Shape => ({
    is: "effect",
    name: `e${++names.count}`,
    fails: random.chance(0.3) ? random.int(1, 3) : 0,
    then: depth > 0 && random.chance(0.4) ? next() : null,
  });
  if (depth <= 0) return effect();
  switch (random.below(8)) {
    case 0:
      return { is: "links", to: Array.from({ length: random.int(2, 3) }, next) };
    case 1:
      return { is: "for", items: random.int(0, 3), to: next() };
    case 2:
      return { is: "retry", attempts: random.int(2, 3), to: next() };
    case 3:
      return { is: "try", to: next(), error: next() };
    case 4:
      return { is: "loop", rounds: random.int(1, 3), to: next() };
    case 5:
      return { is: "fork", to: next(), then: random.chance(0.5) ? next() : null };
    case 6:
      return { is: "merge", from: Array.from({ length: random.int(2, 3) }, next), then: next() };
    default:
      return effect();
  }
}

/** One run: effects answer when the shuffle says so. */
class Run {
  readonly effects = new Map<string, string>();
  readonly doubled: string[] = [];
  readonly network = new Network();
  readonly #random: Random;
  readonly #open: (() => void)[] = [];
  #made = 0;
  #forks = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  async of(shape: Shape, payloads: readonly Value[]): Promise<void> {
    const first = this.#make(shape);
    const process = this.network.open();
    const answers = payloads.map((payload) => this.network.ask(process, first, payload));
    void Promise.all(answers).then(() => this.network.flow.close(process));
    // a fork may outlast the answer
    for (let idle = 0; process.status !== "ended" && idle < 50;) {
      const next = this.#open.splice(this.#random.below(this.#open.length), 1)[0];
      idle = next === undefined ? idle + 1 : 0;
      next?.();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    assertEquals(process.status, "ended", `it comes to no end: ${JSON.stringify(shape)}`);
  }

  #node(receive: (packet: Packet, self: NodeSymbol) => Reply, extra: Partial<Node> = {}, ins?: string[]): NodeSymbol {
    return this.network.node(`n${++this.#made}`, receive, extra, ins);
  }

  #linked(shape: Shape | null, receive: (packet: Packet, self: NodeSymbol) => Reply): NodeSymbol {
    const symbol = this.#node(receive);
    if (shape !== null) link(symbol, "out", this.#make(shape));
    return symbol;
  }

  #make(shape: Shape): NodeSymbol {
    switch (shape.is) {
      case "effect":
        return this.#effect(shape.name, shape.fails, shape.then);
      case "links": {
        const symbol = this.#node(pass);
        link(symbol, "out", ...shape.to.map((to) => this.#make(to)));
        return symbol;
      }
      case "for":
        return this.#linked(shape.to, (packet, self) =>
          packet.sendAll(
            Array.from(
              { length: shape.items },
              (_, item) => ({ port: self.out("out"), payload: `${packet.payload}/${item}` }),
            ),
          ));
      case "retry":
        return this.#linked(shape.to, (packet, self) => {
          let left = shape.attempts;
          const again: Continuation = (again_, answer) =>
            isError(answer) && --left > 0 ? again_.send(self.out("out"), packet.payload, again) : answer;
          return packet.send(self.out("out"), packet.payload, again);
        });
      case "try": {
        const symbol = this.#linked(
          shape.to,
          (packet, self) =>
            packet.send(
              self.out("out"),
              packet.payload,
              (again, answer) => isError(answer) ? again.send(self.out("error"), `failed ${packet.payload}`) : answer,
            ),
        );
        link(symbol, "error", this.#make(shape.error));
        return symbol;
      }
      case "loop":
        return this.#linked(shape.to, (packet, self) => {
          let round = 0;
          const next: Continuation = (again, answer) =>
            ++round < shape.rounds ? again.send(self.out("out"), `${packet.payload}~${round}`, next) : answer;
          return packet.send(self.out("out"), `${packet.payload}~0`, next);
        });
      case "fork":
        return this.#fork(shape.to, shape.then);
      case "merge":
        return this.#merge(shape.from, shape.then);
    }
  }

  #effect(name: string, fails: number, then: Shape | null): NodeSymbol {
    const calls = new Map<string, number>();
    return this.#linked(then, (packet, self) => {
      const address = addressOf(packet);
      if (this.effects.has(address)) this.doubled.push(`${address} of ${name}`);
      this.effects.set(address, `${name} ${String(packet.payload)}`);
      // how often it fails is a matter of the payload, not of time
      const key = String(packet.payload);
      const call = (calls.get(key) ?? 0) + 1;
      calls.set(key, call);
      return new Promise<Answer>((resolve) =>
        this.#open.push(() => resolve(call <= fails ? failure(name) : `${name}(${key})`))
      )
        .then((answer) => isError(answer) ? answer : packet.send(self.out("out"), answer as Value) as Answer);
    });
  }

  #fork(to: Shape, then: Shape | null): NodeSymbol {
    const symbol = this.#linked(then, (packet, self) => {
      const child = this.network.flow.fork(packet, -++this.#forks);
      const close = { answered: () => this.network.flow.close(child) };
      if (!this.network.flow.emit(child, self.out("fork"), packet.payload, close)) this.network.flow.close(child);
      return packet.send(self.out("out"), packet.payload);
    });
    link(symbol, "fork", this.#make(to));
    return symbol;
  }

  /** Sends to every source, gathers what they send on at a node with a port for each, and goes on in the first's name. */
  #merge(from: readonly Shape[], then: Shape): NodeSymbol {
    const waiting = new Map<string, (Packet | undefined)[]>();
    const gather = this.#node(
      (packet, self) => {
        const { parent } = packet.parent!;
        const key = addressOf(parent!);
        const packets = waiting.get(key) ?? [];
        waiting.set(key, packets);
        packets[packet.port!.index] = packet;
        if (packets.filter((one) => one !== undefined).length < from.length) return SENT;
        waiting.delete(key);
        const [first, ...others] = packets as Packet[];
        const payload = packets.map((one) => String(one!.payload)).join("+");
        const { flow } = this.network;
        const reply = first!.send(self.out("out"), payload, (_, answer) => {
          for (const other of others) flow.settle(other, answer);
          return answer;
        });
        return packet === first ? reply : SENT;
      },
      {},
      from.map((_, index) => `in${index}`),
    );
    link(gather, "out", this.#make(then));
    const sources = from.map((_, index) => {
      const source = this.#node((packet, self) =>
        new Promise<Answer>((resolve) => this.#open.push(() => resolve(`${packet.payload}.${index}`)))
          .then((payload) => packet.send(self.out("out"), payload as Value) as Answer)
      );
      source.out("out").link(1, [gather.in(`in${index}`)!]);
      return source;
    });
    const symbol = this.#node(pass);
    link(symbol, "out", ...sources);
    return symbol;
  }
}

seededTest("effects of random workflows have the same address and payload in every run", async (random) => {
  let effects = 0;
  for (let round = 0; round < 60; round++) {
    const shape = shapeOf(random, random.int(1, 4), { count: 0 });
    const payloads = Array.from({ length: random.int(1, 2) }, (_, index) => `p${index}`);
    const runs = [new Run(random.below(1e9)), new Run(random.below(1e9))];
    for (const run of runs) await run.of(shape, payloads);
    const sorted = (run: Run) => [...run.effects].sort(([a], [b]) => a < b ? -1 : 1);
    assertEquals(runs.map(({ doubled }) => doubled), [[], []], JSON.stringify(shape));
    assertEquals(sorted(runs[0]!), sorted(runs[1]!), JSON.stringify(shape));
    effects += runs[0]!.effects.size;
  }
  assert(effects > 100, `${effects}`);
});

Deno.test("an address counts roots, sends and the packets of a send", async () => {
  const network = new Network();
  const seen: string[] = [];
  const note = network.node("note", (packet) => {
    seen.push(addressOf(packet));
    return "noted";
  });
  const twice = network.node(
    "twice",
    (packet, self) => packet.send(self.out("out"), 1, (again) => again.send(self.out("out"), 2)),
  );
  link(twice, "out", note, note);
  const process = network.open();
  await network.ask(process, twice, null);
  await network.ask(process, note, null);
  assertEquals(seen, ["0.1:0", "0.1:1", "0.2:0", "0.2:1", "1"]);
  network.flow.close(process);
});
