import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { NONE, startNode, startWorkflow, TestClock, type Value } from "@weft/weft/testing";
import { defineKind } from "@weft/weft/kind";
import { z } from "zod";
import { forKind } from "./for.ts";

const double = (payload: Value) => (payload as number) * 2;

Deno.test("for sends each item by out[0], and the answers in a list by out[1]", async () => {
  for (const concurrency of [undefined, 1, 2]) {
    const fields = { ...concurrency !== undefined && { concurrency } };
    await using node = await startNode(forKind, fields, { answers: { "out[0]": double } });
    assertEquals(await node.send([1, 2, 3]), [2, 4, 6]);
    assertEquals(node.sent.map(({ port }) => port), ["out[0]", "out[0]", "out[0]", "out[1]"]);
    assertEquals(node.sent.at(-1)!.payload, [2, 4, 6]);
  }
});

Deno.test("the result is a list for one item and for none, and what has no answer is left out", async () => {
  for (const fields of [{}, { concurrency: 3 }, { onError: "stop" }]) {
    await using node = await startNode(forKind, fields, { answers: { "out[0]": (n) => n === 2 ? NONE : n } });
    assertEquals(await node.send([1]), [1]);
    assertEquals(await node.send([]), []);
    assertEquals(await node.send([1, 2, 3]), [1, 3]);
    assertEquals(await node.send([2]), []);
  }
});

Deno.test("where out[0] is not linked items are their answers, and where out[1] is not the list is the answer", async () => {
  for (const fields of [{}, { concurrency: 3 }, { onError: "stop" }]) {
    await using bare = await startNode(forKind, fields, { linked: [] });
    assertEquals(await bare.send([1, 2]), [1, 2]);
    assertEquals(await bare.send([]), []);
    await using items = await startNode(forKind, fields, { linked: ["out[0]"], answers: { "out[0]": double } });
    assertEquals(await items.send([1, 2]), [2, 4]);
  }
});

Deno.test("a payload that is no list is an error, and an error stays what it is", async () => {
  await using node = await startNode(forKind);
  for (const [payload, got] of [[null, "null"], [{ a: 1 }, "map"], ["ab", "text"]] as const) {
    const answer = await node.send(payload);
    assert(answer instanceof Error);
    assertEquals(answer.message, `invalid payload of for: expected a list, got ${got}`);
    assertEquals((answer as { code?: string }).code, "invalid_payload");
  }
  const error = new Error("from before");
  assertEquals(await node.send(error), error);
  assert(node.sent.every(({ port }) => port === "error"));
});

/** Fails for odd numbers. */
const even = (payload: Value) => (payload as number) % 2 === 0 ? payload : new Error(`${payload} is odd`);

Deno.test("errors of items are joined when all have run", async () => {
  for (const fields of [{}, { concurrency: 2 }]) {
    await using node = await startNode(forKind, fields, { answers: { "out[0]": even } });
    const answer = await node.send([1, 2, 3, 4]);
    assert(answer instanceof AggregateError);
    assertEquals(answer.message, "1 is odd\n3 is odd");
    assertEquals(node.sent.map(({ port }) => port), [...Array(4).fill("out[0]"), "error"]);
    const one = await node.send([2, 3]);
    assertEquals((one as Error).message, "3 is odd");
  }
  await using node = await startNode(forKind, {}, { answers: { "out[0]": () => new Error("no") } });
  const many = await node.send(Array(5_000).fill(1));
  assertMatch((many as Error).message, /^(no\n){100}and 4900 more errors$/);
});

Deno.test("onError: stop sends nothing after the first error", async () => {
  for (const fields of [{ onError: "stop" }, { onError: "stop", concurrency: 1 }]) {
    await using node = await startNode(forKind, fields, { answers: { "out[0]": even } });
    const answer = await node.send([2, 4, 5, 7, 8]);
    assertEquals((answer as Error).message, "5 is odd");
    assertEquals(node.sent.map(({ payload }) => payload), [2, 4, 5, answer]);
    assertEquals(await node.send([2, 4]), [2, 4]);
  }
});

