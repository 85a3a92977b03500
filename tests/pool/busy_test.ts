import { assertEquals, assertRejects } from "@std/assert";
import { World } from "../runtime/world.ts";
import { delay, until } from "../support/until.ts";
import { serving } from "./serving.ts";

/** Layers of two nodes, each linked to both of the next layer: one request is 2 ** LAYERS packets. */
const LAYERS = 40;

/** A workflow whose `/flood` has packets waiting on the executor without end. */
function flood(more: Record<string, unknown>[] = []): string {
  const layer = (at: number) =>
    ["a", "b"].map((side) => ({
      kind: "snippet",
      name: `${side}${at}`,
      language: "javascript",
      code: "export default (n) => n",
      links: at + 1 < LAYERS ? { out: ["a", "b"].map((next) => ({ name: `${next}${at + 1}`, port: "in" })) } : {},
    }));
  return JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "a0", port: "in" }] } },
    ...Array.from({ length: LAYERS }, (_, at) => layer(at)).flat(),
    ...more,
  ]);
}

Deno.test("a top level is tried while packets wait without end", async () => {
  await using world = await World.start(flood());
  await serving(world);
  const { processes } = world.runtime;
  const away = new AbortController();
  let answered = 0;
  const request = () => void world.fetch("/", { signal: away.signal }).then(() => answered++).catch(() => answered++);
  request();
  await until("the packets are under way", () => processes.size === 1);
  await world.apply(flood([{ kind: "snippet", name: "new", language: "javascript", code: "export default () => 1" }]));
  assertEquals([answered, processes.size], [0, 1]);
  away.abort();
  await until("the request is over", () => processes.size === 0);
});

Deno.test("a version whose top levels are being tried when the pool is closed is rejected", async () => {
  await using world = await World.start("[]");
  await serving(world);
  const code = "for (const end = Date.now() + 900; Date.now() < end;); export default () => 1";
  const snippet = { kind: "snippet", name: "new", language: "javascript", code };
  const applied = assertRejects(() => world.apply(JSON.stringify([snippet])), Error, "the loader rejected");
  await delay(300);
  await world.runtime.pool.close();
  await applied;
});
