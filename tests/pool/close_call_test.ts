import { assert, assertEquals } from "@std/assert";
import { Worker } from "node:worker_threads";
import type { Calls } from "./close_call_thread.ts";

const COUNT = 200;

/** Runs the thread, and returns what it posts when it is done or gives up. */
async function runThread(workerData: { count: number; suspended?: boolean }): Promise<Calls> {
  const worker = new Worker(new URL("./close_call_thread.ts", import.meta.url), { workerData });
  const calls = await new Promise<Calls>((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
    worker.on("exit", (code: number) => reject(new Error(`the thread ended with code ${code}`)));
  });
  await worker.terminate();
  return calls;
}

Deno.test("calls that end about when their time limit does end or are stopped, and their thread lives on", async () => {
  const calls = await runThread({ count: COUNT });
  assertEquals(calls.gaveUp, undefined);
  assertEquals(calls.ended + calls.stopped, COUNT);
  assert(calls.ended > 0 && calls.stopped > 0, JSON.stringify(calls));
});

Deno.test("a thread that is stopped between two calls gives up and says why", async () => {
  assertEquals(await runThread({ count: 0, suspended: true }), {
    ended: 0,
    stopped: 0,
    gaveUp:
      "a slice lasted more than 1100 ms outside of any call: the program was suspended, or the machine is overloaded",
  });
});
