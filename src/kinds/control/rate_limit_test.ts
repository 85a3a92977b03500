import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Failure } from "@weft/weft/kind";
import { type Answer, startNode, startWorkflow, TestClock, type Value } from "@weft/weft/testing";
import { Buckets } from "./buckets.ts";
import { rateLimit } from "./rate_limit.ts";

/** Whether packets went through. */
async function through(send: (payload: Value) => Promise<Answer>, payloads: readonly Value[]): Promise<boolean[]> {
  const passed: boolean[] = [];
  for (const payload of payloads) passed.push(!(await send(payload) instanceof Error));
  return passed;
}

Deno.test("so many packets go through at once, and so many more in each interval", async () => {
  await using node = await startNode(rateLimit, { limit: 2, interval: "1s", burst: 3 }, { linked: [] });
  const send = (payload: Value) => node.send(payload);
  assertEquals(await through(send, [1, 2, 3, 4]), [true, true, true, false]);
  await node.clock.advance(499);
  assertEquals(await through(send, [1]), [false]);
  await node.clock.advance(1);
  assertEquals(await through(send, [1, 2]), [true, false]);
  await node.clock.advance(60_000);
  assertEquals(await through(send, [1, 2, 3, 4]), [true, true, true, false]);
  assertEquals(node.metrics, { limited: 4 });
});

Deno.test("an error says how long to wait", async () => {
  await using node = await startNode(rateLimit, { limit: 1, interval: "1m" });
  assertEquals(await node.send("a"), "a");
  await node.clock.advance(15_500);
  const answer = await node.send("b") as Failure;
  assertEquals([answer.code, answer.message], ["rate_limited", "too many requests: try again in 44.5 s"]);
  assertEquals(answer.details, { status: 429, retryAfter: 44.5 });
  assertEquals(node.sent.map(({ port, payload }) => [port, payload]), [["out", "a"], ["error", answer]]);
  await node.clock.advance(44_500);
  assertEquals(await node.send("c"), "c");
});

Deno.test("packets of different keys have limits of their own", async () => {
  await using node = await startNode(rateLimit, { limit: 1, key: "self.user" }, { linked: [] });
  const send = (user: Value) => node.send({ user });
  assertEquals(await through(send, ["a", "b", "a", 1, "1", null, [1], 1]), [
    true,
    true,
    false,
    true,
    true,
    true,
    true,
    false,
  ]);
  // a key that cannot be told is an error, and so is one that is too long
  assert(await node.send({}) instanceof Error);
  assertEquals(
    (await node.send({ user: "x".repeat(2_000) }) as Error).message,
    "invalid key of 2000 characters: expected at most 1000",
  );
});

Deno.test("retry waits as long as a limit asks for", async () => {
  const specs = [
    { kind: "for", name: "loop", links: { "out[0]": [{ name: "retry", port: "in" }] } },
    { kind: "retry", name: "retry", attempts: 9, delay: 0, links: { out: [{ name: "limit", port: "in" }] } },
    { kind: "rateLimit", name: "limit", limit: 2 },
  ];
  const clock = new TestClock({ now: 0, skip: true });
  await using workflow = await startWorkflow(specs, { clock });
  assertEquals(await workflow.send("loop.in", [1, 2, 3, 4, 5]), [1, 2, 3, 4, 5]);
  assert(clock.now() >= 1_500 && clock.now() <= 1_510, String(clock.now()));
});

Deno.test("a change of the node keeps what was used", async () => {
  const spec = (limit: number) => [{ kind: "rateLimit", name: "limit", limit, interval: "1h" }];
  await using workflow = await startWorkflow(spec(2));
  const send = (payload: Value) => workflow.send("limit.in", payload);
  assertEquals(await through(send, [1]), [true]);
  await workflow.apply(spec(3));
  assertEquals(await through(send, [1, 2]), [true, false]);
  await workflow.delete("limit");
  await workflow.apply(spec(2));
  assertEquals(await through(send, [1, 2, 3]), [true, true, false]);
});

Deno.test("buckets that are full, and those beyond a number, are forgotten", () => {
  const buckets = new Buckets();
  const rate = { limit: 10, interval: 1_000, burst: 10 };
  for (let i = 0; i < 1_000; i++) buckets.take(`a${i}`, 0, rate);
  assertEquals(buckets.size, 1_000);
  for (let i = 0; i < 1_000; i++) buckets.take("b", 10_000, rate);
  assertEquals(buckets.size, 1);
  for (let i = 0; i < 250_000; i++) buckets.take(`c${i}`, 10_000, rate);
  assert(buckets.size <= 100_000, String(buckets.size));
  // a clock that is set back neither adds nor takes tokens
  const one = { limit: 1, interval: 1_000, burst: 1 };
  assertEquals([buckets.take("d", 5_000, one), buckets.take("d", 1_000, one), buckets.take("d", 2_000, one)], [
    0,
    1_000,
    0,
  ]);
});

Deno.test("rateLimit is rejected for its fields", async () => {
  await assertRejects(() => startNode(rateLimit), Error, 'missing field "limit"');
  await assertRejects(
    () => startNode(rateLimit, { limit: 1, interval: 0 }),
    Error,
    "invalid interval 0: expected more",
  );
  await assertRejects(() => startNode(rateLimit, { limit: 1, key: "self +" }), Error, "node: ");
  await assertRejects(
    () => startNode(rateLimit, { limit: 1, key: "self.list.map(x, x)" }),
    Error,
    "an expression of the host cannot call map",
  );
});
