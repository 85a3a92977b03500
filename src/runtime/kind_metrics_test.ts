import { assertEquals } from "@std/assert";
import { KindMetrics, MAX_LABELLED, MAX_SERIES } from "./kind_metrics.ts";

Deno.test("a thousand series are kept, and what is beyond is counted", () => {
  const metrics = new KindMetrics();
  for (let n = 0; n < MAX_SERIES + 5; n++) metrics.record("node", "counter", `orders_${n}`, 1);
  assertEquals([[...metrics.series].length, metrics.dropped], [1_000, 5]);
  // those that are kept go on
  metrics.record("node", "counter", "orders_0", 1);
  assertEquals([[...metrics.series][0]!.count, metrics.dropped], [2, 5]);
});

Deno.test("what is no metric is counted and not kept", () => {
  const metrics = new KindMetrics();
  metrics.record("node", "gauge", "orders", 1);
  metrics.record("node", "counter", "no name", 1);
  metrics.record("node", "counter", "orders", -1);
  assertEquals([[...metrics.series], metrics.dropped], [[], 3]);
  // the same name counted and measured is two metrics, which /metrics calls differently
  metrics.record("node", "counter", "orders", 1);
  metrics.record("node", "histogram", "orders", 2);
  assertEquals([...metrics.series].map(({ type, sum }) => [type, sum]), [["counter", 1], ["histogram", 2]]);
  assertEquals(metrics.dropped, 3);
});

Deno.test("labels tell series apart, in whatever order, and leave room for what has none", () => {
  const metrics = new KindMetrics();
  metrics.record("node", "counter", "orders", 1, { status: "paid", shop: "a b" });
  metrics.record("node", "counter", "orders", 2, { shop: "a b", status: "paid" });
  metrics.record("node", "counter", "orders", 4, { shop: "a", status: "b paid" });
  metrics.record("node", "counter", "orders", 8);
  assertEquals([...metrics.series], [
    { name: "orders", node: "node", type: "counter", labels: { shop: "a b", status: "paid" }, count: 2, sum: 3 },
    { name: "orders", node: "node", type: "counter", labels: { shop: "a", status: "b paid" }, count: 1, sum: 4 },
    { name: "orders", node: "node", type: "counter", count: 1, sum: 8 },
  ]);
  for (let user = 2; user < MAX_LABELLED; user++) metrics.record("node", "counter", "users", 1, { user: `${user}` });
  assertEquals([metrics.record("node", "counter", "users", 1, { user: "one more" }), metrics.dropped], [false, 1]);
  assertEquals(metrics.record("node", "counter", "mails", 1), true);
});
