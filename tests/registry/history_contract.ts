/**
 * The contract of `History`, whatever it keeps its versions in. `history_test.ts` lists the implementations.
 */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { getEventListeners } from "node:events";
import {
  change,
  ConflictError,
  creation,
  Entry,
  type Head,
  type History,
  type Operation,
  Registry,
  RegistryError,
  removal,
  replacement,
} from "../../src/registry/mod.ts";
import { equal, type Failure, failure, isList, isMap, toErrorRecord, type Value } from "../../src/value/mod.ts";
import { delay } from "../support/until.ts";
import { Watcher } from "./watcher.ts";

/** A place where histories are kept. */
export interface Backend {
  readonly name: string;
  /** Whether its tests cannot run here. */
  readonly ignore?: boolean;
  /** Whether versions can be read back. */
  readonly keeps: boolean;
  /** Opens a new, empty store. */
  open(): Promise<HistoryStore>;
}

/** One store. */
export interface HistoryStore extends AsyncDisposable {
  readonly history: History;
  /** Opens the same store as another process does: with another connection, where there are connections. */
  other(): Promise<History>;
  /** Closes everything and opens the store again; absent where nothing outlives that. */
  reopen?(): Promise<History>;
}

const entry = (id: string, data: Value = null) => Entry.of({ id, kind: "k", data });
const x1 = entry("a:x", 1);
const x2 = entry("a:x", 2);

/** Registers the tests of one backend. */
export function testHistory(backend: Backend): void {
  const test = (name: string, run: (store: HistoryStore) => Promise<void>) =>
    Deno.test(`${backend.name}: ${name}`, {
      ignore: backend.ignore ?? false,
      sanitizeOps: true,
      sanitizeResources: true,
    }, async () => {
      await using store = await backend.open();
      await run(store);
    });
  testVersions(test);
  testWatch(test);
  if (backend.keeps) {
    testKept(test);
    testPrune(test);
  } else {
    testForgotten(test);
  }
}

type Test = (name: string, run: (store: HistoryStore) => Promise<void>) => void;

function testVersions(test: Test): void {
  test("begins with version 0, which is empty and head", async ({ history }) => {
    assertEquals(await history.head(), { version: 0, sequence: 0 });
    assertEquals(await history.baseline(), { version: 0, entries: [] });
    assertEquals(await history.moves(0), []);
  });

  test("saves versions in a row, with time, author and message", async ({ history }) => {
    const before = Date.now();
    const one = await history.save({ base: 0, operations: [creation(x1)], author: "ada", message: "first" });
    const two = await history.save({ base: 1, operations: [replacement(x2, x1), creation(entry("a:y"))] });
    assertEquals([one.id, one.parent, one.author, one.message, one.operations], [1, 0, "ada", "first", 1]);
    assertEquals([two.id, two.parent, two.operations], [2, 1, 2]);
    assert(!("author" in two) && !("message" in two));
    assert(before <= one.time.getTime() && one.time <= two.time && two.time.getTime() <= Date.now());
    assertEquals(await history.head(), { version: 2, sequence: 2 });
  });

  test("rejects a version that is not based on head, and says what head is", async ({ history }) => {
    await history.save({ base: 0, operations: [creation(x1)] });
    for (const base of [0, 2, -1]) {
      const error = await assertRejects(() => history.save({ base, operations: [] }), ConflictError);
      assertEquals([error.expected, error.actual, error.code], [base, 1, "conflict"]);
    }
    assertEquals((await history.head()).version, 1);
  });

  test("rejects all but one of several concurrent saves from one head", async ({ history, other }) => {
    const second = await other();
    const outcomes = await Promise.allSettled(
      [history, second, history, second].map((store) => store.save({ base: 0, operations: [creation(x1)] })),
    );
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    assertEquals(refused.length, 3);
    for (const { reason } of refused) assert(reason instanceof ConflictError);
    assertEquals(await history.head(), { version: 1, sequence: 1 });
    assertEquals(await second.head(), { version: 1, sequence: 1 });
    await second.close();
  });

  test("lets all concurrent writers that retry succeed", async ({ history, other }) => {
    const second = await other();
    await Promise.all([history, second, history, second].map(async (store, writer) => {
      for (let i = 0; i < 10; i++) await saveSomehow(store, [creation(entry(`a:${writer}-${i}`))]);
    }));
    assertEquals(await history.head(), { version: 40, sequence: 40 });
    await second.close();
  });

  test("can be closed twice, and rejects every call then", async ({ history }) => {
    await history.close();
    await history.close();
    for (
      const call of [
        () => history.head(),
        () => history.versions(),
        () => history.get(0),
        () => history.changesets([0]),
        () => history.baseline(),
        () => history.save({ base: 0, operations: [] }),
        () => history.setHead(0, 0),
        () => history.moves(0),
        () => history.prune(0),
      ]
    ) {
      const error = await assertRejects(call, RegistryError, "closed");
      assertEquals(error.code, "unavailable");
    }
    for await (const move of history.watch(0)) throw new Error(`a closed history moved to ${move.version}`);
  });
}

