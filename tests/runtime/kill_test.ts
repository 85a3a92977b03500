import { assertEquals, assertMatch } from "@std/assert";
import { snippets, World } from "./world.ts";

// What a stop cannot reach is killed with its thread, and nobody else loses anything.
const NATIVE =
  "export default () => { const s = 'a'.repeat(1 << 28); let n = 0; for (let i = 0; i < 10; i++) n += s.lastIndexOf('b' + i); return n }";

const HUNGRY: Record<string, string> = {
  arrays: "export default () => { const a = []; for (;;) a.push(new Array(1e5).fill(1.1)) }",
  objects: "export default () => { const a = []; for (;;) a.push({ a: 1 }) }",
  strings:
    "export default () => { const a = []; for (let i = 0;; i++) a.push(('k' + i).repeat(100).split('').join('-')) }",
  map: "export default () => { const m = new Map(); for (let i = 0;; i++) m.set(i, i) }",
};

Deno.test("a long native call is killed; what was beside it is run again elsewhere", async () => {
  await using world = await World.start(
    snippets({ native: NATIVE, good: "export default ({ query }) => query.n[0]" }, { timeout: 200 }),
  );
  await world.fetch("/good?n=0");
  const bad = world.fetch("/native");
  const good = Promise.all(Array.from({ length: 100 }, (_, n) => world.fetch(`/good?n=${n}`)));
  const { status } = await bad;
  assertEquals(status, 500);
  assertEquals((await good).map(({ text }) => text), Array.from({ length: 100 }, (_, n) => String(n)));
  const [death] = world.runtime.pool.status().deaths;
  assertEquals([death?.reason, death?.node], ["time", "native"]);
  assertMatch(await world.logged(/native was killed/), /one call took longer than 400 ms/);
});

for (const [name, code] of Object.entries(HUNGRY)) {
  Deno.test(`memory: ${name}`, async () => {
    const options = { executorMemory: 64 };
    await using world = await World.start(
      snippets({ hungry: code, good: "export default () => 'fine'" }, { timeout: 60_000 }),
      options,
    );
    const bad = world.fetch("/hungry");
    const good = Promise.all(Array.from({ length: 20 }, () => world.fetch("/good")));
    assertEquals((await bad).status, 500);
    assertEquals((await good).map(({ text }) => text), Array(20).fill("fine"));
    const [death] = world.runtime.pool.status().deaths;
    assertEquals([death?.reason, death?.node], ["memory", "hungry"], JSON.stringify(world.runtime.pool.status()));
    await world.logged(/hungry was killed: .*memory/);
  });
}
