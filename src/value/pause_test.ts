import { assert } from "@std/assert";
import { pause } from "./mod.ts";

Deno.test("a pause lasts its time, and ends at once with its signal, without a timer left", async () => {
  const began = performance.now();
  await pause(20, new AbortController().signal);
  assert(performance.now() - began >= 15);
  const controller = new AbortController();
  const long = pause(1e6, controller.signal);
  controller.abort();
  await long;
  await pause(1e6, controller.signal);
});
