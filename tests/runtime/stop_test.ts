import { assert, assertEquals, assertMatch } from "@std/assert";
import { snippets, World } from "./world.ts";

// What runs too long in user code is stopped: its process fails, and nobody else notices.
const ENDLESS: Record<string, string> = {
  loop: "export default () => { for (;;); }",
  finally: "export default () => { try { for (;;); } finally { for (;;); } }",
  microtasks: "export default async () => { for (;;) await null; }",
  regexp: "export default () => /(a+)+$/.test('a'.repeat(40) + 'b')",
  getter: "export default () => ({ get a() { for (;;); } })",
  trap: "export default () => new Proxy({}, { ownKeys() { for (;;); } })",
  thrown: "export default () => { throw { get message() { for (;;); } } }",
};

const LIMIT = 200;

Deno.test("what runs too long is stopped, and its neighbours do not notice", async (t) => {
  const codes = { ...ENDLESS, good: "export default ({ query }) => Number(query.n[0]) + 1" };
  await using world = await World.start(snippets(codes, { timeout: LIMIT }));
  for (const name of Object.keys(ENDLESS)) {
    await t.step(name, async () => {
      const began = performance.now();
      const bad = world.fetch(`/${name}`).then((response) => ({ ...response, took: performance.now() - began }));
      const good = await Promise.all(Array.from({ length: 50 }, (_, n) => world.fetch(`/good?n=${n}`)));
      assertEquals(good.map(({ text }) => text), Array.from({ length: 50 }, (_, n) => String(n + 1)));
      const { status, text, took } = await bad;
      assertEquals(status, 500, text);
      assert(took < 30_000, `it took ${took} ms`);
      const line = await world.logged(new RegExp(`> ${name}: .*was stopped after ${LIMIT} ms`));
      assertMatch(line, new RegExp(`\\[${(JSON.parse(text) as { process: string }).process}\\]`));
      assertEquals(world.runtime.pool.status().deaths.length, 0);
    });
  }
});

Deno.test("loose microtasks without end hold nobody up for long", async () => {
  const codes = {
    loose: "export default () => { const f = () => Promise.resolve().then(f); f(); return 1 }",
    good: "export default () => 'fine'",
  };
  await using world = await World.start(snippets(codes, { timeout: LIMIT }));
  await world.fetch("/loose");
  assertEquals((await world.fetch("/good")).text, "fine");
  assertEquals(world.runtime.pool.status().deaths.length, 0);
});

Deno.test("a promise that nothing can settle is an error at once", async () => {
  await using world = await World.start(snippets({ never: "export default () => new Promise(() => {})" }));
  const began = performance.now();
  assertEquals((await world.fetch("/never")).status, 500);
  assert(performance.now() - began < 30_000);
  await world.logged(/never settles/);
});

Deno.test("a rejection that nobody handles is no matter", async () => {
  const code = "export default () => { Promise.reject(new Error('x')); return 'fine' }";
  await using world = await World.start(snippets({ loose: code }));
  assertEquals((await world.fetch("/loose")).text, "fine");
  assertEquals((await world.fetch("/loose")).text, "fine");
});

Deno.test("a top level that loops is refused, and nothing changes", async () => {
  await using world = await World.start(snippets({ a: "export default () => 'old'" }));
  const looping = snippets({ a: "for (;;); export default () => 'new'" });
  let refused: Error | undefined;
  await world.apply(looping).catch((error) => refused = error);
  assertMatch(String((refused?.cause as Error).message), /the top level of a was stopped after 1000 ms/);
  assertEquals((await world.fetch("/a")).text, "old");
});
