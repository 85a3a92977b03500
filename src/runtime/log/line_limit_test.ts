import { assertEquals } from "@std/assert";
import { LineLimit } from "./line_limit.ts";

Deno.test("what was dropped is told when the limit is finished, and no timer is left behind", () => {
  const told: [string, number][] = [];
  const limit = new LineLimit(2, (node, dropped) => told.push([node, dropped]));
  const taken = Array.from({ length: 5 }, () => limit.take("a"));
  assertEquals(taken, [true, true, false, false, false]);
  assertEquals(limit.take("b"), true);
  limit.finish();
  assertEquals(told, [["a", 3]]);
  limit.finish();
  assertEquals(told.length, 1);
});
