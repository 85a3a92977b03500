import { assertEquals } from "@std/assert";
import { Flow, Generations, type Process, type Unit } from "./mod.ts";

/** Generations, what they freed, and processes in them. */
function setUp() {
  const freed: string[] = [];
  const names = new Map<Unit, string>();
  const flow = new Flow({});
  let number = 0;
  const generations = new Generations((units) => freed.push(...units.map((unit) => names.get(unit)!)));
  return {
    freed,
    generations,
    enter(): Process {
      const process = flow.open({ number: ++number, generation: generations.current });
      generations.enter(process);
      return process;
    },
    /** Makes the next generation, without the units of these names. */
    advance(...retired: string[]): void {
      const units = retired.map((name) => {
        const unit = {} as Unit;
        names.set(unit, name);
        return unit;
      });
      generations.advance(generations.current + 1, units);
    },
  };
}

Deno.test("a unit that no process sees is freed at once", () => {
  const { generations, freed, advance } = setUp();
  advance("a", "b");
  assertEquals(freed, ["a", "b"]);
  assertEquals([generations.current, generations.live.length], [1, 1]);
});

Deno.test("a unit is freed when the last process that sees it has ended, the newest does not matter", () => {
  const { generations, freed, enter, advance } = setUp();
  const [one, two] = [enter(), enter()];
  advance("a");
  const young = enter();
  generations.leave(one);
  assertEquals(freed, []);
  generations.leave(two);
  assertEquals(freed, ["a"]);
  generations.leave(young);
  assertEquals(freed, ["a"]);
  assertEquals(generations.live.map(({ number }) => number), [1]);
});

Deno.test("a process of an old generation holds what was replaced in every later one", () => {
  const { generations, freed, enter, advance } = setUp();
  const oldest = enter();
  advance("a");
  const middle = enter();
  advance("b");
  advance("c");
  generations.leave(middle);
  assertEquals(freed, []); // the oldest may still come to a, b and c
  assertEquals(generations.live.map(({ number, processes }) => [number, processes.size]), [[0, 1], [1, 0], [2, 0], [
    3,
    0,
  ]]);
  generations.leave(oldest);
  assertEquals(freed, ["a", "b", "c"]);
  assertEquals(generations.live.map(({ number }) => number), [3]);
});

Deno.test("generations end in order though their processes do not", () => {
  const { generations, freed, enter, advance } = setUp();
  const processes: Process[] = [];
  for (const name of ["a", "b", "c", "d"]) {
    processes.push(enter());
    advance(name);
  }
  generations.leave(processes[2]!);
  generations.leave(processes[1]!);
  assertEquals(freed, []);
  generations.leave(processes[0]!);
  assertEquals(freed, ["a", "b", "c"]);
  generations.leave(processes[3]!);
  assertEquals(freed, ["a", "b", "c", "d"]);
});

Deno.test("a process that leaves twice, or was never there, changes nothing", () => {
  const { generations, freed, enter, advance } = setUp();
  const process = enter();
  const other = enter();
  advance("a");
  generations.leave(process);
  generations.leave(process);
  assertEquals(freed, []);
  generations.leave(other);
  assertEquals(freed, ["a"]);
});
