import { assertEquals, assertRejects } from "@std/assert";
import { StorageError } from "../../src/storage/mod.ts";
import { testStores as test } from "./backends.ts";

test("can be closed twice, and rejects every call then", async ({ store }) => {
  const { history, presence, meta } = store;
  await store.close();
  await store.close();
  for (
    const call of [
      () => history.head(),
      () => presence.heartbeat({ id: "a", time: new Date(), data: null }),
      () => presence.instances(),
      () => presence.deregister("a"),
      () => meta.get("a"),
      () => meta.set("a", null),
      () => meta.swap("a", undefined, null),
    ]
  ) {
    const error = await assertRejects(call, StorageError, "closed");
    assertEquals(error.code, "unavailable");
  }
  for await (const move of history.watch(0)) throw new Error(`a closed history moved to ${move.version}`);
});

test("keeps presence and meta open when its history is closed", async ({ store: { history, presence, meta } }) => {
  await history.close();
  await presence.heartbeat({ id: "a", time: new Date(), data: null });
  await meta.set("a", 1);
  assertEquals([(await presence.instances()).length, await meta.get("a")], [1, 1]);
  await assertRejects(() => history.head(), StorageError, "closed");
});

test("keeps everything through a restart", async ({ store, reopen }) => {
  if (reopen === undefined) return;
  await store.history.save({ base: 0, operations: [] });
  await store.presence.heartbeat({ id: "a", time: new Date(), data: 1 });
  await store.meta.set("a", 2);
  const { history, presence, meta } = await reopen();
  assertEquals((await history.head()).version, 1);
  assertEquals((await presence.instances()).map(({ id, data }) => [id, data]), [["a", 1]]);
  assertEquals(await meta.get("a"), 2);
});
