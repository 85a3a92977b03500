import { assert, assertEquals } from "@std/assert";
import { Flow, NodeSymbol, type Process, SENT } from "../../src/flow/mod.ts";
import { CODECS } from "../../src/kinds/mod.ts";
import { type Assignment, Connection, type ConnectionHandler } from "../../src/pool/connection.ts";
import { HostCalls } from "../../src/pool/host_calls.ts";
import { PoolSymbols } from "../../src/pool/symbols.ts";
import { ENCODED, ThreadStatus, ToHost } from "../../src/protocol/mod.ts";
import { Encoded, Form, isError, measure, NONE, type Value } from "../../src/value/mod.ts";

// Whatever arrives at the port, the host does not throw, and does nothing that it should not.

/** Numbers between 0 and 1, the same every time. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function deep(levels: number): unknown {
  let value: unknown = [];
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

const cyclic: unknown[] = [];
cyclic.push(cyclic);

/** What elements of frames are made of. */
const ELEMENTS: readonly unknown[] = [
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  99,
  -1,
  -2,
  0.5,
  NaN,
  Infinity,
  2 ** 31,
  2 ** 53,
  -(2 ** 60),
  10n,
  ENCODED,
  ENCODED + 1,
  ENCODED + 9,
  null,
  undefined,
  true,
  "",
  "text",
  "error",
  "info",
  "__proto__",
  "{",
  "[[1,",
  '{"__proto__": 1}',
  "[".repeat(50_000),
  [],
  {},
  deep(150),
  deep(500),
  cyclic,
  [1, 2],
  [200, [], "x"],
  [200, ["a", "b"], new Uint8Array(2)],
  [999, [], "x"],
  [204, [], "x"],
  [200, ["a b", "c"], null],
  [200, ["a", "b\r\nc: d"], null],
  [200, ["a"], null],
  [200, [], {}],
  new Uint8Array(3),
  new ArrayBuffer(3),
  new Date(),
  new Date(NaN),
  new Error("x"),
  new Map(),
  new Map([["error", 1]]),
  new Map([["error", {}]]),
  new Map([["error", {
    name: 1,
    message: {},
    path: 3,
    cause: new Map([["error", null]]),
    errors: [deep(300)],
    details: cyclic,
  }]]),
  new Map([["stream", 1]]),
  new Map([["stream", {}]]),
  new Map([["lazy", {}]]),
  new Map([["lazy", { fields: { a: 1 }, lazy: { a: 2 } }]]),
  new Set([1]),
  /x/,
  { name: {}, message: 1, stack: [], path: "x", code: {} },
  { name: "E", message: "m", path: [1, "a"] },
  new Int32Array(2),
  { a: undefined },
  Object.assign([1, , 3], { x: 1 }),
];

/** A connection with one process on it and two nodes, one linked to the other, all as they are in a pool. */
class Rig {
  readonly port: MessagePort;
  readonly told: unknown[] = [];
  readonly reached: string[] = [];
  readonly payloads: Value[] = [];
  readonly malformed: string[] = [];
  readonly rejected: string[] = [];
  readonly logged: unknown[][] = [];
  readonly #connection: Connection;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port = port2;
    const flow = new Flow();
    const symbols = new PoolSymbols();
    const make = (number: number, name: string, body?: { form: number; fields: unknown }) => {
      const definition = { number, id: name, name, kind: name, ins: ["in"], ...body && { body } };
      const symbol = new NodeSymbol(definition);
      symbol.node = { receive: ({ payload }) => (this.reached.push(name), this.payloads.push(payload), null) };
      symbols.add({ symbol, definition, pure: false });
      return symbol;
    };
    const asking = make(1, "asking", { form: 0, fields: null });
    asking.out("out").link(1, [make(2, "linked").inAt(0)]);
    make(3, "unlinked");
    const rejected = (message: string) => this.rejected.push(message);
    const hostCalls = new HostCalls({ flow, symbols, effect: () => {}, rejected });
    const handler: ConnectionHandler = {
      hostCall: hostCalls.take.bind(hostCalls),
      childEnded: hostCalls.ended.bind(hostCalls),
      log: (connection, process, ...residency) =>
        this.logged.push([hostCalls.processOf(connection, process, 0)?.number, ...residency]),
      answered: (_, packet, answer) => flow.settle(packet, answer as never),
      idle: ({ process }) => flow.release(process),
      malformed: (_, what) => this.malformed.push(what),
    };
    const codecs = new Map(CODECS.map((codec) => [codec.number, codec]));
    this.#connection = new Connection({
      id: 1,
      port: port1,
      status: new ThreadStatus(),
      codecs,
      handler,
      only: undefined,
    });
    const process = flow.open({ number: 1, generation: 1 });
    asking.node = { receive: (packet) => (this.#connection.send(this.#assign(process), packet), SENT) };
    const told = { answered: (_: unknown, answer: unknown) => this.told.push(answer) };
    flow.start(process, asking.inAt(0), new Encoded(CODECS[0]!, ["GET", "/", "", null, 0]), told);
    flow.start(process, asking.inAt(0), "plain", told);
  }

  #assign(process: Process): Assignment {
    const { assignments } = this.#connection;
    const assignment = assignments.get(1) ??
      {
        process,
        connection: this.#connection,
        packets: [],
        unanswered: 0,
        busy: false,
        effects: false,
        replayed: false,
      };
    assignments.set(1, assignment);
    return assignment;
  }

  /** Has the host take a batch. @throws {Error} What the host throws. */
  async post(batch: unknown): Promise<void> {
    this.port.postMessage(batch);
    await this.#connection.drain();
  }

  /** Fails if something has come through that should not have. */
  check(): void {
    assert(!this.reached.includes("unlinked"));
    for (const payload of this.payloads) measure(payload);
    for (const answer of this.told) {
      if (answer instanceof Encoded) assert(answer.codec.isEncoded(answer.data));
      else if (answer !== NONE) measure(answer);
      if (isError(answer)) assertEquals([typeof answer.message, typeof answer.name], ["string", "string"]);
    }
    for (const [, , , text] of this.logged) assertEquals(typeof text, "string");
  }

  close(): void {
    this.#connection.close(new Error("over"));
    this.port.close();
  }
}

