import { assert, assertEquals } from "@std/assert";
import { ENCODED, ToHost } from "../../src/protocol/mod.ts";
import { Form } from "../../src/value/mod.ts";
import { seededTest } from "../support/random.ts";
import { Rig } from "./rig.ts";

// Whatever arrives at the port, the host does not throw, and does nothing that it should not.

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

seededTest("frames of random elements", async (random) => {
  const lengths = [0, 6, 10, 3, 5, 3, 2, 5];
  let [malformed, rejected, told] = [0, 0, 0];
  for (let round = 0; round < 8_000; round++) {
    const rig = new Rig();
    const batch: unknown[] = random.chance(0.9) ? [0] : [random.pick(ELEMENTS)];
    for (let frames = random.int(1, 4); frames > 0; frames--) {
      const operation = random.chance(0.95) ? random.int(1, 7) : random.pick(ELEMENTS);
      batch.push(operation);
      const length = random.chance(0.9) ? lengths[Number(operation)] ?? 3 : random.below(10);
      // small numbers more often than not, or hardly a frame would come far
      for (let i = 1; i < length; i++) batch.push(random.chance(0.85) ? random.below(3) : random.pick(ELEMENTS));
      // a call ends with an address, which is no number
      if (operation === ToHost.Call && random.chance(0.9)) {
        batch[batch.length - 1] = random.chance(0.5) ? null : "0.1:0";
      }
    }
    await rig.post(random.chance(0.98) ? batch : random.pick(ELEMENTS));
    rig.check();
    malformed += rig.malformed.length;
    rejected += rig.rejected.length;
    told += rig.told.length;
    rig.close();
  }
  // all three outcomes must have occurred often
  assert(malformed > 1_000 && rejected > 100 && told > 20, JSON.stringify({ malformed, rejected, told }));
});

Deno.test("valid frames with one invalid element", async (t) => {
  const good: Record<string, unknown[]> = {
    answer: [ToHost.Answer, 1, 0, 2, ENCODED + 1, [200, ["content-type", "text/plain"], "x"]],
    "plain answer": [ToHost.Answer, 1, 1, 2, Form.Plain, "x"],
    call: [ToHost.Call, 1, 0, 1, 2, 0, 5, Form.Json, "[1]", "0.1:0"],
    idle: [ToHost.Idle, 1, 2],
    log: [ToHost.Log, 1, 1, "info", "text"],
    warning: [ToHost.Warning, 1, 1, "text"],
    traced: [ToHost.Traced, 1, 1, "a.in", "b.out", "{}"],
    metric: [ToHost.Metric, 1, "counter", "orders", 1],
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
      frames.push(ToHost.Call, child, 1, 1, 2, 0, -child, Form.Plain, "x", null);
    }
    await rig.post(frames);
  }
  assertEquals([rig.reached.filter((name) => name === "linked").length, rig.rejected.length], [10_000, 10_000]);
  rig.close();
});
