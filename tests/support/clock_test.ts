import { assertEquals } from "@std/assert";
import { FakeClock } from "./clock.ts";

Deno.test("a fake clock runs timers in the order of their time, and only when it is advanced", async () => {
  const { setTimeout: real } = globalThis;
  {
    using clock = new FakeClock();
    const began = Date.now();
    const ran: string[] = [];
    const note = (what: string) => ran.push(`${what} at ${Date.now() - began}`);
    setTimeout(note, 30, "late");
    setTimeout(() => Promise.resolve().then(() => setTimeout(note, 5, "nested")), 10);
    clearTimeout(setTimeout(note, 1, "cleared"));
    const interval = setInterval(note, 12, "again");
    assertEquals(clock.waits, [10, 12, 30]);
    await clock.advance(29);
    assertEquals(ran, ["again at 12", "nested at 15", "again at 24"]);
    clearInterval(interval);
    await clock.advance(1_000);
    assertEquals(ran.slice(3), ["late at 30"]);
    assertEquals([performance.now(), Date.now() - began, clock.waits], [1_029, 1_029, []]);
  }
  assertEquals(globalThis.setTimeout, real);
});