Deno.test("frames of random elements", async () => {
  const next = random(1);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!;
  const lengths = [0, 6, 9, 3, 5, 3, 2];
  let [malformed, rejected, told] = [0, 0, 0];
  for (let round = 0; round < 5_000; round++) {
    const rig = new Rig();
    const batch: unknown[] = next() < 0.9 ? [0] : [pick(ELEMENTS)];
    for (let frames = Math.ceil(next() * 4); frames > 0; frames--) {
      const operation = next() < 0.95 ? Math.ceil(next() * 6) : pick(ELEMENTS);
      batch.push(operation);
      const length = next() < 0.9 ? lengths[Number(operation)] ?? 3 : Math.floor(next() * 10);
      // mostly small numbers, or most frames would be rejected early
      for (let i = 1; i < length; i++) batch.push(next() < 0.85 ? Math.floor(next() * 3) : pick(ELEMENTS));
    }
    await rig.post(next() < 0.98 ? batch : pick(ELEMENTS));
    rig.check();
    malformed += rig.malformed.length;
    rejected += rig.rejected.length;
    told += rig.told.length;
    rig.close();
  }
  // all three outcomes must have occurred often
  assert(malformed > 1_000 && rejected > 100 && told > 50, JSON.stringify({ malformed, rejected, told }));
});

Deno.test("valid frames with one invalid element", async (t) => {
  const good: Record<string, unknown[]> = {
    answer: [ToHost.Answer, 1, 0, 2, ENCODED + 1, [200, ["content-type", "text/plain"], "x"]],
    "plain answer": [ToHost.Answer, 1, 1, 2, Form.Plain, "x"],
    call: [ToHost.Call, 1, 0, 1, 2, 0, 5, Form.Json, "[1]"],
    idle: [ToHost.Idle, 1, 2],
    log: [ToHost.Log, 1, 1, "info", "text"],
    prepared: [ToHost.Prepared, 1, null],
    ended: [ToHost.Ended, -1],
  };
  for (const [name, frame] of Object.entries(good)) {
    await t.step(name, async () => {
      const intact = new Rig();
      await intact.post([0, ...frame]);
      assertEquals([intact.malformed, intact.rejected], [[], []]);
      intact.close();
      for (let at = 1; at <= frame.length; at++) {
        for (const element of ELEMENTS) {
          const rig = new Rig();
          const batch = [0, ...frame];
          batch.splice(at, 1, element);
          await rig.post(batch);
          rig.check();
          rig.close();
        }
      }
    });
  }
});

Deno.test("an executor cannot make the host remember any number of processes", async () => {
  const rig = new Rig();
  for (let batch = 0; batch < 20; batch++) {
    const frames: unknown[] = [0];
    for (let i = 1; i <= 1_000; i++) {
      const child = -(batch * 1_000 + i);
      frames.push(ToHost.Call, child, 1, 1, 2, 0, -child, Form.Plain, "x");
    }
    await rig.post(frames);
  }
  assertEquals([rig.reached.filter((name) => name === "linked").length, rig.rejected.length], [10_000, 10_000]);
  rig.close();
});
