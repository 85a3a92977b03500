import { assert, assertEquals } from "@std/assert";
import { Worker } from "node:worker_threads";
import type { Report } from "./close_call_thread.ts";

/** How many calls of each sort. */
const COUNT = 10;

/** Runs the thread, and returns what it posts when it is done or gives up. */
async function runThread(workerData: { count: number; suspended?: boolean }): Promise<Report> {
  const worker = new Worker(new URL("./close_call_thread.ts", import.meta.url), { workerData });
  const report = await new Promise<Report>((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
    worker.on("exit", (code: number) => reject(new Error(`the thread ended with code ${code}`)));
  });
  await worker.terminate();
  return report;
}

Deno.test("a call that returns close to its time limit ends there, and its thread lives on", async () => {
  const { calls, gaveUp } = await runThread({ count: 3 * COUNT });
  assertEquals(gaveUp, undefined);
  const [atLimit, close, endless] = calls;
  // what returns within the last millisecond waits to be stopped
  assertEquals(atLimit, { ended: 0, stopped: COUNT, hasty: 0 });
  assertEquals(endless, { ended: 0, stopped: COUNT, hasty: 0 });
  // what returns a little earlier ends, and its slice waits; a machine that is overloaded may let it miss its limit
  assertEquals([close!.ended + close!.stopped, close!.hasty], [COUNT, 0]);
  assert(close!.ended > 0);
});

Deno.test("a thread that is stopped between two calls gives up and says why", async () => {
  assertEquals(await runThread({ count: 0, suspended: true }), {
    calls: [0, 1, 2].map(() => ({ ended: 0, stopped: 0, hasty: 0 })),
    gaveUp:
      "a slice lasted more than 1100 ms outside of any call: the program was suspended, or the machine is overloaded",
  });
});
