import type { Clock, Random } from "@weft/weft/kind";
import { assertEquals } from "@std/assert";
import { failure } from "../value/mod.ts";
import { runEvent } from "./event_run.ts";

const broken = failure("broken", { code: "timeout" });
const busy = failure("too many processes are open", { code: "busy" });

Deno.test("an event is taken once its process has ended well, has failed for good, or need not wait", async () => {
  const cases: [answers: (Error | null)[], replacedAfter: number, expected: [taken: boolean, calls: number]][] = [
    [[null], Infinity, [true, 1]],
    [[broken, null], Infinity, [true, 2]],
    [[broken, broken, broken, null], Infinity, [true, 3]],
    [[busy], Infinity, [false, 1]],
    [[broken, busy], Infinity, [false, 2]],
    // the node in whose place another one was put leaves what is to be done again to that one
    [[broken, null], 1, [false, 1]],
  ];
  for (const [answers, replacedAfter, expected] of cases) {
    let calls = 0;
    const waits: number[] = [];
    const taken = await runEvent({
      retries: { attempts: 3, delay: 100, factor: 2, max: 30_000, jitter: 0 },
      clock: { sleep: (ms: number) => Promise.resolve(void waits.push(ms)) } as unknown as Clock,
      random: { number: () => 0 } as unknown as Random,
      isCurrent: () => calls < replacedAfter,
      run: () => Promise.resolve(answers[calls++]!),
    });
    assertEquals([taken, calls], expected, String(answers));
    assertEquals(waits, [100, 200].slice(0, replacedAfter === 1 ? 1 : calls - 1), String(answers));
  }
});
