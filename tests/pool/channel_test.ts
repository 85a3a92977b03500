import { assert, assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { CODECS } from "../../src/kinds/mod.ts";
import type { Isolation } from "../../src/pool/mod.ts";
import { LastWord } from "../../src/pool/process/last_word.ts";
import { type Channel, PortChannel, ThreadStatus } from "../../src/protocol/mod.ts";
import { PipeChannel } from "../../src/protocol/process/mod.ts";
import {
  type Answer,
  fromWire,
  isError,
  lazyMap,
  lazyParts,
  NONE,
  Stream,
  toWire,
  type Value,
} from "../../src/value/mod.ts";
import { until } from "../support/until.ts";
import type { Way } from "./echo.ts";
import { MODES } from "./modes.ts";

// What holds for the channel to an executor, whether that is a thread or a program: what is posted arrives whole, in
// order, and as it was.

/** A channel to an executor that sends everything back. */
class Echo implements AsyncDisposable {
  readonly received: unknown[] = [];
  readonly malformed: string[] = [];

  private constructor(readonly channel: Channel, readonly ended: Promise<unknown>, readonly end: () => unknown) {
    channel.onBatch((batch) => this.received.push(batch), (what) => this.malformed.push(what));
  }

  static async start(isolation: Isolation): Promise<Echo> {
    const echo = isolation === "thread" ? Echo.#thread() : Echo.#process();
    await until("the executor is ready", () => echo.received.length > 0);
    echo.received.length = 0;
    return echo;
  }

  static #thread(): Echo {
    const { port1, port2 } = new MessageChannel();
    const status = new ThreadStatus();
    const worker = new Worker(new URL("./echo_thread.ts", import.meta.url), {
      workerData: { port: port2, status: status.buffer },
      transferList: [port2 as never],
    });
    const ended = new Promise((resolve) => worker.on("exit", resolve));
    return new Echo(new PortChannel(port1, status.signal), ended, () => worker.terminate());
  }

  static #process(): Echo {
    const word = new LastWord();
    const args = [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-read",
      fileURLToPath(new URL("./echo_process.ts", import.meta.url)),
    ];
    const child = spawn(Deno.execPath(), args, { stdio: ["pipe", "pipe", word.descriptor] });
    const channel = new PipeChannel();
    const ended = new Promise((resolve) => child.on("exit", resolve));
    const closed = new Promise((resolve) => child.on("close", resolve));
    const echo = new Echo(channel, ended, async () => {
      child.kill("SIGKILL");
      await closed;
      word.close();
    });
    channel.connect({ input: child.stdin!, output: child.stdout! }, ({ failed }) => echo.malformed.push(failed));
    return echo;
  }

  /** Posts a batch and returns what comes back. */
  async send(batch: unknown[], way: Way = "event loop"): Promise<unknown> {
    if (way === "wait") this.channel.post([way]);
    this.channel.post(batch);
    const count = way === "wait" ? 2 : 1;
    await until("the batch is back", () => this.received.length >= count || this.malformed.length > 0);
    assertEquals(this.malformed, []);
    return this.received.splice(0).at(-1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.channel.close();
    await this.end();
  }
}

const everyByte = Uint8Array.from({ length: 256 }, (_, n) => n);
const failed = new TypeError("wrong", { cause: new AggregateError([new Error("a"), new RangeError("b")], "both") });
const own = JSON.parse('{"__proto__": 1, "constructor": {"__proto__": [2]}}');

