import { assert, assertEquals, assertMatch } from "@std/assert";
import { Flow, type Process, type Unit } from "../../src/flow/mod.ts";
import { Processes } from "../../src/runtime/mod.ts";
import { until } from "../support/until.ts";

// A replaced generation is kept for its processes, but not for ever.

function setUp(retirement: number): { processes: Processes; ended: Process[]; freed: Unit[] } {
  const ended: Process[] = [];
  const freed: Unit[] = [];
  const flow: Flow = new Flow({
    ended: (process) => {
      ended.push(process);
      processes.ended(process);
    },
  });
  const processes = new Processes(flow, (units) => freed.push(...units), undefined, retirement);
  return { processes, ended, freed };
}

Deno.test("a process of a replaced generation is ended after a time, and then its units are freed", async () => {
  const { processes, ended, freed } = setUp(300);
  const unit = {} as Unit;
  const old = processes.open()!;
  processes.advance(1, [unit]);
  const began = performance.now();
  const young = processes.open()!;
  assertEquals([old.generation, young.generation], [0, 1]);
  assertEquals(freed, []);
  await until("the old one is ended", () => ended.length > 0);
  const took = performance.now() - began;
  assert(took >= 300, `it was ended after ${took} ms`);
  assertEquals(ended, [old]);
  assertMatch(String(old.error?.message), /replaced more than 300 ms ago/);
  assertEquals(freed, [unit]);
  assertEquals(young.status, "running");
  // its own time begins when it is replaced itself, and what comes between counts for older ones only
  processes.advance(2, []);
  processes.advance(3, []);
  await until("the next one is ended", () => ended.length > 1);
  assertEquals(ended, [old, young]);
  processes.close(new Error("over"));
});

Deno.test("a process that takes longer than it may is ended, whatever its generation", async () => {
  const { processes, ended } = setUp(30_000);
  const patient = processes.open(Infinity)!;
  const hasty = processes.open(150)!;
  await until("the hasty one is ended", () => ended.length > 0);
  assertEquals(ended, [hasty]);
  assertMatch(String(hasty.error?.message), /took too long/);
  processes.close(new Error("over"));
  assertEquals(patient.error?.message, "over");
});
