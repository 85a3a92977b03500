import { assertEquals, assertRejects } from "@std/assert";
import { TIMED_OUT, within } from "./within.ts";

const never = new Promise<never>(() => {});

Deno.test("within resolves to the promise's value and leaves no timer behind", async () => {
  assertEquals(await within(60_000, Promise.resolve("done")), "done");
});

Deno.test("within rejects with what the promise rejects with and leaves no timer behind", async () => {
  await assertRejects(() => within(60_000, Promise.reject(new Error("disk full"))), Error, "disk full");
});

Deno.test("within resolves to TIMED_OUT once the time is up", async () => {
  assertEquals(await within(1, never), TIMED_OUT);
});

Deno.test("A rejection after the time limit is not an unhandled one", async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  assertEquals(await within(1, promise), TIMED_OUT);
  reject(new Error("too late"));
  await new Promise((resolve) => setTimeout(resolve));
});
