import { assertEquals, assertRejects } from "@std/assert";
import {
  type Change,
  change,
  ConflictError,
  MemoryHistory,
  Registry,
  RegistryError,
  type Snapshot,
} from "../../src/registry/mod.ts";
import { delay } from "../support/until.ts";

// Changes that depend on what is there: none of them is lost, whoever makes them at the same time.

/** Returns the changes that put fields into the data of an entry. */
function merge(fields: Record<string, number>): (head: Snapshot) => Change[] {
  return (head) => {
    const found = head.get("app:counter");
    const data = { ...found?.data as Record<string, number> | undefined, ...fields };
    const entry = { id: "app:counter", kind: "counter", data };
    return [found === undefined ? change.create(entry) : change.update(entry)];
  };
}

/** A registry with a handler that takes its time. */
async function open(history: MemoryHistory): Promise<Registry> {
  const registry = new Registry(history, { warn() {} });
  const slow = () => delay(0);
  registry.handle({ kinds: "**", create: slow, update: slow, delete: slow });
  await registry.load();
  return registry;
}

for (const [writers, rounds] of [[1, 1_000], [2, 200]] as const) {
  Deno.test(`${rounds} rounds of two edits at the same time, by ${writers} of the registries, lose none`, async () => {
    const history = new MemoryHistory();
    const registries = await Promise.all(Array.from({ length: writers }, () => open(history)));
    const last = registries.at(-1)!;
    for (let round = 0; round < rounds; round++) {
      await Promise.all([registries[0]!.edit(merge({ a: round })), last.edit(merge({ b: round }))]);
      await last.follow();
      assertEquals(last.get("app:counter")?.data, { a: round, b: round });
    }
    assertEquals((await history.head()).version, 2 * rounds);
  });
}

Deno.test("an edit of a registry that is behind goes to head in the same transaction", async () => {
  const history = new MemoryHistory();
  const [ahead, behind] = [await open(history), await open(history)];
  await ahead.edit(merge({ a: 1 }));
  await ahead.apply([change.create({ id: "app:other", kind: "other" })]);
  const transactions: unknown[] = [];
  behind.observe("registry.commit", (event) => {
    if (event.kind === "registry.commit") transactions.push(event.transaction.operations.map(({ id }) => id.text));
  });
  assertEquals((await behind.edit(merge({ b: 2 }))).parent, 2);
  assertEquals(behind.get("app:counter")?.data, { a: 1, b: 2 });
  assertEquals(transactions, [["app:counter", "app:other"]]);
  // what changes nothing goes there as well, and makes no version
  await ahead.follow();
  await ahead.edit(merge({ a: 4 }));
  assertEquals((await behind.edit(() => [])).id, 4);
  assertEquals([behind.version.id, (await history.head()).version], [4, 4]);
  // so does what is rejected for what is there
  await ahead.follow();
  await ahead.edit(merge({ a: 5 }));
  await assertRejects(() => behind.edit(() => [change.create({ id: "app:counter", kind: "counter" })]), RegistryError);
  assertEquals([behind.version.id, (await history.head()).version], [5, 5]);
});

Deno.test("an edit repairs a head that the registry could not follow", async () => {
  const history = new MemoryHistory();
  const [other, registry] = [await open(history), await open(history)];
  registry.handle({
    kinds: "counter",
    create: ({ data }) => {
      if ((data as Record<string, number>).bad === 1) throw new Error("bad");
    },
    update() {},
    delete() {},
  });
  await other.edit(merge({ bad: 1 }));
  await assertRejects(() => registry.follow(), RegistryError);
  await assertRejects(() => registry.edit(merge({ more: 1 })), RegistryError);
  assertEquals((await history.head()).version, 1);
  assertEquals((await registry.edit(merge({ bad: 0 }))).id, 2);
  assertEquals(registry.get("app:counter")?.data, { bad: 0 });
});

