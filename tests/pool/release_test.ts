import { assert, assertEquals } from "@std/assert";
import { World } from "../runtime/world.ts";
import { until } from "../support/until.ts";
import { closed } from "./extension/opener.ts";
import { descriptorsOf, threadsOf } from "./proc.ts";
import { serving } from "./serving.ts";

const EXTENSION = new URL("./extension/opener.ts", import.meta.url).href;

/** How the workflow continues once the files are open. */
const ENDS: Record<string, string> = {
  "well": "() => 'fine'",
  "with an error": "() => { throw new Error('x') }",
  "in a loop": "() => { for (;;); }",
  "in a native call that is killed":
    "() => { const s = 'a'.repeat(1 << 28); let n = 0; for (let i = 0; i < 10; i++) n += s.lastIndexOf('b' + i); return n }",
  "while the client is away": "() => { for (const end = Date.now() + 150; Date.now() < end;); return 'late' }",
};

const SPECS = JSON.stringify([
  { kind: "listener", name: "web", port: 0, links: { out: [{ name: "opener", port: "in" }] } },
  { kind: "opener", name: "opener", links: { out: [{ name: "router", port: "in" }] } },
  {
    kind: "router",
    name: "router",
    routes: Object.keys(ENDS).map((_, n) => ({ path: `/${n}`, port: `out[${n}]` })),
    links: Object.fromEntries(Object.keys(ENDS).map((_, n) => [`out[${n}]`, [{ name: `end${n}`, port: "in" }]])),
  },
  ...Object.values(ENDS).map((code, n) => (
    { kind: "snippet", name: `end${n}`, language: "javascript", code: `export default ${code}`, timeout: 200 }
  )),
]);

Deno.test("what a process has opened is released in reverse order, however it ends", async (t) => {
  await using world = await World.start(SPECS, { extensions: [EXTENSION] });
  await serving(world);
  const files = async () => (await descriptorsOf(Deno.pid)).filter((path) => path.endsWith("/opener.ts")).length;
  for (const [n, name] of Object.keys(ENDS).entries()) {
    await t.step(name, async () => {
      closed.clear();
      const client = new AbortController();
      const answers = Array.from(
        { length: 5 },
        () => world.fetch(`/${n}`, { signal: client.signal }).then(({ status }) => status, () => "away"),
      );
      if (name.includes("client")) {
        await until("the requests are there", () => world.runtime.processes.size > 0);
        assert(await files() > 0);
        client.abort();
      }
      const expected = name === "well" ? 200 : name.includes("client") ? "away" : 500;
      const seen = await Promise.all(answers);
      // of the five native calls, the first kills the executor, and the next one the spare
      assert(seen.every((status) => status === expected), String(seen));
      await until("every process has ended", () => world.runtime.processes.size === 0);
      assertEquals([...closed.values()], Array(5).fill([2, 1]));
      assertEquals(await files(), 0);
    });
  }
});

Deno.test("a closed runtime leaves no threads and files behind", async () => {
  const round = async () => {
    const world = await World.start(SPECS, { extensions: [EXTENSION] });
    await serving(world);
    await Promise.all([world.fetch("/0"), world.fetch("/1"), world.fetch("/2")]);
    await world[Symbol.asyncDispose]();
  };
  const count = async () => ({ files: (await descriptorsOf(Deno.pid)).length, threads: await threadsOf(Deno.pid) });
  for (let rounds = 0; rounds < 2; rounds++) await round();
  const before = await count();
  for (let rounds = 0; rounds < 2; rounds++) await round();
  // threads take a moment to end, and the number of Deno's own varies with the load
  let after = await count();
  await until("threads and files are back", async () => {
    after = await count();
    return after.threads <= before.threads + 2 && after.files <= before.files + 4;
  }, 20_000).catch(() => assertEquals(after, before));
});
