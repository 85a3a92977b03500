import { assert, assertEquals } from "@std/assert";
import { failure } from "@weft/weft/kind";
import { type Answer, startNode, startWorkflow, type TestNode, type Value, type ValueMap } from "@weft/weft/testing";
import { until } from "../../../tests/support/until.ts";
import { Stream } from "../../value/mod.ts";
import { Answers } from "./answers.ts";
import { cache } from "./cache.ts";

/** Starts a cache before something that counts. */
async function counting(
  fields: Record<string, unknown>,
  out: (payload: Value, count: number) => Value | Promise<Value> = (_, count) => count,
): Promise<TestNode & { count: number }> {
  const state = { count: 0 };
  const node = await startNode(cache, fields, { answers: { out: (payload) => out(payload, ++state.count) } });
  return Object.defineProperty(node, "count", { get: () => state.count }) as TestNode & { count: number };
}

Deno.test("an answer is used until its time is over, for the same key alone", async () => {
  await using node = await counting({ key: "self.id", ttl: "10s" });
  assertEquals(await node.send({ id: 1 }), 1);
  assertEquals(await node.send({ id: 1, other: true }), 1);
  assertEquals(await node.send({ id: "1" }), 2);
  await node.clock.advance(9_999);
  assertEquals(await node.send({ id: 1 }), 1);
  await node.clock.advance(1);
  assertEquals(await node.send({ id: 1 }), 3);
  assertEquals(node.metrics, { hits: 2, misses: 3 });
  const error = await node.send({}) as Error;
  assert(/id/.test(error.message), error.message);
  assertEquals(node.sent.map(({ port }) => port), ["out", "out", "out", "error"]);
});

Deno.test("without a key the payload is one, of any type", async () => {
  await using node = await counting({});
  const payloads: Value[] = [
    null,
    1,
    "1",
    1n,
    "AQ==",
    new Uint8Array([1]),
    new Date(0),
    "1970-01-01T00:00:00.000Z",
    [1],
    { a: 1 },
    { a: 1, b: 2 },
    "x".repeat(10_000),
    `${"x".repeat(10_000)}y`,
    new Error("x"),
    NaN,
  ];
  for (let round = 0; round < 2; round++) {
    for (const [index, payload] of payloads.slice(0, 13).entries()) assertEquals(await node.send(payload), index + 1);
  }
  assert(await node.send(payloads[13]!) instanceof Error);
  assertEquals(await node.send(NaN), 14);
  assertEquals(await node.send(NaN), 14);
  const stream = Stream.from(new Blob(["x"]).stream());
  assertEquals((await node.send({ stream }) as Error).message, "a stream cannot be a key");
  stream.close();
});

Deno.test("one makes the answer, and those who come meanwhile get it too", async () => {
  let land = (_: Value) => {};
  await using node = await counting({ key: "self.id" }, () => new Promise((resolve) => land = resolve));
  const asked = Array.from({ length: 50 }, (_, index) => node.send({ id: 7, index }));
  await until("all wait", () => node.metrics.waits === 49);
  land("made");
  assertEquals(new Set(await Promise.all(asked)), new Set(["made"]));
  assertEquals([node.count, (node.sent[0]!.payload as ValueMap).index], [1, 0]);
  // an error is shared, and not kept
  const failing = Array.from({ length: 5 }, () => node.send({ id: 8 }));
  await until("all wait", () => node.metrics.waits === 53);
  land(failure("broken"));
  for (const answer of await Promise.all(failing)) assertEquals((answer as Error).message, "broken");
  const again = node.send({ id: 8 });
  await until("it is made again", () => node.count === 3);
  land("well");
  assertEquals(await again, "well");
});

Deno.test("if the process ends that makes an answer, the next one makes it", async () => {
  const made: Value[] = [];
  let land = (_: Value) => {};
  await using node = await counting({ key: "1" }, (payload) => {
    made.push(payload);
    return new Promise((resolve) => land = resolve);
  });
  const gone = new AbortController();
  const first = node.send("first", "in", { signal: gone.signal });
  await until("the first one is sent", () => made.length === 1);
  const others = [node.send("second"), node.send("third")];
  await until("the others wait", () => node.metrics.waits === 2);
  gone.abort(new Error("gone"));
  assert(await first instanceof Error);
  await until("the second one is sent", () => made.length === 2);
  land("late");
  assertEquals([await Promise.all(others), made], [["late", "late"], ["first", "second"]]);
});

