import { assertEquals } from "@std/assert";
import { World } from "../runtime/world.ts";
import { until } from "../support/until.ts";
import { executorsOf } from "./proc.ts";
import { serving } from "./serving.ts";

// Executors that die while nothing says what they were in: whoever did it pays, and the others are answered.

/** Waits for a while, and in between ends the program that it runs in if it is told to. */
const EXTENSION = new URL("./extension/waits.ts", import.meta.url).href;

const SPECS = JSON.stringify([
  { kind: "listener", name: "web", port: 0, timeout: "60s", links: { out: [{ name: "waits", port: "in" }] } },
  { kind: "waits", name: "waits" },
]);

Deno.test("processes that two executors have died with are answered by the third", async () => {
  await using world = await World.start(SPECS, { extensions: [EXTENSION], isolation: "process" });
  await serving(world);
  const answers = Promise.all(Array.from({ length: 6 }, (_, n) => world.fetch(`/?n=${n}`, wait(3_000))));
  for (const id of [1, 2]) {
    await until("the requests are there", () => processesOf(world, id) === 6);
    const [pid] = await executorsOf(Deno.pid);
    Deno.kill(pid!, "SIGKILL");
    await world.logged(new RegExp(`executor ${id} ended: it was killed with SIGKILL`));
  }
  assertEquals((await answers).map(({ status, text }) => [status, text]), range(6).map((n) => [200, n]));
  await until("the executor of the suspects has ended", () => !statesOf(world).includes("alone"));
});

Deno.test("of the processes that nothing tells apart, the one that ends executors fails, and no other", async () => {
  await using world = await World.start(SPECS, { extensions: [EXTENSION], isolation: "process" });
  await serving(world);
  const before = Array.from({ length: 3 }, (_, n) => world.fetch(`/?n=${n}`, wait(400)));
  const killer = world.fetch("/?n=bad", { method: "POST", body: JSON.stringify({ wait: 60_000, killAfter: 150 }) });
  const after = Array.from({ length: 3 }, (_, n) => world.fetch(`/?n=${n + 3}`, wait(400)));
  const answers = await Promise.all([...before, ...after]);
  assertEquals(answers.map(({ status, text }) => [status, text]), range(6).map((n) => [200, n]));
  assertEquals((await killer).status, 500);
  await world.logged(/ a node was killed: /);
  assertEquals((await world.fetch("/?n=7", wait(1))).text, "7");
});

Deno.test("a top level that two executors end beside is run by a third, and the version is accepted", async () => {
  await using world = await World.start(SPECS, { extensions: [EXTENSION], isolation: "process" });
  await serving(world);
  const killer = { method: "POST", body: JSON.stringify({ wait: 0, killWithin: 300 }) };
  const killers = Promise.all([world.fetch("/", killer), world.fetch("/", killer)]);
  await until("the requests are there", () => processesOf(world, 1) === 2);
  const snippet = { kind: "snippet", name: "new", language: "javascript", code: "export default () => 'new'" };
  await world.apply(JSON.stringify([...JSON.parse(SPECS), snippet]));
  await world.logged(/executor 2 ended: /);
  assertEquals((await killers).map(({ status }) => status), [500, 500]);
  await until("the executor of the dry run has ended", () => !statesOf(world).includes("alone"));
});

function wait(ms: number): RequestInit {
  return { method: "POST", body: JSON.stringify({ wait: ms }) };
}

function range(length: number): string[] {
  return Array.from({ length }, (_, n) => String(n));
}

function processesOf({ runtime }: World, id: number): number {
  return runtime.pool.status().executors.find((executor) => executor.id === id)?.processes ?? 0;
}

function statesOf({ runtime }: World): string[] {
  return runtime.pool.status().executors.map(({ state }) => state);
}
