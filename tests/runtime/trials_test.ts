import { assertEquals } from "@std/assert";
import { openStore } from "../../src/store/mod.ts";
import { until } from "../support/until.ts";
import { snippets, World } from "./world.ts";

const hello = (answer: string) => snippets({ hello: `export default () => "${answer}"` });

/** Makes a store in which version 1 was accepted, and version 2, the head, was not. */
async function storeWithHead(): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".db" });
  {
    await using _ = await World.start(hello("one"), { store: await openStore(file) });
  }
  const other = await World.start("[]", { store: await openStore(file), namespace: "other" });
  await using _ = other;
  const code = 'export default () => "two"';
  const spec = { kind: "snippet", namespace: "default", name: "hello", language: "javascript", code };
  await other.apply(JSON.stringify([spec]));
  return file;
}

/** Reports to a store as a runtime that tries version 2. */
async function report(file: string, age: number): Promise<void> {
  await using store = await openStore(file);
  const data = { namespace: "default", version: 1, trying: 2, urls: [], pid: 1, started: new Date().toISOString() };
  await store.presence.heartbeat({ id: "another", time: new Date(Date.now() - age), data });
}

Deno.test("a head that a runtime was trying when it fell silent is refused, and stays so", async () => {
  const file = await storeWithHead();
  await report(file, 12_000);
  for (let start = 0; start < 2; start++) {
    await using world = await World.start("[]", { store: await openStore(file) });
    assertEquals((await world.fetch("/hello")).text, "one");
    await world.logged(/version 2 cannot be loaded: process 1, which tried it at .* has ended or hangs since/);
    assertEquals(world.runtime.follower.rejected?.version, 2);
    // the report of the dead one is gone once that is certain
    const ids = async () => (await world.runtime.store.presence.instances()).map(({ id }) => id);
    await until("the dead runtime is forgotten", async () => !(await ids()).includes("another"));
  }
  await using world = await World.start("[]", { store: await openStore(file) });
  // moved to once more, head is tried once more
  const { id, parent } = world.runtime.registry.version;
  assertEquals([id, parent], [1, 0]);
  await world.runtime.store.history.setHead(2, 2, {});
  await until("version 2 runs", async () => (await world.fetch("/hello")).text === "two");
  await until("the store allows it", async () => await world.runtime.store.meta.get("refused:default") === null);
});

Deno.test("a head that a live runtime is trying is gone to when that runtime says more", async () => {
  const file = await storeWithHead();
  await report(file, 0);
  await using world = await World.start("[]", { store: await openStore(file) });
  assertEquals((await world.fetch("/hello")).text, "one");
  await report(file, -1);
  await until("version 2 runs", async () => (await world.fetch("/hello")).text === "two");
  assertEquals(world.runtime.follower.rejected, undefined);
});

Deno.test("a head that a runtime was trying that is known to have ended is refused at once", async () => {
  const file = await storeWithHead();
  await report(file, 0);
  await using world = await World.start("[]", { store: await openStore(file), ended: ["another"] });
  await world.logged(/version 2 cannot be loaded: process 1, which tried it at .*, has ended since; apply it again/);
  const { store } = world.runtime;
  assertEquals((await store.presence.instances()).some(({ id }) => id === "another"), false);
  assertEquals((await store.meta.get("refused:default") as { version: number }).version, 2);
});
