import { assertEquals } from "@std/assert";
import { waitAfter } from "./retry_fields.ts";

Deno.test("waits grow by their factor up to the longest, less a random part", () => {
  const retry = { delay: 100, factor: 2, jitter: 0.5, max: 500 };
  assertEquals([1, 2, 3, 4, 5].map((attempt) => waitAfter(attempt, retry, 0)), [100, 200, 400, 500, 500]);
  assertEquals(waitAfter(1, retry, 1), 50);
  assertEquals(waitAfter(2, { ...retry, jitter: 0 }, 1), 200);
});
