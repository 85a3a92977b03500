import { assertEquals } from "@std/assert";
import { snippets, World } from "../runtime/world.ts";
import { testEachMode } from "./modes.ts";
import { serving } from "./serving.ts";

const native = (until: string) =>
  `export default () => { if (${until}) return 'tame'; const s = 'a'.repeat(1 << 28); let n = 0; for (let i = 0; i < 10; i++) n += s.lastIndexOf('b' + i); return n }`;

/** The time limit is that of `bad` alone: on a busy machine `good` may take longer. */
const specs = (until: string) => {
  const codes = { bad: native(until), good: "export default ({ query }) => Number(query.n[0]) + 1" };
  const all = JSON.parse(snippets(codes)) as { name: string }[];
  return JSON.stringify(all.map((spec) => spec.name === "bad" ? { ...spec, timeout: 100 } : spec));
};

async function neighbors(world: World): Promise<void> {
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => world.fetch(`/good?n=${n}`)));
  assertEquals(answers.map(({ text }) => text), answers.map((_, n) => String(n + 1)));
}

testEachMode("a snippet that has killed two executors is quarantined until its spec changes", async (isolation) => {
  await using world = await World.start(specs("false"), { isolation });
  await serving(world);
  const states = () => world.runtime.pool.status().executors.map(({ state }) => state).sort();
  const serves = () => world.runtime.pool.status().executors.find(({ state }) => state === "serving")!.id;
  for (let strikes = 1; strikes <= 2; strikes++) {
    assertEquals((await world.fetch("/bad")).status, 500);
    await serving(world);
  }
  await world.logged(/warn .*bad has killed 2 executors and is quarantined until its spec changes/);
  // from now on it kills its own executor, and the shared one lives on
  const shared = serves();
  for (let strikes = 3; strikes <= 4; strikes++) {
    const beside = neighbors(world);
    assertEquals((await world.fetch("/bad")).status, 500);
    await beside;
  }
  assertEquals(serves(), shared);
  assertEquals(world.runtime.pool.status().deaths.map(({ node }) => node), ["bad", "bad", "bad", "bad"]);
  await world.apply(specs("true"));
  assertEquals((await world.fetch("/bad")).text, "tame");
  assertEquals(states(), ["serving", "spare"]);
  await neighbors(world);
});
