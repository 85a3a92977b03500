import { assertEquals } from "@std/assert";
import { type StatusReading, ThreadStatus } from "../protocol/mod.ts";
import { Watch } from "./watch.ts";

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
