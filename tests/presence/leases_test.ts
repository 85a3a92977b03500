/** The contract of `Leases`, and of what they are made of, on every store. */
import { assert, assertEquals } from "@std/assert";
import { Leases, MemoryMeta } from "../../src/presence/mod.ts";
import type { Value } from "../../src/value/mod.ts";
import { testStores as test } from "../store/backends.ts";

test("swaps a value only for the one that is there", async ({ store, other }) => {
  const second = await other();
  const first: Value = { owner: "a", until: 1.5, data: { at: new Date(5), list: [1n, null] } };
  assertEquals(await store.meta.swap("k", null, first), false);
  assertEquals(await store.meta.swap("k", undefined, first), true);
  assertEquals(await second.meta.swap("k", undefined, 2), false);
  assertEquals(await second.meta.swap("k", { owner: "a" }, 2), false);
  assertEquals(await second.meta.swap("k", await store.meta.get("k"), 2), true);
  assertEquals([await store.meta.get("k"), await store.meta.swap("k", first, 3)], [2, false]);
  // of many at once, one
  const swapped = await Promise.all([store, second, store, second].map(({ meta }, index) => meta.swap("k", 2, index)));
  assertEquals(swapped.filter((done) => done).length, 1);
  await second.close();
});

test("one at a time holds a lease, until it releases it or is silent for its time", async ({ store, other }) => {
  const second = await other();
  const [a, b] = [new Leases(store.meta, "a"), new Leases(second.meta, "b")];
  const now = 1_000_000;
  assertEquals(await a.acquire("k", now, 100), { isHeld: true, until: now + 100, data: null });
  assertEquals((await b.acquire("k", now + 99, 100)).isHeld, false);
  assertEquals((await b.acquire("other", now, 100)).isHeld, true);
  assert((await a.acquire("k", now + 90, 100)).isHeld);
  assertEquals(await a.save("k", now + 90, 100, { count: 1 }), { isHeld: true, until: now + 190, data: { count: 1 } });
  assertEquals((await b.save("k", now + 189, 100, { count: 9 })).isHeld, false);
  // silent for too long: the other one goes on from what was saved
  assertEquals(await b.acquire("k", now + 190, 100), { isHeld: true, until: now + 290, data: { count: 1 } });
  assertEquals((await a.save("k", now + 200, 100, { count: 2 })).isHeld, false);
  await a.release("k");
  assertEquals((await a.acquire("k", now + 200, 100)).isHeld, false);
  await b.release("k");
  assertEquals((await a.acquire("k", now + 201, 100)).data, { count: 1 });
  // a clock that was set back far
  assert((await b.acquire("k", 1_000, 100)).isHeld);
  await second.close();
});

test("of many that want a lease at once, one gets it", async ({ store, other }) => {
  const second = await other();
  for (let round = 0; round < 5; round++) {
    const owners = Array.from(
      { length: 8 },
      (_, n) => new Leases((n % 2 === 0 ? store : second).meta, `${round}-${n}`),
    );
    const leases = await Promise.all(owners.map((leases) => leases.acquire(`k${round}`, 1, 1_000)));
    assertEquals(leases.filter(({ isHeld }) => isHeld).length, 1);
  }
  await second.close();
});

test("keeps what was saved through a restart", async ({ store, reopen }) => {
  if (reopen === undefined) return;
  await new Leases(store.meta, "a").save("k", 1, 100, [1, "x"]);
  assertEquals((await new Leases((await reopen()).meta, "b").acquire("k", 101, 100)).data, [1, "x"]);
});

Deno.test("machines whose clocks are far apart go by the clock of the store", async () => {
  const meta = new MemoryMeta();
  const HOUR = 3_600_000;
  /** The store as a machine sees it whose clock is behind by an hour. */
  const behind = {
    clockOffset: HOUR,
    get: (key: string) => meta.get(key),
    set: (key: string, value: Value) => meta.set(key, value),
    swap: (key: string, before: Value | undefined, value: Value) => meta.swap(key, before, value),
  };
  const [a, b] = [new Leases(meta, "a"), new Leases(behind, "b")];
  const now = 10 * HOUR;
  assertEquals(await b.acquire("k", now - HOUR, 100), { isHeld: true, until: now - HOUR + 100, data: null });
  assertEquals(await a.acquire("k", now + 50, 100), { isHeld: false, until: now + 100, data: null });
  assert((await a.acquire("k", now + 100, 100)).isHeld);
  assertEquals(await b.acquire("k", now - HOUR + 150, 100), { isHeld: false, until: now - HOUR + 200, data: null });
  assert((await b.acquire("k", now - HOUR + 200, 100)).isHeld);
});
