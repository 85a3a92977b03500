/** The contract of `Presence`, which every store meets. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { StorageError } from "../../src/storage/mod.ts";
import { type Failure, failure, type Value } from "../../src/value/mod.ts";
import { delay } from "../registry/folder.ts";
import { Watcher } from "../registry/watcher.ts";
import { testStores as test } from "../store/backends.ts";

test("keeps the last heartbeat of each instance", async ({ store, other }) => {
  const second = await other();
  assertEquals(await store.presence.instances(), []);
  const time = new Date(Date.now() - 3000);
  await store.presence.heartbeat({ id: "b", time, data: { version: 1 } });
  await second.presence.heartbeat({ id: "a", time: new Date(), data: [new Date(5), 1n, new Uint8Array([1])] });
  await store.presence.heartbeat({
    id: "b",
    time,
    data: { version: 2, why: failure<string>("port", { code: "in_use" }) },
  });
  for (const { presence } of [store, second]) {
    const [a, b] = await presence.instances();
    assertEquals([a?.id, b?.id], ["a", "b"]);
    assertEquals(a?.data, [new Date(5), 1n, new Uint8Array([1])]);
    const { version, why } = b?.data as { version: number; why: Failure };
    assertEquals([version, why.message, why.code, b?.time], [2, "port", "in_use", time]);
    assert(a!.age >= 0 && a!.age < 1000, `${a!.age}`);
    assert(b!.age >= 3000 && b!.age < 4000, `${b!.age}`);
  }
  await second.presence.deregister("b");
  await second.presence.deregister("nobody");
  assertEquals((await store.presence.instances()).map(({ id }) => id), ["a"]);
  await second.close();
});

test("forgets instances after an hour, at the next heartbeat of any", async ({ store: { presence } }) => {
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  await presence.heartbeat({ id: "old", time: ago(61), data: null });
  await presence.heartbeat({ id: "young", time: ago(59), data: null });
  await presence.heartbeat({ id: "new", time: new Date(), data: null });
  assertEquals((await presence.instances()).map(({ id }) => id), ["new", "young"]);
});

test("gives an instance whose clock is ahead the age 0", async ({ store: { presence } }) => {
  const time = new Date(Date.now() + 60_000);
  await presence.heartbeat({ id: "a", time, data: null });
  assertEquals(await presence.instances(), [{ id: "a", time, data: null, age: 0 }]);
});

test("rejects a heartbeat that cannot be stored", async ({ store: { presence } }) => {
  const data = { f: () => {} } as unknown as Value;
  const error = await assertRejects(
    () => presence.heartbeat({ id: "a", time: new Date(), data }),
    StorageError,
    "the heartbeat of a.f is a function",
  );
  assertEquals(error.code, "invalid");
});

test("wakes nobody who watches head by a heartbeat", async ({ store: { history, presence }, other }) => {
  const second = await other();
  await history.save({ base: 0, operations: [] });
  const watchers = [new Watcher(history, 0), new Watcher(second.history, 0)];
  for (const watcher of watchers) await watcher.until(1);
  for (let i = 0; i < 5; i++) {
    await presence.heartbeat({ id: "a", time: new Date(), data: i });
    await second.presence.deregister("a");
    await delay(30);
  }
  await delay(150);
  for (const watcher of watchers) {
    assertEquals(watcher.sequences, [1]);
    await watcher.stop();
  }
  assertEquals(await history.head(), { version: 1, sequence: 1 });
  await second.close();
});
