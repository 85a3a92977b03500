import { assertEquals } from "@std/assert";
import { FakeClock } from "../../../tests/support/clock.ts";
import { Backoff } from "./backoff.ts";

Deno.test("an engine is started again at once, then after 100 ms, doubling to 30 s", () => {
  const backoff = new Backoff();
  const waits = Array.from({ length: 12 }, () => backoff.next());
  assertEquals(waits, [0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
});

Deno.test("an engine that has served for a minute is started again at once", async () => {
  using clock = new FakeClock();
  const backoff = new Backoff();
  backoff.next();
  backoff.served();
  await clock.advance(59_999);
  assertEquals(backoff.next(), 100);
  backoff.served();
  await clock.advance(60_000);
  assertEquals([backoff.next(), backoff.next()], [0, 100]);
});

Deno.test("an engine that has not served waits longer however long it took to end", async () => {
  using clock = new FakeClock();
  const backoff = new Backoff();
  backoff.next();
  await clock.advance(120_000);
  assertEquals([backoff.next(), backoff.next()], [100, 200]);
});
