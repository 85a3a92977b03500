/** The contract of `Meta`, which every store meets. */
import { assertEquals, assertRejects } from "@std/assert";
import { StorageError } from "../../src/storage/mod.ts";
import type { Value } from "../../src/value/mod.ts";
import { delay } from "../registry/folder.ts";
import { Watcher } from "../registry/watcher.ts";
import { testStores as test } from "../store/backends.ts";

test("keeps the last value of each key, and wakes nobody who watches head", async ({ store, other }) => {
  const second = await other();
  const watcher = new Watcher(second.history, 0);
  assertEquals(await store.meta.get("a"), undefined);
  await store.meta.set("a", { version: 1 });
  await second.meta.set("b", [new Date(5), 1n]);
  await second.meta.set("a", { version: 2 });
  for (const { meta } of [store, second]) {
    assertEquals(await meta.get("a"), { version: 2 });
    assertEquals(await meta.get("b"), [new Date(5), 1n]);
    assertEquals(await meta.get("c"), undefined);
  }
  await assertRejects(() => store.meta.set("a", (() => {}) as unknown as Value), StorageError, "function");
  await delay(150);
  assertEquals(watcher.sequences, []);
  await watcher.stop();
  await second.close();
});
