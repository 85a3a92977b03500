import { assert, assertEquals } from "@std/assert";
import { openStore } from "../../src/store/mod.ts";
import { snippets, World } from "./world.ts";

Deno.test("a version that was accepted before is served before top levels have run again", async () => {
  const file = await Deno.makeTempFile({ suffix: ".db" });
  const code = 'console.log("top level of hello"); export default () => "hello"';
  const ran = (world: World) => world.log.some((line) => line.includes("top level of hello"));
  {
    await using world = await World.start(snippets({ hello: code }), { store: await openStore(file) });
    await world.logged(/top level of hello/);
  }
  {
    await using world = await World.start("[]", { store: await openStore(file) });
    assertEquals(world.runtime.registry.version.id, 1);
    assert(!ran(world), world.log.join("\n"));
    assertEquals((await world.fetch("/hello")).text, "hello");
    await world.logged(/top level of hello/);
    // a change is tried out as ever
    await world.apply(snippets({ hello: code.replaceAll("hello", "welcome") }));
    await world.logged(/top level of welcome/);
  }
});

Deno.test("a version that nobody has accepted yet is tried out at the start, and an older one runs where it fails", async () => {
  const file = await Deno.makeTempFile({ suffix: ".db" });
  {
    await using _ = await World.start(snippets({ hello: 'export default () => "hello"' }), {
      store: await openStore(file),
    });
  }
  {
    // the version is made while no runtime is there to try it
    const world = await World.start("[]", { store: await openStore(file), namespace: "other" });
    await using _ = world;
    await world.apply(JSON.stringify([{
      kind: "snippet",
      namespace: "default",
      name: "hello",
      language: "javascript",
      code: 'throw new Error("not today"); export default () => "bye"',
    }]));
  }
  await using world = await World.start("[]", { store: await openStore(file) });
  assertEquals(world.runtime.registry.version.id, 1);
  assertEquals((await world.fetch("/hello")).text, "hello");
  await world.logged(/version 2 cannot be loaded.*not today/);
});
