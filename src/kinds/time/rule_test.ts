import { assert, assertEquals, assertThrows } from "@std/assert";
import { Cron } from "croner";
import { cronRule, intervalRule, isNever, type Rule } from "./rule.ts";
import { Schedule } from "./schedule.ts";

/** Runs a rule by a clock that jumps. @returns The times of the ticks, and when each came. */
async function ticksOf(rule: Rule, from: number, until: number): Promise<{ scheduled: number; at: number }[]> {
  const ticks: { scheduled: number; at: number }[] = [];
  let now = from;
  const schedule = new Schedule(undefined);
  const { promise, resolve } = Promise.withResolvers<void>();
  const options = {
    rule,
    missed: "skip" as const,
    immediate: false,
    isEnding: () => false,
    clock: {
      now: () => now,
      sleep: (ms: number) => {
        now += ms;
        if (now < until) return Promise.resolve();
        resolve();
        return new Promise<void>((_, reject) => ended = () => reject(new Error("ended")));
      },
    },
    tick: ({ scheduled }: { scheduled: number }) => ticks.push({ scheduled, at: now }),
    failed(error: Error) {
      throw error;
    },
  };
  let ended = () => {};
  schedule.attach(options);
  await promise;
  const detached = schedule.detach(options);
  ended();
  await detached;
  return ticks.filter(({ scheduled }) => scheduled < until);
}

/** The offset of a zone at a time, in minutes, as the system knows it. */
function localTime(zone: string, time: number): string {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  return format.format(time);
}

const YEAR = [Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)] as const;

for (
  const [zone, pattern] of [
    ["UTC", "0 */6 * * *"],
    ["Europe/Berlin", "30 2 * * *"],
    ["America/New_York", "15 1,2,3 * * 0,6"],
    ["Australia/Lord_Howe", "45 1 * * *"],
    ["Asia/Kathmandu", "0 12 L * *"],
  ] as const
) {
  Deno.test(`a year of ${pattern} in ${zone} is what croner says, each time once and at its time`, async () => {
    const ticks = await ticksOf(cronRule(pattern, zone), ...YEAR);
    const known: number[] = [];
    const cron = new Cron(pattern, { timezone: zone, paused: true });
    for (let date = cron.nextRun(new Date(YEAR[0])); date !== null && date.getTime() < YEAR[1];) {
      known.push(date.getTime());
      date = cron.nextRun(date);
    }
    assert(known.length >= 12);
    assertEquals(ticks.map(({ scheduled }) => scheduled), known);
    assertEquals(ticks.filter(({ scheduled, at }) => scheduled !== at), []);
  });
}

Deno.test("where the clock is put forward a time runs at the end of the gap, where it is put back once", async () => {
  const berlin = async (month: number, day: number, pattern: string) => {
    const ticks = await ticksOf(
      cronRule(pattern, "Europe/Berlin"),
      Date.UTC(2026, month, day - 1, 22),
      Date.UTC(2026, month, day, 22),
    );
    return ticks.map(({ scheduled }) => localTime("Europe/Berlin", scheduled).slice(11, 16));
  };
  assertEquals(await berlin(2, 29, "30 2 * * *"), ["03:00"]);
  assertEquals(await berlin(9, 25, "30 2 * * *"), ["02:30"]);
  assertEquals(await berlin(2, 29, "0 4 * * *"), ["04:00"]);
  const hours = async (month: number, day: number) =>
    (await berlin(month, day, "0 * * * *")).filter((time) => time >= "01:00" && time <= "04:00");
  assertEquals(await hours(2, 29), ["01:00", "03:00", "04:00"]);
  assertEquals(await hours(9, 25), ["01:00", "02:00", "02:00", "03:00", "04:00"]);
  assertEquals(await berlin(2, 29, "*/30 2 * * *"), []);
  assertEquals(await berlin(9, 25, "*/30 2 * * *"), ["02:00", "02:30", "02:00", "02:30"]);
});

Deno.test("seconds, the times that were missed, and what is no pattern", () => {
  const rule = cronRule("*/20 * * * * *", "UTC");
  const at = (text: string) => Date.parse(`2026-01-01T${text}Z`);
  assertEquals(rule.next(at("00:00:00")), at("00:00:20"));
  assertEquals(rule.due(at("00:00:00"), at("00:01:00.5"), 100), [at("00:00:20"), at("00:00:40"), at("00:01:00")]);
  assertEquals(rule.due(at("00:00:00"), at("00:01:00"), 1), [at("00:01:00")]);
  assertEquals(rule.due(at("00:01:00"), at("00:01:19"), 5), []);
  const every = intervalRule(10);
  assertEquals([every.next(5), every.due(5, 14, 9), every.due(5, 15, 9)], [15, [], [15]]);
  assertEquals(every.due(0, 1e12, 2), [1e12 - 10, 1e12]);
  for (const pattern of ["", "61 * * * *", "* * *", "x", "0 0 32 * *"]) {
    assertThrows(() => cronRule(pattern, "UTC"), Error, `invalid schedule "${pattern}": expected MINUTE HOUR DAY`);
  }
  assertThrows(() => cronRule("* * * * *", "Mars/X"), Error, 'invalid zone "Mars/X": expected one such as UTC');
  assert(isNever("0 0 30 2 *", "UTC", 0) && !isNever("0 0 29 2 *", "UTC", 0));
  assert(!isNever("0 0 0 1 1 * 2020", "UTC", Date.UTC(2026)));
});
