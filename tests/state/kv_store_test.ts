import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseKv } from "../../src/kinds/state/database_kv.ts";
import { compareKeys, type KvStore } from "../../src/kinds/state/kv_store.ts";
import { MemoryKv } from "../../src/kinds/state/memory_kv.ts";
import { type Failure, Stream, type Value } from "../../src/value/mod.ts";
import { until } from "../support/until.ts";
import { type Backend, type Backends, testBackends } from "./backends.ts";

// What every store of values by key does, in memory and in real databases.

/** A store that a test has for itself. */
interface Stores {
  readonly store: KvStore;
  /** The same data as another engine has it; in memory, the same store. */
  readonly other: KvStore;
}

/** Runs a test with an empty store in a database. */
async function withStores({ engines, table }: Backend, run: (stores: Stores) => Promise<void>): Promise<void> {
  const name = table();
  const [store, other] = await Promise.all(engines.map((database) => DatabaseKv.open(database, name)));
  try {
    await run({ store: store!, other: other! });
  } finally {
    await store!.close();
    await other!.close();
  }
}

/** Returns a test that is run with an empty store of each type. */
function each(run: (store: KvStore, other: KvStore) => Promise<void>) {
  return async ({ all }: Backends) => {
    const memory = new MemoryKv({ entries: 10_000, size: 2 ** 24 }, Date.now);
    await named("memory", () => run(memory, memory));
    for (const backend of all) {
      await named(backend.type, () => withStores(backend, ({ store, other }) => run(store, other)));
    }
  };
}

/** Says in an error which store it is of. */
async function named(type: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    throw new Error(`${type}: ${(error as Error).message}`, { cause: error });
  }
}

function set(store: KvStore, key: string, value: Value, ttl: number | null = null) {
  return store.set({ key, value, ttl, condition: undefined });
}

const VALUES: readonly Value[] = [
  null,
  true,
  0,
  -0,
  -1,
  1.5,
  Number.MAX_SAFE_INTEGER,
  2 ** 60,
  -Infinity,
  NaN,
  0n,
  5n,
  2n ** 70n,
  "",
  "ä 🦊 \u2028 \0",
  new Uint8Array([0, 255]),
  new Uint8Array(0),
  new Date(86_400_000),
  [],
  [null, [1n, new Date(0)], { a: new Uint8Array([1]) }],
  {},
  { ["__proto__"]: 1, toJSON: "x", "": { "\0": 2 } },
];

