import { assertEquals, assertRejects } from "@std/assert";
import { startNode, startWorkflow } from "@weft/weft/testing";
import { metric } from "./metric.ts";

Deno.test("metric counts what passes by the labels of its payload, and passes it on", async () => {
  const labels = { status: "self.status", big: "self.size > 10" };
  await using node = await startNode(metric, { metric: "orders", labels });
  const order = { status: "paid", size: 12n };
  assertEquals(await node.send(order), order);
  await node.send({ status: "paid", size: 11 });
  await node.send({ status: null, size: 1 });
  assertEquals(node.metrics, { 'orders{big="true",status="paid"}': 2, 'orders{big="false",status=""}': 1 });
  assertEquals(node.sent[0], { port: "out", payload: order });
  assertEquals(node.log, []);
});

Deno.test("metric adds values up, and measures them", async () => {
  await using counter = await startNode(metric, { metric: "items", value: "size(self)" }, { linked: [] });
  await counter.send([1, 2, 3]);
  await counter.send([1]);
  assertEquals(counter.metrics, { items: 4 });
  await using summary = await startNode(metric, { metric: "change", type: "summary", value: "self" }, { linked: [] });
  await summary.send(1.5);
  await summary.send(-3n);
  assertEquals(summary.metrics, { change: -1.5 });
});

Deno.test("what cannot be counted passes on, is told once a minute and counted itself", async () => {
  await using node = await startNode(metric, { metric: "items", value: "self.items" });
  const payloads = [{}, { items: -1 }, { items: "three" }, { items: 1 / 0 }];
  for (const payload of payloads) assertEquals(await node.send(payload), payload);
  assertEquals(node.sent.map(({ payload }) => payload), payloads);
  assertEquals(node.metrics, { metric_errors: 4 });
  await node.clock.advance(60_000);
  await node.send({ items: -1 });
  assertEquals(node.log.map(({ level, message }) => [level, message.replace(/: .*key.*/, ": no key")]), [
    ["warn", "items is not counted: no key"],
    ["warn", "items is not counted: invalid value -1: expected a number from 0 on"],
  ]);
});

Deno.test("an error is counted and goes on by error", async () => {
  await using node = await startNode(metric, { metric: "failures" });
  const error = new Error("no");
  assertEquals(await node.send(error), error);
  assertEquals([node.sent, node.metrics], [[{ port: "error", payload: error }], { failures: 1 }]);
});

Deno.test("labels of too many values are told, and stop nothing", async () => {
  await using node = await startNode(metric, { metric: "users", labels: { user: "self" } }, { linked: [] });
  for (let user = 0; user < 502; user++) assertEquals(await node.send(user), user);
  assertEquals(Object.keys(node.metrics).length, 500);
  assertEquals(node.log.map(({ message }) => message), [
    "users is not counted: there are too many series; choose labels of fewer values",
  ]);
});

Deno.test("a change of the node keeps what was counted, and may measure instead", async () => {
  const spec = (fields: object) => [{ kind: "metric", name: "count", metric: "orders", ...fields }];
  await using workflow = await startWorkflow(spec({}));
  await workflow.send("count.in", 1);
  await workflow.apply(spec({ value: "self" }));
  await workflow.send("count.in", 4);
  assertEquals(workflow.metricsOf("count"), { orders: 5 });
  await workflow.apply(spec({ type: "summary", value: "self" }));
  await workflow.send("count.in", 7);
  assertEquals(workflow.metricsOf("count"), { orders: 7 });
});

Deno.test("a metric that cannot be is rejected", async () => {
  const wrong: [object, string][] = [
    [{ metric: "Orders" }, "lower-case letters"],
    [{ metric: "call_errors" }, 'invalid metric "call_errors": the engine has that itself'],
    [{ metric: "orders", type: "summary" }, "missing field value"],
    [{ metric: "orders", labels: { node: "self" } }, 'invalid label "node"'],
    [{ metric: "orders", labels: { "a b": "self" } }, 'invalid label "a b"'],
    [{ metric: "orders", labels: { __name__: "self" } }, 'invalid label "__name__"'],
    [{ metric: "orders", labels: { status: "self." } }, "node"],
    [{ metric: "orders", value: "self.map(x, x)" }, "map"],
    [
      { metric: "orders", labels: Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`l${n}`, "self"])) },
      "most 10",
    ],
  ];
  for (const [fields, message] of wrong) {
    await assertRejects(() => startNode(metric, fields as Record<string, unknown>), Error, message);
  }
});
