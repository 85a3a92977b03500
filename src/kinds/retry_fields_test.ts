import { assertEquals } from "@std/assert";
import { waitBefore } from "./retry_fields.ts";

Deno.test("waits grow by their factor up to the longest, less a random part", () => {
  const retry = { attempts: 9, delay: 100, factor: 2, jitter: 0.5, max: 500, codes: [] };
  assertEquals([1, 2, 3, 4, 5].map((attempt) => waitBefore(retry, attempt, 0)), [100, 200, 400, 500, 500]);
  assertEquals(waitBefore(retry, 1, 1), 50);
  assertEquals(waitBefore({ ...retry, jitter: 0 }, 2, 1), 200);
});
