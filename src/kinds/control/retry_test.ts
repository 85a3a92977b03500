import { assert, assertEquals, assertRejects } from "@std/assert";
import { failure } from "@weft/weft/kind";
import { NONE, sequence, startNode, startWorkflow, TestClock } from "@weft/weft/testing";
import { retry } from "./retry.ts";

const no = new Error("no");

Deno.test("retry sends the packet again until the answer is no error, after longer and longer waits", async () => {
  const clock = new TestClock({ now: 0, skip: true });
  const times: number[] = [];
  const fail = () => (times.push(clock.now()), no);
  const done = () => (times.push(clock.now()), "done");
  const answers = { out: sequence(fail, fail, fail, fail, done) };
  await using node = await startNode(retry, { attempts: 5, delay: "100ms", factor: 3, max: "1s" }, { answers, clock });
  assertEquals(await node.send("a"), "done");
  assertEquals(times, [0, 100, 400, 1_300, 2_300]);
  assertEquals(node.sent.map(({ port, payload }) => [port, payload]), Array(5).fill(["out", "a"]));
  assertEquals(node.metrics, { retries: 4 });
});

Deno.test("the error of the last attempt goes by error, or is the answer", async () => {
  const errors = [new Error("1"), new Error("2"), new Error("3")];
  const clock = () => new TestClock({ skip: true });
  await using node = await startNode(retry, {}, {
    answers: { out: sequence(...errors), error: "caught" },
    clock: clock(),
  });
  assertEquals(await node.send(1), "caught");
  assertEquals(node.sent.at(-1), { port: "error", payload: errors[2]! });
  await using bare = await startNode(retry, {}, {
    linked: ["out"],
    answers: { out: sequence(...errors) },
    clock: clock(),
  });
  assertEquals(await bare.send(1), errors[2]);
  await using once = await startNode(retry, { attempts: 1 }, { linked: ["out"], answers: { out: sequence(no) } });
  assertEquals(await once.send(1), no);
});

Deno.test("threshold is how often it is tried again, at once", async () => {
  const answers = { out: sequence(no, no, "done") };
  await using node = await startNode(retry, { threshold: 2 }, { answers });
  assertEquals(await node.send(1), "done");
  await using none = await startNode(retry, { threshold: 0 }, { linked: ["out"], answers: { out: sequence(no) } });
  assertEquals(await none.send(1), no);
});

Deno.test("only errors among on are tried again", async () => {
  const busy = failure("busy", { code: "busy" });
  const unavailable = failure("503", { details: { status: 503 } });
  const inner = failure("outer", { cause: busy });
  const other = failure("other", { code: "invalid" });
  const answers = { out: sequence(busy, unavailable, inner, other), error: "caught" };
  const clock = new TestClock({ skip: true });
  await using node = await startNode(retry, { attempts: 9, on: ["busy", 503] }, { answers, clock });
  assertEquals(await node.send(1), "caught");
  assertEquals(node.sent.at(-1)!.payload, other);
  assertEquals(node.sent.length, 5);
});

Deno.test("an error that asks for a wait gets it, and a part of a wait may be random", async () => {
  const clock = new TestClock({ now: 0, skip: true });
  const late = failure("later", { details: { status: 429, retryAfter: 7 } });
  await using node = await startNode(retry, { delay: 10 }, { answers: { out: sequence(late, "done") }, clock });
  assertEquals(await node.send(1), "done");
  assertEquals(clock.now(), 7_000);

  const waits = new Set<number>();
  for (let seed = 1; seed <= 5; seed++) {
    const clock = new TestClock({ now: 0, skip: true });
    const answers = { out: sequence(no, "done") };
    await using node = await startNode(retry, { delay: 1_000, jitter: 0.5 }, { answers, clock, seed });
    assertEquals(await node.send(1), "done");
    assert(clock.now() >= 500 && clock.now() <= 1_000, String(clock.now()));
    waits.add(clock.now());
  }
  assert(waits.size > 1);
});

Deno.test("a packet that waits for its next attempt holds up no other, and answers keep their order", async () => {
  const clock = new TestClock({ now: 0, skip: true });
  const specs = [
    { kind: "for", name: "loop", links: { "out[0]": [{ name: "retry", port: "in" }] } },
    {
      kind: "retry",
      name: "retry",
      delay: 1_000,
      factor: 1,
      attempts: 2,
      links: { out: [{ name: "fail", port: "in" }] },
    },
    { kind: "throw", name: "fail" },
  ];
  await using workflow = await startWorkflow(specs, { clock });
  const answer = await workflow.send("loop.in", ["a", "b", "c"]);
  assertEquals((answer as Error).message, "a\nb\nc");
  assertEquals(clock.now(), 1_000);
  assertEquals(workflow.path.filter((port) => port === "fail.in").length, 6);
});

Deno.test("a process that ends while it waits is not tried again", async () => {
  await using node = await startNode(retry, { attempts: 9, delay: "10s" }, { answers: { out: no } });
  const controller = new AbortController();
  const answer = node.send(1, "in", { signal: controller.signal });
  await node.clock.advance(5_000);
  assertEquals(node.clock.sleeping, 1);
  controller.abort(new Error("gone"));
  assertEquals((await answer as Error).message, "gone");
  assertEquals([node.clock.sleeping, node.sent.length], [0, 1]);
});

Deno.test("no answer is no error, and where out is not linked the packet comes back", async () => {
  await using node = await startNode(retry, {}, { answers: { out: NONE } });
  assertEquals(await node.send(1), NONE);
  await using bare = await startNode(retry, {}, { linked: [] });
  assertEquals(await bare.send(no), no);
});

Deno.test("retry is rejected for its fields", async () => {
  await assertRejects(() => startNode(retry, { attempts: 0 }), Error, "attempts");
  await assertRejects(() => startNode(retry, { factor: 0.5 }), Error, "factor");
  await assertRejects(() => startNode(retry, { jitter: 2 }), Error, "jitter");
  await assertRejects(() => startNode(retry, { on: [] }), Error, "on");
  await assertRejects(() => startNode(retry, { attempt: 3 }), Error, 'did you mean "attempts"?');
});