async function saveSomehow(history: History, operations: Operation[]): Promise<void> {
  for (;;) {
    const { version: base } = await history.head();
    try {
      await history.save({ base, operations });
      return;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

function testKept(test: Test): void {
  test("returns each version with its changeset", async ({ history }) => {
    const [first, second, third]: [Operation[], Operation[], Operation[]] = [
      [creation(x1)],
      [replacement(x2, x1)],
      [removal(x2), creation(entry("a:y"))],
    ];
    for (const [base, changeset] of [first, second, third].entries()) {
      await history.save({ base, operations: changeset });
    }
    assertEquals((await history.versions()).map(({ id, parent }) => [id, parent]), [[0, undefined], [1, 0], [2, 1], [
      3,
      2,
    ]]);
    assertEquals(await history.changesets([2, 1, 3]), [second, first, third]);
    assertEquals((await history.get(0))?.operations, []);
    await assertRejects(() => history.changesets([1, 0]), RegistryError, "the history begins with v0");
    const found = await history.get(3);
    assertEquals(found?.operations, third);
    assertEquals(found?.version, (await history.versions())[3]);
    assertEquals(await history.get(4), undefined);
    assertEquals(
      (await assertRejects(() => history.changesets([1, 4]), RegistryError, "unknown version v4")).code,
      "not_found",
    );
  });

  test("returns every value as it was", async ({ history, other, reopen }) => {
    const values = everyValue();
    const meta = { list: values };
    const entries = [
      Entry.of({ id: "a:all", kind: "k", meta, data: values, origin: { file: "x.yaml", line: 3 } }),
      Entry.of({ id: "é 𝄞:n:a/me", kind: "k é", data: -0 }),
      ...values.map((data, i) => Entry.of({ id: `a:${i}`, kind: "k", data })),
    ];
    await history.save({ base: 0, operations: entries.map(creation) });
    const check = async (store: History) => {
      const found = (await store.get(1))!.operations.map((operation) => (operation as { entry: Entry }).entry);
      assertEquals(found.map(({ id }) => id), entries.map(({ id }) => id));
      for (const [i, one] of found.entries()) {
        assertStrictEquals(one.id, entries[i]!.id);
        assertSame(one.data, entries[i]!.data);
        assertSame(one.meta, entries[i]!.meta);
        assertEquals(one.origin, entries[i]!.origin);
      }
    };
    await check(history);
    await check(await other());
    if (reopen !== undefined) await check(await reopen());
  });

  test("moves head to any version, from the expected head", async ({ history }) => {
    for (const base of [0, 1]) await history.save({ base, operations: [creation(entry(`a:${base}`))] });
    assertEquals(await history.setHead(1, 2, { author: "bob", message: "back" }), { version: 1, sequence: 3 });
    const error = await assertRejects(() => history.setHead(2, 2), ConflictError);
    assertEquals([error.expected, error.actual], [2, 1]);
    assertEquals(
      (await assertRejects(() => history.setHead(7, 1), RegistryError, "unknown version v7")).code,
      "not_found",
    );
    assertEquals((await history.versions()).length, 3);
    assertEquals(await history.head(), { version: 1, sequence: 3 });
  });

  test("rejects all but one of several concurrent moves and saves from one head", async ({ history, other }) => {
    const second = await other();
    for (const base of [0, 1, 2]) await history.save({ base, operations: [] });
    const outcomes = await Promise.allSettled([
      history.setHead(1, 3),
      second.setHead(2, 3),
      second.save({ base: 3, operations: [] }),
    ]);
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    assertEquals(refused.length, 2);
    const { version, sequence } = await history.head();
    assertEquals(sequence, 4);
    for (const { reason } of refused) {
      assert(reason instanceof ConflictError);
      assertEquals([reason.expected, reason.actual], [3, version]);
    }
    assertEquals(await second.head(), { version, sequence });
    await second.close();
  });

  test("notifies every watch of a moved head, once for each move", async ({ history, other }) => {
    const second = await other();
    for (const base of [0, 1]) await history.save({ base, operations: [] });
    const watchers = [new Watcher(history, 2), new Watcher(second, 2)];
    await delay(20);
    for (const [round, [from, to]] of [[2, 1], [1, 2], [2, 0], [0, 0], [0, 2]].entries()) {
      await (round % 2 === 0 ? history : second).setHead(to!, from!);
      for (const watcher of watchers) {
        const waited = await watcher.until(round + 1);
        assert(waited < 200, `waited ${waited} ms`);
      }
    }
    for (const watcher of watchers) {
      assertEquals(watcher.moves.map(({ previous, version }) => [previous, version]), [
        [2, 1],
        [1, 2],
        [2, 0],
        [0, 0],
        [0, 2],
      ]);
      await watcher.stop();
    }
    await second.close();
  });

  test("never reuses a version number, and lets a branch begin anywhere", async ({ history, reopen }) => {
    for (const base of [0, 1, 2]) await history.save({ base, operations: [] });
    await history.setHead(1, 3);
    const store = await reopen?.() ?? history;
    const version = await store.save({ base: 1, operations: [creation(x1)] });
    assertEquals([version.id, version.parent], [4, 1]);
    assertEquals((await store.versions()).map(({ id, parent }) => [id, parent]), [
      [0, undefined],
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 1],
    ]);
    await store.close();
  });

  test("logs the moves of head", async ({ history }) => {
    await history.save({ base: 0, operations: [], author: "ada", message: "first" });
    await history.save({ base: 1, operations: [] });
    await history.setHead(0, 2, { message: "back" });
    const moves = await history.moves(0);
    assertEquals(moves.map(({ time: _, ...move }) => move), [
      { sequence: 1, version: 1, previous: 0, author: "ada", message: "first" },
      { sequence: 2, version: 2, previous: 1 },
      { sequence: 3, version: 0, previous: 2, message: "back" },
    ]);
    assertEquals(await history.moves(2), moves.slice(2));
    assertEquals(await history.moves(3), []);
  });

  test("carries a registry through a restart", async (store) => {
    let registry = new Registry(store.history, { dispatch: "none" });
    await registry.apply([change.create({ id: "a:x", kind: "k", data: 1, origin: "x.yaml" })], { author: "ada" });
    await registry.apply([change.update({ id: "a:x", kind: "k", data: 2 }), change.create({ id: "a:y", kind: "k" })]);
    await registry.apply([change.delete("a:x"), change.create({ id: "a:x", kind: "other" })]);
    await registry.jump(1);
    if (store.reopen !== undefined) registry = new Registry(await store.reopen(), { dispatch: "none" });
    await registry.load();
    assertEquals(registry.version.id, 1);
    assertEquals(registry.get("a:x")?.origin, "x.yaml");
    const kinds: [number, string[]][] = [[3, ["other", "k"]], [2, ["k", "k"]], [0, []], [3, ["other", "k"]], [1, [
      "k",
    ]]];
    for (const [version, expected] of kinds) {
      await registry.jump(version);
      assertEquals(registry.entries().map(({ kind }) => kind), expected, `v${version}`);
    }
    await registry.close();
  });
}

/** Returns values of every kind, including those that are easily lost. */
function everyValue(): Value[] {
  const inner = failure<string>("inner", {
    code: "busy",
    details: { at: -0 },
    position: "x.yaml:1:2",
    cause: new TypeError("root"),
  });
  const error: Failure = new RangeError("outer", { cause: inner });
  error.path = ["web.out", "hello"];
  error.details = { cause: new Error("in details") };
  const large: Record<string, Value> = {};
  for (let i = 0; i < 70_000; i++) large[`key ${i}`] = i;
  return [
    [null, true, false, "", "text", "\u0000", "é 𝄞 \u{10ffff}", "long ".repeat(20_000)],
    [0, -0, 1, -1, 0.1, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32, 2 ** 53 + 2, -(2 ** 63), 5e-324, 1e308],
    [0n, 5n, -5n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n, 10n ** 40n, -(10n ** 40n)],
    [new Uint8Array(), new Uint8Array([0, 255]), new Uint8Array(70_000).fill(7)],
    [new Date(0), new Date(-1), new Date(1e13 + 1), new Date(8.64e15), new Date(-8.64e15), new Date(NaN)],
    [[], {}, [[]], [{}], { a: {} }, { "": 1 }, { 1: "one", 0: "zero" }, { b: 1, a: 2 }],
    [
      JSON.parse(`{"__proto__": {"__proto__": [1]}, "constructor": 1, "toJSON": "x", "then": 2}`),
      JSON.parse(`{"__proto__": null}`),
    ],
    [error, new AggregateError([inner, new Error("two")], "both"), { error: inner }],
    large,
    Array.from({ length: 70_000 }, (_, i) => i),
  ];
}

/** Asserts that two values are equal in every part and of the same classes, errors with all their fields. */
function assertSame(actual: Value, expected: Value): void {
  assert(equal(actual, expected), `expected ${Deno.inspect(expected)}, got ${Deno.inspect(actual)}`);
  assertEquals(withRecords(actual), withRecords(expected));
}

/** Returns the value with each error in it as a record. */
function withRecords(value: Value): unknown {
  if (value instanceof Error) return [value.constructor, toErrorRecord(value)];
  if (isList(value)) return value.map(withRecords);
  return isMap(value) ? Object.entries(value).map(([key, item]) => [key, withRecords(item)]) : value;
}

function testWatch(test: Test): void {
  test("notifies every watch of a new head within 200 ms, once and in order", async ({ history, other }) => {
    const second = await other();
    const watchers = [new Watcher(history, 0), new Watcher(second, 0), new Watcher(second, 0)];
    await delay(20);
    for (let round = 1; round <= 5; round++) {
      await (round % 2 === 0 ? history : second).save({ base: round - 1, operations: [] });
      for (const watcher of watchers) {
        const waited = await watcher.until(round);
        assert(waited < 200, `waited ${waited} ms`);
      }
      // The next one comes at a moment unrelated to the polling interval.
      await delay(Math.random() * 50);
    }
    for (const watcher of watchers) {
      assertEquals(watcher.moves.map(({ version }) => version), [1, 2, 3, 4, 5]);
      await watcher.stop();
    }
    await second.close();
  });

  test("watches from any sequence number on", async ({ history }) => {
    for (const base of [0, 1, 2]) await history.save({ base, operations: [] });
    const [all, some, none] = [0, 2, 3].map((since) => new Watcher(history, since)) as [Watcher, Watcher, Watcher];
    await all.until(3);
    await some.until(1);
    await history.save({ base: 3, operations: [] });
    await none.until(1);
    await all.until(4);
    await some.until(2);
    for (const watcher of [all, some, none]) await watcher.stop();
    assertEquals([all.sequences, some.sequences, none.sequences], [[1, 2, 3, 4], [3, 4], [4]]);
  });

  test("misses and repeats nothing while the consumer is busy", async ({ history, other }) => {
    const second = await other();
    const seen: number[] = [];
    const end = new AbortController();
    const watching = (async () => {
      for await (const { version } of history.watch(0, end.signal)) {
        seen.push(version);
        if (version % 3 === 0) await delay(5);
        if (version === 40) end.abort();
      }
    })();
    for (let base = 0; base < 40; base++) await (base % 2 === 0 ? history : second).save({ base, operations: [] });
    await watching;
    assertEquals(seen, Array.from({ length: 40 }, (_, i) => i + 1));
    await second.close();
  });

  test("ends a watch when it is aborted, left, or the history is closed", async ({ history }) => {
    for await (const _ of history.watch(0, AbortSignal.abort())) throw new Error("unexpected");
    await history.save({ base: 0, operations: [] });
    for await (const move of history.watch(0)) {
      assertEquals(move.version, 1);
      break;
    }
    for (const base of [1, 2]) await history.save({ base, operations: [] });
    const controller = new AbortController();
    const seen: number[] = [];
    for await (const { version } of history.watch(0, controller.signal)) {
      seen.push(version);
      controller.abort();
    }
    assertEquals(seen, [1]);
    const { signal } = new AbortController();
    for await (const { version } of history.watch(2, signal)) if (version === 3) break;
    assertEquals(getEventListeners(signal, "abort").length, 0);
    const watcher = new Watcher(history, 3);
    await delay(10);
    await history.close();
    await watcher.done;
    assertEquals(watcher.moves, []);
  });
}

function testPrune(test: Test): void {
  /** Creates a line of versions that add one entry each. Returns the entries at each of them. */
  const line = async (history: History, length: number) => {
    const registry = new Registry(history, { dispatch: "none" });
    const states = [registry.entries()];
    for (let i = 1; i <= length; i++) {
      await registry.apply([change.create({ id: `a:${i}`, kind: "k", data: -0, origin: i })]);
      states.push(registry.entries());
    }
    return { registry, states };
  };

  test("folds versions into the baseline", async ({ history, other, reopen }) => {
    const { registry, states } = await line(history, 6);
    assertEquals(await history.prune(4), { root: 4, removed: [0, 1, 2, 3] });
    assertEquals((await history.versions()).map(({ id, parent }) => [id, parent]), [[4, undefined], [5, 4], [6, 5]]);
    assertEquals((await history.baseline()).entries, states[4]);
    assertEquals(await history.get(3), undefined);
    assertEquals((await history.get(4))?.operations, []);
    // A plan across it must not take it for a version that changed nothing.
    await assertRejects(() => history.changesets([5, 4]), RegistryError, "the history begins with v4");
    for (const version of [4, 6, 5]) {
      await registry.jump(version);
      assertEquals(registry.entries(), states[version]);
    }
    await assertRejects(() => registry.jump(3), RegistryError, "unknown version v3");
    const stores = [await other()];
    if (reopen !== undefined) stores.push(await reopen());
    const late = new Registry(stores.at(-1)!, { dispatch: "none" });
    assertEquals((await late.load()).id, 5);
    assertEquals(late.entries(), states[5]);
    assertEquals((await late.apply([change.delete("a:1")])).id, 7);
    for (const store of stores) await store.close();
  });

  test("folds what is older than a time, and never head or what is newer", async ({ history }) => {
    const registry = new Registry(history, { dispatch: "none" });
    const times: Date[] = [];
    for (const name of ["one", "two", "three"]) {
      await delay(3);
      await registry.apply([change.create({ id: `a:${name}`, kind: "k" })]);
      await delay(3);
      times.push(new Date());
    }
    assertEquals(await history.prune(times[0]!), { root: 2, removed: [0, 1] });
    assertEquals(await history.prune(times[0]!), { root: 2, removed: [] });
    assertEquals(await history.prune(times[2]!), { root: 3, removed: [2] });
    assertEquals(await history.prune(new Date(Date.now() + 1000)), { root: 3, removed: [] });
    assertEquals((await history.baseline()).entries, registry.entries());
  });

  test("keeps a branch with newer versions, and drops old ones without", async ({ history }) => {
    const { registry } = await line(history, 3);
    // v1-v2-v3, v2-v4-v5 (head), v1-v6.
    await registry.jump(2);
    await registry.apply([change.create({ id: "b:4", kind: "k" })]);
    await registry.apply([change.create({ id: "b:5", kind: "k" })]);
    await registry.jump(1);
    await registry.apply([change.create({ id: "b:6", kind: "k" })]);
    await registry.jump(5);
    assertEquals(await history.prune(6), { root: 1, removed: [0, 3] });
    await registry.jump(6);
    assertEquals(registry.entries().map(({ id }) => id.text), ["a:1", "b:6"]);
    await registry.jump(5);
    assertEquals(registry.entries().map(({ id }) => id.text), ["a:1", "a:2", "b:4", "b:5"]);
    assertEquals(await history.prune(7), { root: 5, removed: [1, 2, 4, 6] });
    assertEquals((await history.moves(0)).map(({ version }) => version), [5, 5, 5]);
  });

  test("does not reuse the number of a removed version", async ({ history, reopen }) => {
    const { registry } = await line(history, 4);
    await registry.jump(2);
    assertEquals(await history.prune(100), { root: 2, removed: [0, 1, 3, 4] });
    const store = await reopen?.() ?? history;
    assertEquals((await store.save({ base: 2, operations: [] })).id, 5);
    await store.close();
  });

  test("lets a registry at a removed version go on to an existing one", async ({ history, other }) => {
    const { registry, states } = await line(history, 5);
    const behind = new Registry(await other(), { dispatch: "none" });
    await behind.load(2);
    await history.prune(4);
    await behind.follow(5);
    assertEquals(behind.entries(), states[5]);
    await behind.jump(4);
    assertEquals(behind.entries(), states[4]);
    await registry.follow(4);
    await behind.close();
  });

  test("is pruned by several at once as by one", async ({ history, other }) => {
    const { states } = await line(history, 8);
    const second = await other();
    await Promise.all([history.prune(3), second.prune(6), history.prune(5), second.prune(2)]);
    const { version, entries } = await history.baseline();
    assertEquals([version, entries], [6, states[6]]);
    await second.close();
  });

  test("is pruned while others write and read", async ({ history, other }) => {
    const second = await other();
    const writer = new Registry(second, { dispatch: "none" });
    let writing = true;
    const write = async () => {
      for (let i = 0; i < 30; i++) await writer.apply([change.create({ id: `a:${i}`, kind: "k" })]);
      writing = false;
    };
    const read = async () => {
      const reader = new Registry(second, { dispatch: "none" });
      while (writing) {
        const { id } = await reader.load();
        assertEquals(reader.size, id);
      }
    };
    const prune = async () => {
      while (writing) {
        await history.prune(new Date());
        await delay(1);
      }
    };
    await Promise.all([write(), read(), prune()]);
    const late = new Registry(history, { dispatch: "none" });
    await late.load();
    assertEquals(late.entries(), writer.entries());
    await second.close();
  });
}

function testForgotten(test: Test): void {
  test("goes forward, and rejects everything else", async ({ history }) => {
    const registry = new Registry(history, { dispatch: "none" });
    await registry.load();
    await registry.apply([change.create({ id: "a:x", kind: "k" })]);
    const version = await registry.apply([change.create({ id: "a:y", kind: "k" })]);
    assertEquals([version.id, version.parent, registry.size], [2, 1, 2]);
    for (
      const call of [
        () => registry.jump(1),
        () => registry.follow(1),
        () => registry.load(1),
        () => registry.versions(),
        () => registry.stateAt(1),
        () => registry.versionOf(1),
        () => history.changesets([1]),
        () => history.setHead(1, 2),
        () => history.prune(1),
      ]
    ) {
      assertEquals((await assertRejects(call, RegistryError, "nil: keeps no versions")).code, "unavailable");
    }
    assertEquals((await registry.stateAt(2)).entries(), registry.entries());
    assertEquals((await history.head() satisfies Head).version, 2);
  });
}
