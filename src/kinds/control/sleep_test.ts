import { assertEquals, assertRejects } from "@std/assert";
import { startNode, startWorkflow, TestClock } from "@weft/weft/testing";
import { sleep } from "./sleep.ts";

Deno.test("sleep passes a packet on after its interval", async () => {
  await using node = await startNode(sleep, { interval: "2s" });
  const answer = node.send("a");
  await node.clock.advance(1_999);
  assertEquals(node.sent, []);
  await node.clock.advance(1);
  assertEquals(await answer, "a");
  assertEquals(node.sent, [{ port: "out", payload: "a" }]);
});

Deno.test("different processes wait at the same time, packets of one after another unless concurrency is more", async () => {
  for (const [concurrency, took] of [[undefined, 3_000], [2, 2_000], [100, 1_000]] as const) {
    const clock = new TestClock({ now: 0, skip: true });
    const fields = { for: "1s", ...concurrency !== undefined && { concurrency } };
    const loop = { kind: "for", name: "loop", links: { "out[0]": [{ name: "sleep", port: "in" }] } };
    await using workflow = await startWorkflow([loop, { kind: "delay", name: "sleep", ...fields }], { clock });
    assertEquals(await workflow.send("loop.in", ["a", "b", "c"]), ["a", "b", "c"]);
    assertEquals(clock.now(), took);
  }
  await using node = await startNode(sleep, { interval: 1_000 });
  const answers = ["a", "b", "c"].map((payload) => node.send(payload));
  await node.clock.advance(1_000);
  assertEquals(await Promise.all(answers), ["a", "b", "c"]);
});

Deno.test("a packet that waits ends with its process", async () => {
  await using node = await startNode(sleep, { interval: "1h" });
  const controller = new AbortController();
  const answer = node.send(1, "in", { signal: controller.signal, timeout: Infinity });
  await node.clock.advance(1_000);
  assertEquals(node.clock.sleeping, 1);
  controller.abort(new Error("gone"));
  assertEquals((await answer as Error).message, "gone");
  assertEquals([node.clock.sleeping, node.sent], [0, []]);
});

Deno.test("an interval of zero passes a packet on", async () => {
  await using node = await startNode(sleep, { interval: 0 }, { clock: new TestClock({ skip: true }), linked: [] });
  assertEquals(await node.send(1), 1);
});

Deno.test("sleep is rejected without an interval, and for one that no timer can wait for", async () => {
  await assertRejects(() => startNode(sleep), Error, 'missing field "interval"');
  await assertRejects(() => startNode(sleep, { interval: "soon" }), Error, "expected a duration");
  await assertRejects(() => startNode(sleep, { interval: -1 }), Error, "interval");
  await assertRejects(() => startNode(sleep, { interval: "25d" }), Error, "invalid interval: expected at most 24d");
});
