import { assert, assertEquals } from "@std/assert";
import { Worker } from "node:worker_threads";
import type { Calls } from "./close_call_thread.ts";

const COUNT = 200;

Deno.test("calls that end about when their time limit does end or are stopped, and their thread lives on", async () => {
  const worker = new Worker(new URL("./close_call_thread.ts", import.meta.url), { workerData: { count: COUNT } });
  const calls = await new Promise<Calls>((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
    worker.on("exit", (code: number) => reject(new Error(`the thread ended with code ${code}`)));
  });
  await worker.terminate();
  assertEquals(calls.gaveUp, undefined);
  assertEquals(calls.ended + calls.stopped, COUNT);
  assert(calls.ended > 0 && calls.stopped > 0, JSON.stringify(calls));
});
