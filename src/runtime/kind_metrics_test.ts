import { assertEquals } from "@std/assert";
import { KindMetrics, MAX_SERIES } from "./kind_metrics.ts";

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
  metrics.record("node", "histogram", "orders", 1);
  assertEquals(metrics.dropped, 4);
});
