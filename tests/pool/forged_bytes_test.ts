import { assert, assertEquals, assertMatch } from "@std/assert";
import { PassThrough } from "node:stream";
import { ToHost } from "../../src/protocol/mod.ts";
import { encodeMessage, MAX_MESSAGE, PipeChannel } from "../../src/protocol/process/mod.ts";
import { Form } from "../../src/value/mod.ts";
import { World } from "../runtime/world.ts";
import { type Random, seededTest } from "../support/random.ts";
import { Rig } from "./rig.ts";
import { serving } from "./serving.ts";

// An executor that is a program may write any bytes to its host. Whatever they are, the host does not throw, does nothing
// that it should not, and takes no more memory than they are long.

/** The host's end of a pipe, and what is written into it. */
class PipeRig extends Rig {
  readonly #output: PassThrough;

  constructor() {
    const channel = new PipeChannel();
    super(channel);
    this.#output = new PassThrough();
    channel.connect({ input: new PassThrough(), output: this.#output }, ({ failed }) => this.malformed.push(failed));
  }

  /** Writes bytes, and waits until the host has read them. */
  async write(...pieces: Uint8Array[]): Promise<void> {
    for (const piece of pieces) this.#output.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 0));
    while (this.#output.readableLength > 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }

  override close(): void {
    super.close();
    this.#output.destroy();
  }
}

const encoder = new TextEncoder();

/** Returns a message of any JSON and any parts. */
function message(json: string | Uint8Array, parts: readonly Uint8Array[] = [], { length = 0, jsonLength = 0 } = {}) {
  const text = typeof json === "string" ? encoder.encode(json) : json;
  const size = 4 + text.length + parts.reduce((sum, part) => sum + 4 + part.length, 0);
  const bytes = new Uint8Array(4 + size);
  const words = new DataView(bytes.buffer);
  words.setUint32(0, size + length, true);
  words.setUint32(4, text.length + jsonLength, true);
  bytes.set(text, 8);
  let at = 8 + text.length;
  for (const part of parts) {
    words.setUint32(at, part.length, true);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

const FORGED: Record<string, [bytes: Uint8Array, why: RegExp]> = {
  "a length beyond the limit": [Uint8Array.of(0xff, 0xff, 0xff, 0xff), /has 4294967295 bytes: expected at most/],
  "a length just beyond the limit": [message("[0]", [], { length: MAX_MESSAGE }), /expected at most/],
  "no room for the length of its JSON": [Uint8Array.of(1, 0, 0, 0, 9), /shorter than its JSON/],
  "more JSON than bytes": [message("[0]", [], { jsonLength: 1 }), /shorter than its JSON/],
  "JSON that is none": [message("[0"), /JSON/],
  "no JSON": [message(""), /JSON/],
  "bytes that are no UTF-8": [message(Uint8Array.of(0x22, 0xff, 0x22)), /./],
  "JSON that is too deep": [message("[".repeat(1_000_000)), /nested deeper than 1000/],
  "deep maps": [message('{"a":'.repeat(100_000)), /nested deeper than 1000/],
  "JSON of too many values": [message(`[${"0,".repeat(6_000_000)}0]`), /more than 5000000 values/],
  "too many lists": [message(`[${"[],".repeat(5_000_000)}0]`), /more than 5000000 values/],
  "a part that nothing names": [message("[0]", [new Uint8Array(1)]), /more byte parts/],
  "a part that is not there": [message('[0, ["$", "b"]]'), /invalid tag/],
  "an unknown tag": [message('[0, ["$", "x"]]'), /invalid tag/],
  "a tag alone": [message('[0, ["$"]]'), /invalid tag/],
  "a number that is none": [message('[0, ["$", "n", 1]]'), /invalid tag/],
  "a bigint that is none": [message('[0, ["$", "i", "0x1"]]'), /invalid tag/],
  "a date that is none": [message('[0, ["$", "d", "now"]]'), /invalid tag/],
  "a map that is none": [message('[0, ["$", "m", {}]]'), /invalid tag/],
  "no batch": [message('"text"'), /not a list/],
  "no batch but a map": [message('{"failed": 1}'), /not a list/],
  "no batch but nothing": [message("null"), /not a list/],
  "an unknown frame": [message("[0, 99]"), /unknown frame 99/],
  "a payload of JSON that is too deep": [
    encodeMessage([0, ToHost.Call, 1, 0, 1, 2, 0, 7, Form.Json, "[".repeat(1e6), null]),
    /nested deeper than 200/,
  ],
  "a payload of JSON of too many values": [
    encodeMessage([0, ToHost.Call, 1, 0, 1, 2, 0, 7, Form.Json, `[${"[],".repeat(2e6)}0]`, null]),
    /more than 1000000 values/,
  ],
  "a payload of JSON that is no text": [
    encodeMessage([0, ToHost.Call, 1, 0, 1, 2, 0, 7, Form.Json, [["[1"], "]"], null]),
    /JSON of a payload/,
  ],
};

for (const [name, [bytes, why]] of Object.entries(FORGED)) {
  Deno.test(`a message with ${name}`, async () => {
    const rig = new PipeRig();
    await rig.write(bytes);
    rig.check();
    assertMatch(rig.malformed.join("\n"), why);
    // nothing after it is read
    await rig.write(encodeMessage([0, ToHost.Call, 1, 0, 1, 2, 0, 7, Form.Plain, "x", null]));
    assertEquals([rig.reached, rig.malformed.length], [[], 1]);
    rig.close();
  });
}

Deno.test("a promised length takes no memory", async () => {
  const rig = new PipeRig();
  const before = Deno.memoryUsage().external;
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, MAX_MESSAGE, true);
  await rig.write(bytes);
  assert(Deno.memoryUsage().external - before < 16 * 2 ** 20);
  assertEquals(rig.malformed, []);
  rig.close();
});

/** Cuts bytes into pieces at random places. */
function cut(random: Random, bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + random.int(1, random.chance(0.5) ? 6 : bytes.length);
    pieces.push(bytes.slice(at, end));
    at = end;
  }
  return pieces;
}

seededTest("messages come through in whatever pieces they arrive", async (random) => {
  for (let round = 0; round < 100; round++) {
    const rig = new PipeRig();
    const count = random.int(1, 20);
    const bytes = Array.from({ length: count }, (_, n) => {
      const payload = random.chance(0.3) ? new Uint8Array(random.int(0, 100)).fill(n) : "x".repeat(random.int(0, 50));
      return encodeMessage([0, ToHost.Call, 1, 0, 1, 2, 0, n, Form.Plain, payload, null]);
    });
    const all = new Uint8Array(await new Blob(bytes).arrayBuffer());
    await rig.write(...cut(random, all));
    assertEquals([rig.reached.length, rig.malformed], [count, []]);
    rig.close();
  }
});

seededTest("random bytes, and messages with some of their bytes changed", async (random) => {
  const good = [
    [0, ToHost.Answer, 1, 1, 2, Form.Plain, "x"],
    [0, ToHost.Call, 1, 0, 1, 2, 0, 5, Form.Json, "[1]", "0.1:0"],
    [0, ToHost.Call, 1, 0, 1, 2, 0, 5, Form.Plain, { a: new Uint8Array(9), b: [-0, 10n, new Date(0)] }, null],
    [0, ToHost.Log, 1, 1, "info", "text", ToHost.Idle, 1, 2],
    [0, ToHost.Handled, 1, 1, { name: "E", message: "m", details: new Map([["error", { name: "E", message: "m" }]]) }],
  ].map(encodeMessage);
  let [malformed, reached] = [0, 0];
  for (let round = 0; round < 2_000; round++) {
    const rig = new PipeRig();
    let bytes: Uint8Array;
    if (random.chance(0.2)) bytes = Uint8Array.from({ length: random.int(1, 200) }, () => random.below(256));
    else {
      bytes = random.pick(good).slice();
      for (let changes = random.int(1, 2); changes > 0; changes--) {
        // rarely of the length, or hardly a message would ever be complete
        bytes[random.int(random.chance(0.1) ? 0 : 4, bytes.length - 1)] = random.below(256);
      }
    }
    await rig.write(bytes);
    rig.check();
    malformed += rig.malformed.length;
    reached += rig.reached.length;
    rig.close();
  }
  assert(malformed > 500 && reached > 3, JSON.stringify({ malformed, reached }));
});

Deno.test("a program that writes other bytes than messages is killed, and the others continue", async () => {
  const extension = new URL("./extension/escaped.ts", import.meta.url).href;
  const specs = JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "escaped", port: "in" }] } },
    { kind: "escaped", name: "escaped" },
  ]);
  await using world = await World.start(specs, { extensions: [extension], isolation: "process" });
  const run = (code: string) => world.fetch("/", { method: "POST", body: code });
  const floods = [
    "given.writeAll(new Uint8Array(100).fill(255))",
    "for (;;) given.writeAll(new Uint8Array(1e6))",
    "given.port.postMessage('[')",
  ];
  for (const [n, flood] of floods.entries()) {
    await serving(world);
    await run(`${flood}; await given.ever`);
    await world.logged(new RegExp(`executor ${n + 1} sent a malformed frame and is killed`));
    assertEquals((await run("return 6 * 7")).text, "got 42");
  }
});
