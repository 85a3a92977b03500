import { assertEquals, assertStrictEquals } from "@std/assert";
import { HeaderRecords } from "./header_records.ts";

Deno.test("short header records are kept, a hundred of them, and no long ones", () => {
  const records = new HeaderRecords();
  const first = records.of("content-type", "text/plain");
  assertEquals(first, { "content-type": "text/plain" });
  assertStrictEquals(records.of("content-type", "text/plain"), first);
  assertEquals(records.of("x-type", "text/plain"), { "x-type": "text/plain" });
  assertEquals(records.of("x", "a".repeat(256)), { x: "a".repeat(256) });
  assertEquals(records.size, 1);
  for (let n = 0; n < 1_000; n++) records.of("x", String(n));
  assertEquals(records.size, 100);
  assertEquals(records.of("__proto__", "1"), JSON.parse('{"__proto__":"1"}'));
});
