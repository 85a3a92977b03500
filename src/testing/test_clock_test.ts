import { assertEquals, assertRejects } from "@std/assert";
import { TestClock } from "@weft/weft/testing";

Deno.test("sleeps end in the order of their time, and see it", async () => {
  const clock = new TestClock({ now: 0 });
  const woken: [string, number][] = [];
  const sleep = async (name: string, ms: number) => {
    await clock.sleep(ms);
    woken.push([name, clock.now()]);
  };
  const all = [
    sleep("c", 30),
    sleep("a", 10),
    (async () => {
      await sleep("b", 20);
      await sleep("d", 20);
    })(),
  ];
  await clock.advance(25);
  assertEquals(woken, [["a", 10], ["b", 20]]);
  assertEquals([clock.now(), clock.sleeping], [25, 2]);
  await clock.advance(15);
  assertEquals(woken.slice(2), [["c", 30], ["d", 40]]);
  await Promise.all(all);
});

Deno.test("a sleep ends with its signal", async () => {
  const clock = new TestClock();
  const stop = new AbortController();
  const slept = assertRejects(() => clock.sleep(1, stop.signal), Error, "enough");
  stop.abort(new Error("enough"));
  await slept;
  await assertRejects(() => clock.sleep(1, stop.signal), Error, "enough");
  assertEquals(clock.sleeping, 0);
});

Deno.test("a clock that skips jumps over sleeps, the shortest first", async () => {
  const clock = new TestClock({ now: 0, skip: true });
  const ends = await Promise.all([3_600_000, 1_000].map((ms) => clock.sleep(ms).then(() => clock.now())));
  assertEquals(ends, [3_600_000, 1_000]);
});
