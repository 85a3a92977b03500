import { assertEquals } from "@std/assert";
import { scheduleLines } from "./schedule_lines.ts";

const NEXT = "2026-01-05T06:00:00.000Z";

function runtime(pid: number, next: string | null, namespace = "default") {
  return { namespace, pid, schedules: [{ node: "monday", next }] };
}

Deno.test("a run is said to be another runtime's only if there is one that has reported it", () => {
  const shown = (...runtimes: ReturnType<typeof runtime>[]) =>
    scheduleLines(runtimes).slice(1).map((line) => line.split(/ {2,}/).slice(1));
  assertEquals(shown(), []);
  assertEquals(shown(runtime(1, null)), [["1", "monday", "not reported yet"]]);
  assertEquals(shown(runtime(1, NEXT), runtime(2, null)), [
    ["1", "monday", NEXT],
    ["2", "monday", "by another runtime"],
  ]);
  assertEquals(shown(runtime(1, NEXT, "shop"), runtime(2, null)), [
    ["1", "monday", NEXT],
    ["2", "monday", "not reported yet"],
  ]);
});
