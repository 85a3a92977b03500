import { assert, assertEquals } from "@std/assert";
import { failure, type Kind } from "@weft/weft/kind";
import { startNode, startWorkflow, TestClock, type TestNode, type Value, type ValueMap } from "@weft/weft/testing";
import { until } from "../../../tests/support/until.ts";
import { cron } from "./cron.ts";
import { interval } from "./interval.ts";

const BEGIN = Date.UTC(2026, 0, 1);

/** The seconds since the begin at which a node has sent, as they were scheduled. */
function seconds(node: TestNode): number[] {
  return node.sent.map(({ payload }) => (Number((payload as ValueMap).scheduled) - BEGIN) / 1_000);
}

/** Starts a node whose processes last until they are ended. */
async function startHeld(kind: Kind, fields: Record<string, unknown>) {
  const ends: ((answer: Value) => void)[] = [];
  const node = await startNode(kind, fields, {
    answers: { out: () => new Promise((resolve) => ends.push(resolve)) },
  });
  return { node, ends };
}

Deno.test("a payload has the time that was to be, the time that is, and the number", async () => {
  await using node = await startNode(cron, { schedule: "*/10 * * * * *", once: false });
  await node.clock.advance(25_000);
  assertEquals(node.sent.map(({ payload }) => payload), [
    { scheduled: new Date(BEGIN + 10_000), actual: new Date(BEGIN + 10_000), count: 1 },
    { scheduled: new Date(BEGIN + 20_000), actual: new Date(BEGIN + 20_000), count: 2 },
  ]);
  assertEquals(node.metrics.runs, 2);
  await node.delete();
  await node.clock.advance(25_000);
  assertEquals(node.sent.length, 2);
});

Deno.test("an interval counts from its start, at once if that is wanted, with and without a lease", async () => {
  for (const once of [false, true]) {
    await using node = await startNode(interval, { interval: "7s", once });
    await node.clock.advance(30_000);
    assertEquals(seconds(node), [7, 14, 21, 28]);
    await using first = await startNode(interval, { every: "7s", immediate: true, once });
    await first.clock.advance(15_000);
    assertEquals(seconds(first), [0, 7, 14]);
    await using fast = await startNode(interval, { interval: "100ms", once });
    await fast.clock.advance(20_000);
    assertEquals(fast.sent.length, 200);
  }
});

Deno.test("what comes while the one before is not done is skipped, waits, or runs beside it", async () => {
  const started = async (overlap: string) => {
    const held = await startHeld(interval, { interval: "1s", once: false, overlap });
    await held.node.clock.advance(3_500);
    return held;
  };
  {
    const { node, ends } = await started("skip");
    await using _ = node;
    assertEquals(seconds(node), [1]);
    ends[0]!(null);
    await node.clock.advance(1_000);
    assertEquals([seconds(node), node.metrics.skipped], [[1, 4], 2]);
    assert(
      node.log.some(({ message }) =>
        message === "skipped 2026-01-01T00:00:02.000Z: the process of the one before is not done"
      ),
    );
    ends[1]!(null);
  }
  {
    const { node, ends } = await started("queue");
    await using _ = node;
    assertEquals(seconds(node), [1]);
    for (let count = 0; count < 3; count++) {
      ends[count]!(null);
      await until("the next one runs", () => ends.length === Math.min(count + 2, 3));
    }
    assertEquals(seconds(node), [1, 2, 3]);
  }
  {
    const { node, ends } = await started("allow");
    await using _ = node;
    assertEquals([seconds(node), ends.length], [[1, 2, 3], 3]);
    for (const end of ends) end(null);
  }
});

/** A clock that stood still: the machine slept, or the program was stopped. */
class SleepyClock extends TestClock {
  #ahead = 0;

  override now(): number {
    return super.now() + this.#ahead;
  }

  /** Sets the time, without an end to any sleep. */
  jump(ms: number): void {
    this.#ahead += ms;
  }
}