Deno.test("onError: collect puts an error in its place in the list", async () => {
  for (const fields of [{ onError: "collect" }, { onError: "collect", concurrency: 2 }]) {
    await using node = await startNode(forKind, fields, { answers: { "out[0]": even } });
    const answer = await node.send([2, 3, 4]) as Value[];
    assertEquals(answer.map((item) => item instanceof Error ? item.message : item), [2, "3 is odd", 4]);
    assertEquals(node.sent.at(-1)!.port, "out[1]");
  }
});

/** Waits as many milliseconds as its payload says. */
const wait = defineKind({
  name: "held",
  summary: "Waits.",
  place: "any",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] },
  prepare: ({ clock }) => ({ in: async (ms, call) => (await clock.sleep(ms as number, call.signal), ms) }),
});
const looped = (fields: Record<string, unknown>) => [
  { kind: "for", name: "loop", ...fields, links: { "out[0]": [{ name: "wait", port: "in" }] } },
  { kind: "held", name: "wait" },
];

Deno.test("with concurrency several items wait at a time, and the answers keep the order of the items", async () => {
  const took = async (fields: Record<string, unknown>) => {
    const clock = new TestClock({ now: 0, skip: true });
    await using workflow = await startWorkflow(looped(fields), { kinds: [wait], clock });
    assertEquals(await workflow.send("loop.in", [40, 30, 20, 10]), [40, 30, 20, 10]);
    return clock.now();
  };
  assertEquals(await took({}), 100);
  assertEquals(await took({ concurrency: 1 }), 100);
  assertEquals(await took({ concurrency: 2 }), 50);
  assertEquals(await took({ concurrency: 9 }), 40);
});

Deno.test("a process that ends while its items are under way sends no more of them", async () => {
  for (const fields of [{}, { concurrency: 2 }, { onError: "stop" }]) {
    await using workflow = await startWorkflow(looped(fields), { kinds: [wait] });
    const controller = new AbortController();
    const answer = workflow.send("loop.in", Array(50).fill(1_000), { signal: controller.signal });
    await workflow.clock.advance(2_500);
    const before = workflow.path.length;
    controller.abort(new Error("gone"));
    assertEquals((await answer as Error).message, "gone");
    await workflow.clock.advance(100_000);
    assertEquals(workflow.path.length, before);
    assertEquals(workflow.clock.sleeping, 0);
  }
});

Deno.test("a list of 100,000 items goes through, and lists in lists of as many", async () => {
  const specs = [
    { kind: "for", name: "outer", links: { "out[0]": [{ name: "inner", port: "in" }] } },
    { kind: "for", name: "inner", links: { "out[0]": [{ name: "pass", port: "in" }] } },
    { kind: "pipe", name: "pass" },
  ];
  await using workflow = await startWorkflow(specs);
  const list = Array.from({ length: 100_000 }, (_, i) => i);
  assertEquals(await workflow.send("inner.in", list), list);
  const lists = Array.from({ length: 500 }, () => list.slice(0, 500));
  const answer = await workflow.send("outer.in", lists) as number[][];
  assertEquals([answer.length, answer[499]!.length, answer[499]![499]], [500, 500, 499]);
});

Deno.test("a child process of each item: 20,000 of them", async () => {
  await using node = await startNode(forKind, { concurrency: 100 }, { linked: ["out[0]"] });
  const list = Array.from({ length: 20_000 }, (_, i) => i);
  assertEquals(await node.send(list), list);
});

Deno.test("for is also called loop, and is rejected for its fields", async () => {
  await using workflow = await startWorkflow([{ kind: "loop", name: "loop" }]);
  assertEquals(await workflow.send("loop.in", [1]), [1]);
  await assertRejects(() => startNode(forKind, { concurrency: 0 }), Error, "concurrency");
  await assertRejects(() => startNode(forKind, { onError: "ignore" }), Error, "onError");
  await assertRejects(() => startNode(forKind, { onerror: "stop" }), Error, 'did you mean "onError"?');
});
