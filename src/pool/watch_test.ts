import { assert, assertEquals } from "@std/assert";
import { type StatusReading, ThreadStatus } from "../protocol/mod.ts";
import { Watch } from "./watch.ts";

/**
 * Returns when an executor is killed that enters a call of 1,000 ms which does not end, and is looked at every 25 ms.
 *
 * @param share The share of a processor that it gets.
 */
async function killedAfter(share: number): Promise<number> {
  const status = new ThreadStatus();
  let at = 0;
  let killed: number | undefined;
  const watch = new Watch({
    read: (): StatusReading => status.read(),
    cpu: () => Promise.resolve(at * share),
    kill: () => killed ??= at,
  });
  const began = performance.now();
  status.beat();
  status.enter(1, 1, 1_000);
  for (; killed === undefined; at += 25) {
    watch.look(began + at, 0);
    await new Promise<void>((resolve) => setTimeout(resolve));
  }
  return killed;
}

Deno.test("a call that cannot be stopped is killed as soon as it had the processor time to be stopped", async () => {
  const within = (ms: number, from: number, to: number) => assert(ms >= from && ms <= to, `${ms} ms`);
  within(await killedAfter(1), 1_200, 1_300);
  within(await killedAfter(1 / 3), 1_500, 1_700);
  within(await killedAfter(0), 12_000, 12_100);
});

/** What kills an executor, looked at every 25 ms while it does something; undefined if nothing does. */
function watched(during: (status: ThreadStatus, ms: number) => void): string | undefined {
  const status = new ThreadStatus();
  let killed: string | undefined;
  const watch = new Watch({
    read: (): StatusReading => status.read(),
    cpu: () => Promise.resolve(0),
    kill: (reason) => killed ??= reason,
  });
  const began = performance.now();
  status.beat();
  for (let ms = 0; ms <= 6_000; ms += 25) {
    during(status, ms);
    watch.look(began + ms, 0);
  }
  return killed;
}

Deno.test("an executor that is silent outside of user code is killed", () => {
  assertEquals(watched(() => {}), "silence");
  assertEquals(watched((status, ms) => void (ms < 5_000 && status.beat())), undefined);
});

Deno.test("an executor that leaves a call which was longer than it may be silent is not silent yet", () => {
  const longCall = (status: ThreadStatus, ms: number): void => {
    if (ms === 100) status.enter(1, 1, 10_000);
    if (ms === 4_500) status.leave();
  };
  assertEquals(watched(longCall), undefined);
});
