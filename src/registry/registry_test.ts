import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Recorder } from "../../tests/registry/recorder.ts";
import { change, ConflictError, Id, MemoryHistory, Registry, RegistryError, type TransactionInfo } from "./mod.ts";

const create = (name: string, data = 0, kind = "k") => change.create({ id: `a:${name}`, kind, data });
const update = (name: string, data: number) => change.update({ id: `a:${name}`, kind: "k", data });
const names = (registry: { entries(): readonly { id: Id; data: unknown }[] }) =>
  registry.entries().map(({ id, data }) => `${id.name}=${data}`);

/** Versions 0 to 4: v1 a=0, v2 a=1, v3 a=1 b=0; from v1, v4 c=0. The registry is at v4. */
async function branched() {
  const history = new MemoryHistory();
  const registry = new Registry(history);
  const recorder = new Recorder().attachTo(registry);
  await registry.apply([create("a")], { author: "ada", message: "first" });
  await registry.apply([update("a", 1)]);
  await registry.apply([create("b")]);
  await registry.jump(1);
  await registry.apply([create("c")]);
  recorder.take();
  return { registry, recorder, history };
}

Deno.test("a version has a parent, a time, an author and a message", async () => {
  const { registry } = await branched();
  const versions = await registry.versions();
  assertEquals(versions.map(({ id, parent, operations }) => [id, parent, operations]), [
    [0, undefined, 0],
    [1, 0, 1],
    [2, 1, 1],
    [3, 2, 1],
    [4, 1, 1],
  ]);
  const first = await registry.versionOf(1);
  assertEquals([first?.author, first?.message], ["ada", "first"]);
  assert(Math.abs(Date.now() - first!.time.getTime()) < 5000);
  assertEquals(await registry.versionOf(9), undefined);
  assertEquals(registry.version.id, 4);
});

Deno.test("changes that change nothing create no version, and a different origin alone is no change", async () => {
  const { registry, recorder } = await branched();
  const nothing = [
    [],
    [update("a", 0)],
    [create("x"), change.delete("a:x")],
    [update("a", 5), update("a", 0)],
    [change.delete("a:a"), create("a")],
    [change.update({ id: "a:a", kind: "k", data: 0, origin: { line: 9 } })],
  ];
  for (const changes of nothing) assertEquals((await registry.apply(changes)).id, 4);
  assertEquals(recorder.take(), []);
  assertEquals((await registry.versions()).length, 5);
});

Deno.test("changes that do not fit are rejected as a whole, before any handler is asked", async () => {
  const { registry, recorder } = await branched();
  const cases: [Parameters<Registry["apply"]>[0], string, string][] = [
    [[create("x"), create("a")], "conflict", "cannot create a:a: it exists already"],
    [[create("x"), update("z", 1)], "not_found", "cannot update a:z: no such entry"],
    [[create("x"), change.delete("a:z")], "not_found", "cannot delete a:z"],
    [[create("x"), change.update({ id: "a:a", kind: "other" })], "invalid", "its kind is k, not other"],
    [[create("x"), create("x")], "conflict", "cannot create a:x"],
    [[create("x"), change.create({ id: "a:y", kind: "" })], "invalid", 'a:y: invalid kind ""'],
    [
      [create("x"), change.create({ id: "a:y", kind: "k", data: (() => {}) as never })],
      "invalid",
      "a:y: data is a function",
    ],
  ];
  for (const [changes, code, message] of cases) {
    assertEquals((await assertRejects(() => registry.apply(changes), RegistryError, message)).code, code);
  }
  assertEquals(recorder.take(), []);
  assertEquals(names(registry), ["a=0", "c=0"]);
});

Deno.test("a change can be planned without making it", async () => {
  const { registry, recorder } = await branched();
  const changes = [change.delete("a:a"), create("x"), update("c", 1), update("c", 0)];
  assertEquals(registry.plan(changes).map(({ kind, id }) => `${kind} ${id.name}`), ["delete a", "create x"]);
  assertEquals(registry.plan([update("a", 0)]), []);
  assertEquals(recorder.take(), []);
  // Operations are changes, so a delta can be applied as it is.
  await registry.apply(await registry.delta(4, 3));
  assertEquals(names(registry), ["a=1", "b=0"]);
  assertEquals(registry.version.id, 5);
});