Deno.test("times at which the machine slept are skipped, run for the last, or for all", async () => {
  for (
    const [missed, ran] of [["skip", []], ["last", [6 * 60]], ["all", [1, 2, 3, 4, 5, 6].map((n) => n * 60)]] as const
  ) {
    for (const kind of [cron, interval]) {
      const fields = kind === cron ? { schedule: "*/1 * * * *" } : { interval: "1m" };
      const clock = new SleepyClock();
      await using node = await startNode(kind, { ...fields, missed, once: false, overlap: "queue" }, { clock });
      await clock.advance(1_000);
      // it is noticed at the end of the sleep
      clock.jump(345_000);
      await clock.advance(59_000);
      await clock.advance(20_000);
      assertEquals(seconds(node), [...ran, 7 * 60], `${kind.name} ${missed}`);
    }
  }
});

Deno.test("a clock that is set back repeats nothing of a pattern, and an interval goes on", async () => {
  const clock = new SleepyClock();
  await using times = await startNode(cron, { schedule: "0 * * * *", once: false }, { clock });
  await clock.advance(3_600_000 * 2);
  assertEquals(seconds(times), [3_600, 7_200]);
  clock.jump(-3_600_000);
  await clock.advance(3_600_000 * 2);
  assertEquals(seconds(times), [3_600, 7_200, 10_800]);
  const other = new SleepyClock();
  await using every = await startNode(interval, { interval: "1h", once: false }, { clock: other });
  await other.advance(3_600_000);
  other.jump(-86_400_000);
  await other.advance(3_600_000 * 2);
  assert(every.sent.length >= 2, String(every.sent.length));
});

Deno.test("jitter makes a run late, never early; what failed is run again, what is busy waits", async () => {
  await using late = await startNode(interval, { interval: "10s", jitter: "5s", once: false });
  await late.clock.advance(100_000);
  const waits = late.sent.map(({ payload }) => {
    const { scheduled, actual } = payload as ValueMap;
    return Number(actual) - Number(scheduled);
  });
  assert(waits.length >= 9 && waits.every((wait) => wait >= 0 && wait <= 5_000), String(waits));
  assert(new Set(waits).size > 3, String(waits));

  let failures = 2;
  await using failing = await startNode(
    interval,
    { interval: "1h", retry: { attempts: 3, delay: "1s" }, once: false },
    {
      answers: { out: () => failures-- > 0 ? failure("not yet") : null },
    },
  );
  await failing.clock.advance(3_600_000 + 10_000);
  assertEquals(seconds(failing), [3_600, 3_600, 3_600]);

  let busy = true;
  await using waiting = await startNode(interval, { interval: "10s", once: false, overlap: "allow" }, {
    answers: { out: () => busy ? failure("too many processes are open", { code: "busy" }) : null },
  });
  await waiting.clock.advance(20_500);
  assertEquals(waiting.metrics.skipped, 1);
  busy = false;
  await waiting.clock.advance(5_000);
  assertEquals([seconds(waiting).at(-1), waiting.metrics.runs], [20, 2]);
});

Deno.test("a change of the node keeps the count, and another pattern begins anew", async () => {
  const got: string[] = [];
  const specs = (schedule: string, jitter: number) => [
    { kind: "cron", name: "times", schedule, jitter, links: { out: [{ name: "sink", port: "in" }] } },
    { kind: "log", name: "sink" },
  ];
  await using workflow = await startWorkflow(specs("*/10 * * * * *", 0), {
    allow: ["times"],
    mocks: {
      sink: (payload) => {
        const { scheduled, count } = payload as ValueMap;
        got.push(`${(Number(scheduled) - BEGIN) / 1_000} ${count}`);
        return null;
      },
    },
  });
  await workflow.clock.advance(15_000);
  await workflow.apply(specs("*/10 * * * * *", 1));
  await workflow.clock.advance(10_000);
  assertEquals(got, ["10 1", "20 2"]);
  await workflow.apply(specs("*/7 * * * * *", 0));
  await workflow.clock.advance(10_000);
  assertEquals(got.slice(2), ["28 1", "35 2"]);
  await workflow.delete("times");
  await workflow.clock.advance(20_000);
  assertEquals(got.length, 4);
});