Deno.test("an edit with a base is made once, and fails if head is another version", async () => {
  const history = new MemoryHistory();
  const registry = await open(history);
  await registry.edit(merge({ a: 1 }));
  const error = await assertRejects(() => registry.edit(merge({ a: 2 }), { base: 0 }), ConflictError);
  assertEquals([error.expected, error.actual], [0, 1]);
  assertEquals((await registry.edit(merge({ a: 2 }), { base: 1 })).id, 2);
});

Deno.test("what the plan of an edit throws is thrown, and changes nothing", async () => {
  const registry = await open(new MemoryHistory());
  await assertRejects(() =>
    registry.edit(() => {
      throw new TypeError("not like this");
    }), TypeError);
  await assertRejects(() => registry.edit(() => [change.delete("app:nobody")]), RegistryError, "no such entry");
  assertEquals((await registry.head()).version, 0);
});

Deno.test("others that never stop do not hold up an edit for good", async () => {
  const history = new MemoryHistory();
  const registry = new Registry(history, { timeout: 50, dispatch: "none" });
  const other = new Registry(history, { dispatch: "none" });
  let count = 0;
  const save = history.save.bind(history);
  history.save = async (draft) => {
    if (draft.author === "me") await other.edit(merge({ other: count++ }));
    return await save(draft);
  };
  const error = await assertRejects(() => registry.edit(merge({ a: 1 }), { author: "me" }), RegistryError);
  assertEquals([error.code, error.message], ["unavailable", "others moved head in every attempt for 0.05 s"]);
});

Deno.test("a registry that follows head never goes back by what was head when it was asked", async () => {
  const history = new MemoryHistory();
  const registry = await open(history);
  const reached: number[] = [];
  registry.observe("registry.commit", () => queueMicrotask(() => reached.push(registry.size)));
  const work: Promise<unknown>[] = [];
  for (let i = 0; i < 50; i++) {
    const entry = { id: `app:e${i}`, kind: "entry" };
    work.push(registry.edit(() => [change.create(entry)]), registry.follow());
  }
  await Promise.all(work);
  assertEquals(registry.version.id, 50);
  assertEquals(reached, reached.toSorted((a, b) => a - b));
  // head that is moved back on purpose is followed
  await history.setHead(10, 50);
  await registry.follow();
  assertEquals([registry.version.id, registry.size], [10, 10]);
});

Deno.test("a jump goes ahead where head moves meanwhile, unless a base is given", async () => {
  const history = new MemoryHistory();
  const [one, two] = [await open(history), await open(history)];
  for (let i = 0; i < 3; i++) await one.edit(merge({ a: i }));
  let moved = false;
  const setHead = history.setHead.bind(history);
  history.setHead = async (...args) => {
    if (!moved) {
      moved = true;
      await two.edit(merge({ b: 1 }));
    }
    return await setHead(...args);
  };
  assertEquals((await one.jump(2)).id, 2);
  assertEquals((await history.moves(0)).map(({ version }) => version), [1, 2, 3, 4, 2]);
  moved = false;
  await assertRejects(() => one.jump(1, { base: 2 }), ConflictError);
});

Deno.test("a check asks the handlers, and leaves everything as it was", async () => {
  const history = new MemoryHistory();
  const registry = await open(history);
  const held = new Set<string>();
  registry.handle({
    kinds: "**",
    create: ({ id, kind }) => {
      if (kind === "bad") throw new Error("bad");
      held.add(id.text);
    },
    update() {},
    delete: ({ id }) => void held.delete(id.text),
  });
  const writer = new Registry(history, { dispatch: "none" });
  await writer.apply([change.create({ id: "app:a", kind: "good" })]);
  await writer.apply([change.create({ id: "app:b", kind: "bad" })]);
  await registry.check(1);
  await assertRejects(() => registry.check(2), RegistryError, "rejected the create of app:b");
  await assertRejects(() => registry.check(3), RegistryError, "unknown version v3");
  assertEquals([registry.version.id, registry.size, held.size, (await history.head()).version], [0, 0, 0, 2]);
});
