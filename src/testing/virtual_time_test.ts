import { assertEquals } from "@std/assert";
import type { Failure } from "../value/mod.ts";
import { TestClock } from "./test_clock.ts";
import { TestWorkflow } from "./workflow.ts";

const START = Date.UTC(2030, 0, 1);

const SPECS = [
  {
    kind: "snippet",
    name: "times",
    language: "javascript",
    code: `export default () => [Date.now(), new Date().getTime(), Temporal.Now.instant().epochMilliseconds,
      Temporal.Now.plainDateISO("UTC").toString(), typeof Date(), new Date(2000, 1) instanceof Date, Date.UTC(1970, 0)]`,
  },
  {
    kind: "snippet",
    name: "waits",
    language: "javascript",
    timeout: "1h",
    code: `export default async (ms) => {
      const began = Date.now();
      await new Promise((resolve) => setTimeout(resolve, ms));
      return Date.now() - began;
    }`,
  },
  { kind: "sleep", name: "day", interval: "1d" },
  {
    kind: "snippet",
    name: "digest",
    language: "javascript",
    code: "export default async () => (await crypto.subtle.digest('SHA-256', new Uint8Array(8))).byteLength",
  },
  { kind: "interval", name: "hourly", interval: "1h", links: { out: [{ name: "tick", port: "in" }] } },
  { kind: "log", name: "tick" },
];

async function timed(port: string, payload: number, options?: { timeout: number }): Promise<[unknown, number]> {
  const clock = new TestClock({ now: START });
  await using workflow = await TestWorkflow.start(SPECS, { clock }, { codeClock: clock });
  let answer: unknown;
  void workflow.send(port, payload, options).then((value) => answer = value);
  await workflow.until(() => answer !== undefined, AbortSignal.timeout(5_000));
  return [answer, clock.now() - START];
}

Deno.test("user code sees the time of the test", async () => {
  const [answer] = await timed("times.in", 0);
  assertEquals(answer, [START, START, START, "2030-01-01", "string", true, 0]);
});

Deno.test("waiting takes no real time: in user code, in nodes and up to time limits", async () => {
  assertEquals(await timed("waits.in", 1_800_000, { timeout: 1e9 }), [1_800_000, 1_800_000]);
  assertEquals(await timed("day.in", 7, { timeout: 1e9 }), [7, 86_400_000]);
  const [error, passed] = await timed("day.in", 7, { timeout: 5_000 });
  assertEquals([(error as Failure).message, passed], ["the process took too long", 5_000]);
});

Deno.test("the clock stands still while the platform works for user code", async () => {
  assertEquals(await timed("digest.in", 0), [32, 0]);
});

Deno.test("intervals run when the clock moves", async () => {
  const clock = new TestClock({ now: START });
  await using workflow = await TestWorkflow.start(SPECS, { clock }, { codeClock: clock });
  await clock.advance(3 * 3_600_000);
  assertEquals(workflow.received.filter(({ from }) => from === "hourly.out").length, 3);
});