/** Values whose way in a message differs. */
const VALUES: Record<string, Answer> = {
  nothing: NONE,
  null: null,
  booleans: [true, false],
  integers: [0, 1, -1, 2 ** 31, 2 ** 53, -(2 ** 53), Number.MAX_VALUE, Number.MIN_VALUE, 0.1 + 0.2],
  "numbers that JSON lacks": [NaN, Infinity, -Infinity, -0],
  "a number that JSON lacks": -0,
  bigints: [0n, 1n, -1n, 2n ** 64n, -(2n ** 200n)],
  dates: [new Date(0), new Date(-1), new Date(8.64e15)],
  "an invalid date": new Date(NaN),
  strings: ["", "a", "ä€😀", '"\\\n\u0000\u2028', "\ud800", "\udc00\ud800", "$", "\ufeff"],
  "a long string": "x€".repeat(200_000),
  bytes: everyByte,
  "no bytes": new Uint8Array(),
  "a part of a buffer": everyByte.subarray(7, 9),
  "bytes among others": { a: [everyByte, { b: new Uint8Array([1]) }], c: new Uint8Array([2, 3]) },
  "lists that look like tags": [["$"], ["$", "b"], ["$", "l", ["$"]], [["$", "u"]], [["$", "n", "NaN"], NaN]],
  "keys that mean something": own,
  "the same with bytes": { ...own, bytes: everyByte },
  "keys that are numbers": { 2: everyByte, 1: new Uint8Array([1]), b: new Uint8Array([2]), a: NaN },
  "empty things": [[], {}, [[]], [{}]],
  errors: [
    failed,
    Object.assign(new Error("coded"), { code: "timeout", details: { bytes: everyByte, n: -0, at: new Date(5) } }),
  ],
  "a stream": Stream.of(123_456_789),
  "a lazy map": lazyMap({
    fields: { a: 1, q: null, b: everyByte },
    lazy: { q: { decoder: "form", source: "x=1" }, r: { decoder: "form", source: new Uint8Array([1, 2]) } },
  }),
  "many values": Array.from({ length: 50_000 }, (_, n) => ({ n, d: new Date(n) })),
  "deep values": Array.from({ length: 150 }).reduce<Value>(
    (inner, _, n) => n % 2 === 0 ? [inner, -0] : { inner },
    null,
  ),
};

/** Returns a value in a form that shows all that a value has. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (isError(value)) {
    const { name, message, cause, code, details, stack, errors } = value as AggregateError & Record<string, unknown>;
    return { error: [name, message, code, shown(details), stack, shown(cause), shown(errors)] };
  }
  if (value instanceof Stream) return { stream: value.ticket };
  const lazy = lazyParts(value);
  if (lazy !== undefined) return { lazy: lazy.lazy, fields: shown({ ...lazy.fields }) };
  if (value === null || typeof value !== "object" || value instanceof Date || value instanceof Uint8Array) return value;
  return Reflect.ownKeys(value).map((key) => [key, shown((value as Record<string | symbol, unknown>)[key])]);
}

for (const isolation of MODES) {
  Deno.test(`${isolation}: every value crosses as it is`, async () => {
    await using echo = await Echo.start(isolation);
    for (const [name, value] of Object.entries(VALUES)) {
      const { form, data } = toWire(value);
      const [number, back] = await echo.send([form, data]) as [number, unknown];
      assertEquals(shown(fromWire(number, back)), shown(value), name);
    }
  });

  Deno.test(`${isolation}: requests and responses cross in their own encoding, undefined and bytes included`, async () => {
    await using echo = await Echo.start(isolation);
    const response = CODECS[0]!.encode({ status: 201, header: { a: "b" }, body: everyByte }, [
      "GET",
      "/",
      "",
      null,
      0,
      false,
    ]);
    const batches = [
      [1, ["GET", "http://h/ä?x=%00", "\nhost:h", everyByte, 5, true]],
      [2, response],
      [3, { define: [{ number: 1, body: { fields: undefined, form: 0 } }], link: [], free: [-0] }],
    ];
    for (const batch of batches) assertEquals(await echo.send(batch), batch);
  });

  Deno.test(`${isolation}: batches arrive in order, by the event loop and without it`, async () => {
    await using echo = await Echo.start(isolation);
    for (let round = 0; round < 20; round++) {
      assertEquals(await echo.send([round], "wait"), [round]);
      assertEquals(await echo.send([round]), [round]);
    }
    const count = 2_000;
    for (let n = 0; n < count; n++) echo.channel.post([n, "x".repeat(n)]);
    await until("all are back", () => echo.received.length === count);
    assertEquals(echo.received.map((batch) => (batch as unknown[])[0]), Array.from({ length: count }, (_, n) => n));
  });

  Deno.test(`${isolation}: more than a pipe holds crosses in both directions at once`, async () => {
    await using echo = await Echo.start(isolation);
    const large = "0123456789".repeat(1_000_000);
    for (let n = 0; n < 4; n++) echo.channel.post([n, large, everyByte]);
    await until("all are back", () => echo.received.length === 4);
    for (const [n, batch] of echo.received.entries()) assertEquals(batch, [n, large, everyByte]);
  });

  Deno.test(`${isolation}: what was posted before the end is drained, and after close nothing is delivered`, async () => {
    await using echo = await Echo.start(isolation);
    for (let n = 0; n < 100; n++) echo.channel.post([n]);
    echo.channel.post(["end"]);
    await echo.ended;
    await echo.channel.drain();
    assertEquals(echo.received.length, 101);
    assertEquals(echo.received.at(-1), ["end"]);
    assert(echo.malformed.length === 0);
    echo.channel.close();
    echo.channel.post([1]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(echo.received.length, 101);
  });
}
