import { assertEquals } from "@std/assert";
import { stringify } from "@std/yaml";
import { World } from "../runtime/world.ts";
import { serving } from "./serving.ts";

/** How many nodes of a process take long, one after another. */
const NODES = 8;
/** How many others wait meanwhile. */
const OTHERS = 60;

const loop = (n: number) => ({
  kind: "snippet",
  name: `loop${n}`,
  language: "javascript",
  code: "export default () => { for (const end = Date.now() + 200; Date.now() < end;); return 'late' }",
  ...n + 1 < NODES && { ports: { out: [{ name: `loop${n + 1}`, port: "in" }] } },
});

const SPECS = [
  { kind: "listener", name: "web", protocol: "http", port: 0, ports: { out: [{ name: "router", port: "in" }] } },
  {
    kind: "router",
    name: "router",
    routes: [{ method: "GET", path: "/long", port: "out[0]" }, { method: "GET", path: "/short", port: "out[1]" }],
    ports: { "out[0]": [{ name: "loop0", port: "in" }], "out[1]": [{ name: "short", port: "in" }] },
  },
  { kind: "snippet", name: "short", language: "javascript", code: "export default () => 'soon'" },
  ...Array.from({ length: NODES }, (_, n) => loop(n)),
];

for (const isolation of ["thread", "process"] as const) {
  Deno.test(`${isolation}: a process of many nodes that take long holds others up for one of them`, async () => {
    await using world = await World.start(stringify(SPECS), { isolation });
    await serving(world);
    await world.fetch("/short");
    const order: string[] = [];
    const ask = async (path: string) => void order.push((await world.fetch(path)).text);
    await Promise.all([ask("/long"), ...Array.from({ length: OTHERS }, () => ask("/short"))]);
    assertEquals(order, [...Array<string>(OTHERS).fill("soon"), "late"]);
  });
}