testBackends("every store of values by key", {
  "a value comes back as it was": each(async (store) => {
    for (const [at, value] of VALUES.entries()) {
      await set(store, `k${at}`, value);
      assertEquals((await store.get(`k${at}`))!.value, value);
    }
    assert(Object.is((await store.get("k3"))!.value, -0));
    const error = Object.assign(new TypeError("broken"), { code: "invalid" });
    await set(store, "error", { error });
    const back = ((await store.get("error"))!.value as { error: Failure }).error;
    assert(back instanceof TypeError);
    assertEquals([back.message, back.code], ["broken", "invalid"]);
    assertEquals(await store.get("nothing"), undefined);
  }),

  "what cannot be stored is an error, and leaves what was there": each(async (store) => {
    await set(store, "k", 1);
    const stream = Stream.from(ReadableStream.from([new Uint8Array(1)]));
    const wrong: [Value, string][] = [[stream, "invalid_payload"], ["\ud800", "invalid_payload"]];
    for (const [value, code] of wrong) {
      const error = await assertRejects(() => set(store, "k", value)) as Failure;
      assertEquals(error.code, code);
    }
    const large = await assertRejects(() => set(store, "k", new Uint8Array(9 * 2 ** 20))) as Failure;
    assertEquals(large.code, "too_large");
    assertEquals((await store.get("k"))!.value, 1);
    stream.close();
  }),

  "a condition on what is there decides whether something is set or deleted": each(async (store) => {
    const added = await store.set({ key: "k", value: "a", ttl: null, condition: "absent" });
    assert(added !== undefined);
    assertEquals(await store.set({ key: "k", value: "b", ttl: null, condition: "absent" }), undefined);
    const changed = await store.set({ key: "k", value: "c", ttl: null, condition: added.version });
    assert(changed !== undefined && changed.version > added.version);
    assertEquals(await store.set({ key: "k", value: "d", ttl: null, condition: added.version }), undefined);
    assertEquals(await store.set({ key: "other", value: "d", ttl: null, condition: added.version }), undefined);
    assertEquals((await store.get("k"))!.value, "c");
    assertEquals(await store.get("other"), undefined);
    assertEquals(await store.delete("k", added.version), false);
    assertEquals(await store.delete("k", changed.version), true);
    assertEquals(await store.delete("k", undefined), false);
    const again = await store.set({ key: "k", value: "e", ttl: null, condition: "absent" });
    assert(again !== undefined && again.version > changed.version);
    assertEquals(await store.delete("k", undefined), true);
    assertEquals(await store.get("k"), undefined);
  }),

  "of many that set a key that is not there, or has one version, one does": each(async (store, other) => {
    const stores = [store, other];
    const attempt = (condition: "absent" | number) =>
      Promise.all(
        Array.from({ length: 40 }, (_, at) => stores[at % 2]!.set({ key: "k", value: at, ttl: null, condition })),
      );
    const first = (await attempt("absent")).filter((one) => one !== undefined);
    assertEquals(first.length, 1);
    const second = (await attempt(first[0]!.version)).filter((one) => one !== undefined);
    assertEquals(second.length, 1);
    assertEquals((await store.get("k"))!.version, second[0]!.version);
  }),

  "a number is added to by many, and none is lost": each(async (store, other) => {
    const stores = [store, other];
    const sums = await Promise.all(Array.from({ length: 100 }, (_, at) => stores[at % 2]!.increment("n", 2, null)));
    assertEquals(sums.map(({ value }) => value as number).sort((a, b) => a - b), sums.map((_, at) => (at + 1) * 2));
    assertEquals((await store.increment("n", -200, null)).value, 0);
    assertEquals((await store.get("n"))!.value, 0);
    await set(store, "n", Number.MAX_SAFE_INTEGER);
    for (const [key, value] of [["n", null], ["text", "1"], ["float", 1.5], ["bigint", 1n]] as const) {
      if (value !== null) await set(store, key, value);
      const error = await assertRejects(() => store.increment(key, 1, null)) as Failure;
      assertEquals(error.code, "invalid_payload", key);
      assertEquals((await store.get(key))!.value, value ?? Number.MAX_SAFE_INTEGER);
    }
  }),

  "an entry is gone after its time, which its first increment sets": each(async (store) => {
    await set(store, "short", 1, 700);
    await set(store, "long", 2, 60_000);
    await set(store, "longer", 3, 700);
    const first = await store.increment("n", 1, 800);
    const second = await store.increment("n", 1, 60_000);
    assertEquals(second.expires, first.expires);
    assert(Math.abs(first.expires! - Date.now() - 800) < 5_000);
    assertEquals((await store.get("short"))!.value, 1);
    assert(await store.expire("longer", 60_000) !== undefined);
    assertEquals(await store.expire("nothing", 60_000), undefined);
    await until("the entries are gone", async () => await store.get("short") === undefined);
    await until("the entries are gone", async () => await store.get("n") === undefined);
    assertEquals((await store.list({ prefix: "", after: undefined, limit: 10 })).map(({ key }) => key), [
      "long",
      "longer",
    ]);
    assertEquals((await store.increment("n", 1, null)).value, 1);
    assert(await store.set({ key: "short", value: 2, ttl: null, condition: "absent" }) !== undefined);
    assert(await store.expire("long", null) !== undefined);
    assertEquals((await store.get("long"))!.expires, null);
  }),

  "keys are listed in the order of their code points, by prefix, page by page": each(async (store) => {
    const keys = ["a", "a/", "a/\u{1f98a}", "a/\uffee", "a/b", "a/b/c", "a0", "b", "B", "é", "a%", "a_"];
    await Promise.all(keys.map((key) => set(store, key, key)));
    const list = async (prefix: string, after?: string, limit = 100) =>
      (await store.list({ prefix, after, limit })).map(({ key }) => key);
    const sorted = [...keys].sort(compareKeys);
    assertEquals(await list(""), sorted);
    assertEquals(await list("a/"), ["a/", "a/b", "a/b/c", "a/\uffee", "a/\u{1f98a}"]);
    assertEquals(await list("a%"), ["a%"]);
    assertEquals(await list("a/", "a/b", 2), ["a/b/c", "a/\uffee"]);
    assertEquals(await list("zzz"), []);
    const paged: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await list("", after, 5);
      if (page.length === 0) break;
      paged.push(...page);
      after = page.at(-1);
    }
    assertEquals(paged, sorted);
  }),

  "changes are told once a key, in their order, with what was missed": each(async (store, other) => {
    await set(store, "old", 0);
    const begin = await store.version();
    assertEquals((await store.changes(begin, 10)).changes, []);
    await set(store, "a", 1);
    await set(other, "b", 2);
    await set(other, "a", 3);
    await store.delete("old", undefined);
    const { changes, version, isIncomplete } = await store.changes(begin, 10);
    assertEquals(isIncomplete, false);
    assertEquals(
      changes.map(({ key, entry, previous }) => [key, entry?.value, previous > begin]),
      [["b", 2, false], ["a", 3, true], ["old", undefined, false]],
    );
    assertEquals(await store.version(), version);
    const some = await store.changes(begin, 2);
    assertEquals(some.changes.map(({ key }) => key), ["b", "a"]);
    assertEquals((await store.changes(some.version, 2)).changes.map(({ key }) => key), ["old"]);
  }),

  "who listens hears of changes of this engine and of what has expired": each(async (store) => {
    let heard = 0;
    const stop = await store.listen(() => heard++);
    const begin = await store.version();
    await set(store, "a", 1, 50);
    assert(heard > 0);
    await until("it has expired", async () => {
      const { changes } = await store.changes(begin, 10);
      return changes.length === 1 && changes[0]!.entry === undefined;
    });
    stop();
    const before = heard;
    await set(store, "b", 1);
    assertEquals(heard, before);
  }),

  "PostgreSQL tells other engines": async ({ all }) => {
    const backend = all.find(({ type }) => type === "postgres");
    if (backend === undefined) return;
    await withStores(backend, async ({ store, other }) => {
      let heard = 0;
      const stop = await other.listen(() => heard++);
      await until("the other engine listens", async () => {
        await set(store, "a", 1);
        return heard > 0;
      });
      stop();
    });
  },

  "engines that open a table at once make it once, and a name has one purpose": async ({ all }) => {
    for (const { engines, table } of all) {
      const name = table();
      const stores = await Promise.all([0, 1, 0, 1].map((at) => DatabaseKv.open(engines[at]!, name)));
      await set(stores[0]!, "k", 1);
      assertEquals((await stores[3]!.get("k"))!.value, 1);
      for (const store of stores) await store.close();
      const [database] = engines;
      await database.query("UPDATE weft_tables SET version = 99 WHERE name = $1", [name]);
      await assertRejects(() => DatabaseKv.open(database, name), Error, "a newer one made it");
      await database.query("UPDATE weft_tables SET purpose = 'queue' WHERE name = $1", [name]);
      await assertRejects(() => DatabaseKv.open(database, name), Error, "in use for queue");
    }
  },
});

