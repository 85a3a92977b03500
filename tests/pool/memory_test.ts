import { assertEquals, assertMatch } from "@std/assert";
import { snippets, World } from "../runtime/world.ts";
import { until } from "../support/until.ts";
import { serving } from "./serving.ts";

// Whatever fills the memory: its process fails, the memory is released, and no other process is affected.

const MEBIBYTE = 2 ** 20;

const HUNGRY: Record<string, string> = {
  "an array": "const a = []; for (;;) a.push(new Array(1e5).fill(1.1))",
  objects: "const a = []; for (;;) a.push({ a: [1] })",
};

Deno.test("memory is released, whatever has filled it", async (t) => {
  const codes = Object.fromEntries(
    Object.values(HUNGRY).map((code, n) => [`hungry${n}`, `export default () => { ${code} }`]),
  );
  const yaml = snippets({ ...codes, good: "export default ({ query }) => Number(query.n[0]) + 1" }, {
    timeout: 60_000,
  });
  await using world = await World.start(yaml, { executorMemory: 64 });
  await serving(world);
  await world.fetch("/good?n=1");
  const { rss: before } = Deno.memoryUsage();
  for (const [n, name] of Object.keys(HUNGRY).entries()) {
    await t.step(name, async () => {
      const bad = world.fetch(`/hungry${n}`);
      const good = await Promise.all(Array.from({ length: 50 }, (_, n) => world.fetch(`/good?n=${n}`)));
      assertEquals(good.map(({ text }) => text), good.map((_, n) => String(n + 1)));
      assertEquals((await bad).status, 500);
      const death = world.runtime.pool.status().deaths[n];
      assertEquals([death?.reason, death?.node], ["memory", `hungry${n}`]);
      assertMatch(await world.logged(new RegExp(`hungry${n} was killed`)), /memory/);
      await until(`resident memory is back near ${before}`, () => Deno.memoryUsage().rss < before + 150 * MEBIBYTE);
      await serving(world);
    });
  }
});

const BYTES: Record<string, string> = {
  "a typed array": "const a = []; for (;;) a.push(new Float64Array(1 << 19).fill(1.5))",
  "ArrayBuffers": "const a = []; for (;;) { const b = new ArrayBuffer(1 << 22); new Uint8Array(b).fill(1); a.push(b) }",
  "one array": "const a = new Uint8Array(2e9); for (;;) a.fill(1)",
};

Deno.test("whoever asks for too many bytes gets an error; nobody is killed for it", async () => {
  const names = Object.keys(BYTES).map((_, n) => `bytes${n}`);
  const codes = Object.fromEntries(
    Object.values(BYTES).map((code, n) => [`bytes${n}`, `export default () => { ${code} }`]),
  );
  const slow =
    "export default ({ query }) => { const to = Date.now() + 50; while (Date.now() < to); return query.n[0] }";
  await using world = await World.start(snippets({ ...codes, slow }, { timeout: 60_000 }), { executors: 2 });
  await world.fetch("/slow?n=0");
  const { rss: before } = Deno.memoryUsage();
  const bad = Promise.all([...names, ...names, ...names].map((name) => world.fetch(`/${name}`)));
  const good = await Promise.all(Array.from({ length: 20 }, (_, n) => world.fetch(`/slow?n=${n}`)));
  assertEquals(good.map(({ text }) => text), good.map((_, n) => String(n)));
  assertEquals((await bad).map(({ status }) => status), Array(9).fill(500));
  for (const name of names) {
    assertMatch(await world.logged(new RegExp(`> ${name}: `)), /invalid array buffer of \d+ bytes: expected at most /);
  }
  const killed = world.runtime.pool.status().deaths.filter(({ reason }) => reason === "memory" || reason === "time");
  assertEquals(killed, []);
  // what was left of them is dropped when the next one needs room
  assertEquals((await world.fetch("/bytes0")).status, 500);
  await until("no executor has more than its budget", () => Deno.memoryUsage().rss < before + 2 * 350 * MEBIBYTE);
});