Deno.test("an old answer is used while another is made, and kept if that fails", async () => {
  let land: (value: Value) => void = () => {};
  let isFirst = true;
  await using node = await counting({ key: "1", ttl: "10s", stale: "20s" }, (_, count) => {
    if (isFirst) return count;
    return new Promise((resolve) => land = resolve);
  });
  assertEquals(await node.send(null), 1);
  isFirst = false;
  await node.clock.advance(10_000);
  for (let count = 0; count < 5; count++) assertEquals(await node.send(null), 1);
  await until("one other is made", () => node.count === 2);
  land(failure("broken"));
  await until("it is tried again", async () => await node.send(null) === 1 && node.count === 3);
  land("new");
  await until("the new one is used", async () => await node.send(null) === "new");
  assertEquals(node.count, 3);
  // beyond that time everybody waits
  await node.clock.advance(30_000);
  const asked = node.send(null);
  await until("it is made", () => node.count === 4);
  land("fresh");
  assertEquals(await asked, "fresh");
});

Deno.test("errors are kept if that is wanted; nothing and streams are not", async () => {
  await using node = await counting({ errors: "5s" }, (payload, count) => {
    if (payload === "error") return failure(`error ${count}`);
    if (payload === "stream") return { body: Stream.from(new Blob(["x"]).stream()) };
    return count;
  });
  assertEquals((await node.send("error") as Error).message, "error 1");
  assertEquals((await node.send("error") as Error).message, "error 1");
  await node.clock.advance(5_000);
  assertEquals((await node.send("error") as Error).message, "error 2");
  const bodies = await Promise.all([1, 2, 3].map(() => node.send("stream"))) as { body: Stream }[];
  assertEquals(new Set(bodies.map(({ body }) => body.ticket)).size, 3);
  for (const { body } of bodies) body.close();
  await using silent = await startWorkflow([
    { kind: "cache", name: "cache", links: { out: [{ name: "rooms", port: "io" }] } },
    { kind: "session", name: "rooms" },
  ], { allow: true });
  for (let count = 0; count < 2; count++) await silent.send("cache.in", 1);
  assertEquals(silent.callsOf("rooms"), [1, 1]);
});

Deno.test("clear forgets a key, or all, and what is being made as well", async () => {
  let land: ((value: Value) => void) | undefined;
  await using node = await counting(
    { key: "self.id" },
    (_, count) => count < 5 ? count : new Promise((resolve) => land = resolve),
  );
  const ask = (id: number): Promise<Answer> => node.send({ id });
  assertEquals([await ask(1), await ask(2), await ask(1)], [1, 2, 1]);
  await node.send({ id: 1 }, "clear");
  assertEquals([await ask(1), await ask(2)], [3, 2]);
  await node.send(null, "clear");
  assertEquals(await ask(2), 4);
  const slow = ask(9);
  await until("it is made", () => land !== undefined);
  await node.send({ id: 9 }, "clear");
  const [old, other] = [land!, ask(9)];
  await until("it is made again", () => land !== old);
  old("old");
  land!("new");
  assertEquals([await slow, await other, await ask(9)], ["old", "new", "new"]);
});

Deno.test("a change of the node keeps answers, and so does one of what is behind it", async () => {
  const specs = (ttl: string, code: string) => [
    { kind: "cache", name: "cache", ttl, links: { out: [{ name: "make", port: "in" }] } },
    { kind: "snippet", name: "make", language: "cel", code },
  ];
  await using workflow = await startWorkflow(specs("1m", "'one'"));
  assertEquals(await workflow.send("cache.in", 1), "one");
  await workflow.apply(specs("2m", "'two'"));
  assertEquals([await workflow.send("cache.in", 1), await workflow.send("cache.in", 2)], ["one", "two"]);
});

Deno.test("no more is kept than was said, the one that was used longest ago goes first", () => {
  const answers = new Answers({ entries: 3, size: 10_000 });
  const forever = { ttl: Infinity, stale: 0 };
  for (const key of ["a", "b", "c"]) answers.keep(key, key, 0, forever);
  answers.find("a", 0);
  answers.keep("d", "d", 0, forever);
  const keys = () => ["a", "b", "c", "d", "e", "f"].filter((key) => answers.find(key, 0) !== undefined);
  assertEquals(keys(), ["a", "c", "d"]);
  answers.keep("e", "x".repeat(9_000), 0, forever);
  assertEquals(keys(), ["c", "d", "e"]);
  answers.keep("f", "x".repeat(5_000), 0, forever);
  assertEquals(keys(), ["f"]);
  // what is larger than all of it is not kept, and takes the place of nothing
  answers.keep("a", "x".repeat(20_000), 0, forever);
  assertEquals(keys(), ["f"]);
});