Deno.test("a jump of any distance is one transaction, creates no version, and moves head", async () => {
  const { registry, recorder } = await branched();
  let seen: TransactionInfo | undefined;
  registry.observe("registry.begin", (event) => seen = "transaction" in event ? event.transaction : undefined);
  assertEquals((await registry.jump(3, { author: "bob", message: "to three" })).id, 3);
  assertEquals(recorder.take(), ["begin", "update a", "create b", "delete c", "commit"]);
  assertEquals([seen?.reason, seen?.from, seen?.to], ["jump", 4, 3]);
  assertEquals(names(registry), ["a=1", "b=0"]);
  assertEquals((await registry.versions()).length, 5);
  assertEquals((await registry.head()).version, 3);
  const { time: _, sequence: __, ...move } = (await registry.history.moves(0)).at(-1)!;
  assertEquals(move, { version: 3, previous: 4, author: "bob", message: "to three" });
  await registry.jump(3);
  assertEquals(recorder.take(), []);
  assertEquals((await registry.history.moves(0)).length, 6);
});

Deno.test("a jump checks the head that it is based on", async () => {
  const { registry, recorder } = await branched();
  const error = await assertRejects(() => registry.jump(3, { base: 2 }), ConflictError);
  assertEquals([error.expected, error.actual], [2, 4]);
  assertEquals(recorder.take(), []);
  await registry.jump(3, { base: 4 });
});

Deno.test("a jump to the registry's own version moves head, if that is elsewhere", async () => {
  const { registry, recorder, history } = await branched();
  await history.setHead(2, 4);
  assertEquals((await registry.jump(4)).id, 4);
  assertEquals(recorder.take(), []);
  assertEquals((await registry.head()).version, 4);
});

/** A history that is pruned by somebody else while it is read. */
class Pruned extends MemoryHistory {
  /** What happens after the next call of the method. */
  after: { method: "head" | "baseline"; run: () => Promise<unknown> } | undefined;

  override async head() {
    return await this.#then("head", await super.head());
  }

  override async baseline() {
    return await this.#then("baseline", await super.baseline());
  }

  async #then<T>(method: "head" | "baseline", answer: T): Promise<T> {
    const { after } = this;
    if (after?.method !== method) return answer;
    this.after = undefined;
    await after.run();
    return answer;
  }
}

Deno.test("a version that is folded during its replay is read again", async () => {
  const history = new Pruned();
  const writer = new Registry(history, { dispatch: "none" });
  for (const name of ["a", "b", "c"]) await writer.apply([create(name)]);

  // The baseline that was read is not that of the versions any more.
  history.after = { method: "baseline", run: () => history.prune(2) };
  const first = new Registry(history, { dispatch: "none" });
  assertEquals((await first.load()).id, 3);
  assertEquals(names(first), ["a=0", "b=0", "c=0"]);

  // Head moves on, and where it was is folded.
  history.after = {
    method: "head",
    async run() {
      await writer.apply([create("d")]);
      await history.prune(4);
    },
  };
  const second = new Registry(history, { dispatch: "none" });
  assertEquals((await second.load()).id, 4);
  assertEquals(names(second), ["a=0", "b=0", "c=0", "d=0"]);
  for (const version of [0, 3]) {
    const error = await assertRejects(
      () => second.load(version),
      RegistryError,
      `unknown version v${version}`,
    );
    assertEquals(error.code, "not_found");
  }
});

Deno.test("a jump does not touch an entry whose changes cancel out", async () => {
  const { registry, recorder } = await branched();
  await registry.jump(2);
  await registry.apply([update("a", 0)]);
  recorder.take();
  // a was 0 at v1 and is 0 at v5, by way of 1.
  await registry.jump(1);
  assertEquals(recorder.take(), ["begin", "commit"]);
});

