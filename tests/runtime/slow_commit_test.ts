import { assertEquals, assertMatch } from "@std/assert";
import { World } from "./world.ts";

const flow = (answer: string) => `
- { kind: listener, name: web, port: 0, links: { out: [{ name: hi, port: in }] } }
- { kind: snippet, name: hi, language: text, code: ${answer} }
`;

Deno.test("a version whose commit takes too long is served, and is the one that the registry and the store have", async () => {
  // the time to prepare is real, and the machine may be busy
  await using world = await World.start(flow("one"), { timeout: 5_000 });
  const { registry } = world.runtime;
  const commit = Promise.withResolvers<void>();
  const remove = registry.handle({
    name: "a slow participant",
    kinds: "none",
    create() {},
    update() {},
    delete() {},
    commit: () => commit.promise,
  });
  const before = registry.version.id;
  await world.apply(flow("two"));
  assertEquals((await world.fetch("/")).text, "two");
  assertEquals([registry.version.id, (await registry.head()).version], [before + 1, before + 1]);
  const line = await world.logged(/ warn /);
  assertMatch(line, /a slow participant did not end the commit of v\d+ within 5 s; it stays in force$/);
  remove();
  commit.resolve();
  await world.apply(flow("three"));
  assertEquals((await world.fetch("/")).text, "three");
});