Deno.test("a store in memory is bounded, and what has expired makes room", async () => {
  let now = 0;
  const store = new MemoryKv({ entries: 3, size: 2_000 }, () => now);
  await set(store, "a", 1, 100);
  await set(store, "b", 2);
  await set(store, "c", 3);
  const full = await assertRejects(() => set(store, "d", 4)) as Failure;
  assertEquals(full.code, "too_large");
  await set(store, "c", 33);
  assertEquals((await assertRejects(() => set(store, "c", "x".repeat(2_000))) as Failure).code, "too_large");
  assertEquals((await store.get("c"))!.value, 33);
  now = 100;
  await set(store, "d", 4);
  assertEquals((await store.list({ prefix: "", after: undefined, limit: 9 })).map(({ key }) => key), ["b", "c", "d"]);
  const begin = await store.version();
  for (let at = 0; at < 20_001; at++) {
    await store.delete("d", undefined);
    await set(store, `d`, at);
  }
  assertEquals((await store.changes(begin, 10)).isIncomplete, false);
  await store.delete("d", undefined);
  for (let at = 0; at < 10_002; at++) {
    await set(store, `e${at}`, at);
    await store.delete(`e${at}`, undefined);
  }
  assertEquals((await store.changes(begin, 10)).isIncomplete, true);
  assertEquals((await store.changes(await store.version(), 10)).isIncomplete, false);
});