Deno.test("a jump works across a change of kind", async () => {
  const { registry, recorder } = await branched();
  await registry.apply([change.delete("a:a"), create("a", 7, "other")]);
  recorder.take();
  await registry.jump(4);
  assertEquals(recorder.take(), ["begin", "delete a", "create a", "commit"]);
  assertEquals(registry.get("a:a")?.kind, "k");
  await registry.jump(5);
  assertEquals(registry.get("a:a")?.kind, "other");
});

Deno.test("following goes to a version without moving head", async () => {
  const { registry, history } = await branched();
  const second = new Registry(history);
  const recorder = new Recorder().attachTo(second);
  await second.load();
  assertEquals(recorder.take(), ["begin", "create a", "create c", "commit"]);
  await registry.jump(3);
  await second.follow(3);
  assertEquals(names(second), names(registry));
  assertEquals(recorder.take(), ["begin", "update a", "create b", "delete c", "commit"]);
  await second.follow(3);
  assertEquals(recorder.take(), []);
  await second.follow(2);
  assertEquals((await second.head()).version, 3);
  assertEquals((await history.moves(0)).at(-1)?.version, 3);
  const error = await assertRejects(() => second.follow(9), RegistryError, "unknown version v9");
  assertEquals(error.code, "not_found");
});

Deno.test("refreshing has the handlers carry out entries again, all or none, and creates no version", async () => {
  const { registry, recorder, history } = await branched();
  assertEquals((await registry.refresh(["a:c", "a:nothing", "a:a"])).id, 4);
  assertEquals(recorder.take(), ["begin", "update a", "update c", "commit"]);
  assertEquals((await registry.refresh([])).id, 4);
  assertEquals(recorder.take(), []);
  recorder.script["update c"] = () => {
    throw new Error("not today");
  };
  const error = await assertRejects(() => registry.refresh(["a:a", "a:c"]), RegistryError);
  assertEquals(error.code, "rejected");
  const why = "because recorder rejected the update of a:c";
  assertEquals(recorder.take(), ["begin", "update a", "update c", "undo update a", why, "discard"]);
  assertEquals(names(registry), ["a=0", "c=0"]);
  assertEquals((await history.versions()).length, 5);
});

Deno.test("load replays head, or a given version, and does not move head", async () => {
  const { history } = await branched();
  const registry = new Registry(history);
  const recorder = new Recorder().attachTo(registry);
  assertEquals([registry.version.id, registry.size], [0, 0]);
  recorder.script["create c"] = () => {
    throw new Error("port 80 is taken");
  };
  await assertRejects(() => registry.load(), RegistryError, "rejected the create of a:c");
  assertEquals([registry.version.id, registry.size], [0, 0]);
  // A version that cannot be taken: its parent is tried.
  assertEquals((await registry.load(1)).id, 1);
  assertEquals(names(registry), ["a=0"]);
  assertEquals((await registry.load(3)).id, 3);
  assertEquals(recorder.take().slice(-4), ["begin", "update a", "create b", "commit"]);
  assertEquals((await history.moves(0)).length, 5);
  assertEquals((await registry.head()).version, 4);
  // Head is elsewhere, so nothing can be built on this.
  await assertRejects(() => registry.apply([create("x")]), ConflictError, "head is v4, not v3");
});

Deno.test("the state of any version and the delta between any two are available", async () => {
  const { registry } = await branched();
  for (
    const [version, expected] of [[0, []], [1, ["a=0"]], [2, ["a=1"]], [3, ["a=1", "b=0"]], [4, ["a=0", "c=0"]]] as [
      number,
      string[],
    ][]
  ) {
    const snapshot = await registry.stateAt(version);
    assertEquals(names(snapshot), expected);
    assertEquals(snapshot.version, version);
  }
  await assertRejects(() => registry.stateAt(9), RegistryError, "unknown version v9");
  const path = async (from: number, to: number) => (await registry.path(from, to)).map(({ id }) => id);
  assertEquals(await path(0, 3), [1, 2, 3]);
  assertEquals(await path(3, 1), [2, 1]);
  assertEquals(await path(3, 4), [2, 1, 4]);
  const delta = async (from: number, to: number) =>
    (await registry.delta(from, to)).map(({ kind, id }) => `${kind} ${id.name}`);
  assertEquals(await delta(4, 3), ["update a", "create b", "delete c"]);
  assertEquals(await delta(0, 4), ["create a", "create c"]);
  assertEquals(await delta(2, 2), []);
});

