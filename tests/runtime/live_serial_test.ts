import { assertEquals } from "@std/assert";
import { openStore } from "../../src/store/mod.ts";
import { type Json, send, SystemWorld } from "./system_world.ts";

// Changes through the system workflow are serial and go forward, however many clients make them.

const text = (name: string, code: string) => ({ kind: "snippet", namespace: "system", name, language: "text", code });

/** A listener whose router sends `/name` to the snippet of that name. */
function doors(names: readonly string[]): Json[] {
  return [
    { kind: "listener", namespace: "system", name: "door", port: 0, links: { out: [{ name: "doors", port: "in" }] } },
    {
      kind: "router",
      namespace: "system",
      name: "doors",
      routes: names.map((name, i) => ({ path: `/${name}`, port: `out[${i}]` })),
      links: Object.fromEntries(names.map((name, i) => [`out[${i}]`, [{ name, port: "in" }]])),
    },
    ...names.map((name) => text(name, "0")),
  ];
}

Deno.test("200 rounds of two PATCHes of one spec at the same time lose none", async () => {
  await using system = await SystemWorld.start();
  await system.nodes("POST", { ...text("n", "0"), namespace: "default" });
  const { registry } = system.world.runtime;
  for (let round = 1; round <= 200; round++) {
    const answers = await Promise.all([
      system.nodes("PATCH", { name: "n", code: `c${round}` }),
      system.nodes("PATCH", { name: "n", annotations: { z: `m${round}` } }),
    ]);
    assertEquals(answers.map(({ status }) => status), [200, 200], JSON.stringify(answers));
    const { code, annotations } = registry.get("default:n")!.data as Json;
    assertEquals([code, annotations], [`c${round}`, { z: `m${round}` }], `round ${round}`);
  }
});

Deno.test("of two parts of one PATCH for the same spec none is lost", async () => {
  await using system = await SystemWorld.start();
  await system.nodes("POST", { ...text("n", "0"), namespace: "default" });
  const { status, body } = await system.nodes("PATCH", [
    { name: "n", code: "1" },
    { name: "n", annotations: { z: "1" } },
    { name: "n", namespace: "default", language: "json" },
  ]);
  assertEquals(status, 200, JSON.stringify(body));
  const { code, annotations, language } = system.world.runtime.registry.get("default:n")!.data as Json;
  assertEquals([code, annotations, language], ["1", { z: "1" }, "json"]);
  assertEquals(body.map(({ code }: Json) => code), ["1", "1", "1"]);
});

Deno.test("of parallel POSTs of one name one is made, the others are 400", async () => {
  await using system = await SystemWorld.start();
  for (let round = 0; round < 20; round++) {
    const spec = { ...text(`n${round}`, "x"), namespace: "default" };
    const answers = await Promise.all(Array.from({ length: 5 }, () => system.nodes("POST", spec)));
    assertEquals(answers.map(({ status }) => status).sort(), [200, 400, 400, 400, 400]);
  }
});

Deno.test("12 clients that change their own spec are served by what they saved, and none gets an error", async () => {
  const names = Array.from({ length: 12 }, (_, i) => `own${i}`);
  const file = await Deno.makeTempFile({ suffix: ".db" });
  try {
    await using system = await SystemWorld.start({ store: await openStore(file) });
    const before = await system.world.runtime.sockets.urls();
    await system.nodes("POST", doors(names));
    const url = (await system.world.runtime.sockets.urls()).find((url) => !before.includes(url))!;
    const stale: string[] = [];
    await Promise.all(names.map(async (name) => {
      for (let round = 1; round <= 25; round++) {
        const code = String(round);
        const changed = await system.nodes("PATCH", { namespace: "system", name, code });
        assertEquals(changed.status, 200, JSON.stringify(changed.body));
        const read = (await system.nodes("GET")).body.find((spec: Json) => spec.name === name).code;
        if (read !== code) stale.push(`${name}: ${read} was read after ${code} was saved`);
        const served = String((await send(`${url}/${name}`, "GET")).body);
        if (served !== code) stale.push(`${name}: ${served} was served after ${code} was saved`);
      }
    }));
    assertEquals(stale, []);
    assertEquals(system.world.log.filter((line) => / (warn|error) /.test(line)), []);
  } finally {
    await Deno.remove(file);
  }
});