Deno.test("a snapshot does not change", async () => {
  const { registry } = await branched();
  const snapshot = registry.snapshot();
  await registry.apply([create("d"), change.delete("a:a")]);
  assertEquals([snapshot.version, ...names(snapshot)], [4, "a=0", "c=0"]);
  assertEquals(snapshot.get("a:a")?.data, 0);
  assertEquals(snapshot.get({ namespace: "a", name: "d" }), undefined);
  assertEquals(snapshot.find({ ".name": "*" }).length, 2);
  assertEquals(snapshot.namespace("a").length, 2);
  assertEquals(names(registry), ["c=0", "d=0"]);
});

Deno.test("the origin of an entry is kept", async () => {
  const { registry, history } = await branched();
  const origin = { file: "a.yaml", line: 3 };
  await registry.apply([change.update({ id: "a:a", kind: "k", data: 2, origin })]);
  assertEquals(registry.get("a:a")?.origin, origin);
  const other = new Registry(history, { dispatch: "none" });
  await other.load();
  assertEquals(other.get("a:a")?.origin, origin);
  await registry.jump(4);
  assertEquals(registry.get("a:a")?.origin, undefined);
});

Deno.test("a registry without dispatch asks no handler, and must be at head", async () => {
  const history = new MemoryHistory();
  const editor = new Registry(history, { dispatch: "none" });
  const recorder = new Recorder().attachTo(editor);
  await editor.load();
  assertEquals((await editor.apply([create("a", 0, "no.handler.for.it")])).id, 1);
  const other = new Registry(history, { dispatch: "none" });
  await other.load();
  await other.apply([create("b")], { base: 1 });
  await assertRejects(() => editor.apply([create("c")], { base: 1 }), ConflictError, "head is v2, not v1");
  await editor.follow(2);
  await editor.apply([create("c")], { base: 2 });
  await editor.jump(1);
  assertEquals((await editor.head()).version, 1);
  assertEquals(recorder.take(), []);
  await assertRejects(() => editor.apply([create("d")], { signal: AbortSignal.abort() }), RegistryError, "canceled");
});

Deno.test("a dependency cycle causes a warning", async () => {
  const warnings: string[] = [];
  await using registry = new Registry(new MemoryHistory(), {
    dispatch: "none",
    warn: (message) => warnings.push(message),
  });
  const needing = (name: string, depends_on: string) =>
    change.create({ id: `a:${name}`, kind: "k", meta: { depends_on } });
  await registry.apply([needing("x", "y"), needing("y", "x")]);
  assertEquals(warnings, ["entries depend on each other: a:x, a:y"]);
});

Deno.test("a closed registry rejects calls, after what was under way has ended", async () => {
  const { registry, recorder, history } = await branched();
  const open = Promise.withResolvers<void>();
  recorder.script["create d"] = () => open.promise;
  const applying = registry.apply([create("d")]);
  const closing = registry.close();
  const late = assertRejects(() => registry.apply([create("e")]), RegistryError, "the registry is closed");
  open.resolve();
  assertEquals((await applying).id, 5);
  await closing;
  await late;
  await registry.close();
  await assertRejects(() => registry.refresh(["a:a"]), RegistryError, "the registry is closed");
  for (const method of ["load", "follow", "jump"] as const) {
    await assertRejects(() => registry[method](1), RegistryError, "the registry is closed");
  }
  await assertRejects(() => history.head(), RegistryError, "closed");
  assertEquals(names(registry), ["a=0", "c=0", "d=0"]);
});

Deno.test("entries are found by an id in any form", async () => {
  const { registry } = await branched();
  const entry = registry.get("a:a");
  assertStrictEquals(registry.get(Id.parse("a:a")), entry);
  assertStrictEquals(registry.get({ namespace: "a", name: "a" }), entry);
  assertEquals(registry.get("a:none"), undefined);
  assertEquals(registry.namespace("a").map(({ id }) => id.name), ["a", "c"]);
});
