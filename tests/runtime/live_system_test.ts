import { assert, assertEquals, assertMatch } from "@std/assert";
import { openStore } from "../../src/store/mod.ts";
import { until } from "../support/until.ts";
import { type Json, send, SystemWorld } from "./system_world.ts";
import { World } from "./world.ts";

// The architecture document's own workflow, which changes specs over HTTP: every sentence of what it has to do.

const hi = { kind: "snippet", name: "hi", language: "text", code: "hi" };

Deno.test("nodes.create answers what was created, ids filled in", async () => {
  await using system = await SystemWorld.start();
  const one = await system.nodes("POST", hi);
  assertEquals(one.status, 200, JSON.stringify(one.body));
  const [created] = one.body;
  assertMatch(created.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assertEquals(created, { ...hi, id: created.id, namespace: "default" });

  const list = await system.nodes("POST", [
    { ...hi, name: "a" },
    { kind: "snippet", language: "text", code: "no name" },
    { ...hi, name: "b", namespace: "other", annotations: { team: "x" } },
  ]);
  assertEquals(list.status, 200, JSON.stringify(list.body));
  assertEquals(list.body.map(({ namespace, name }: Json) => `${namespace}:${name}`), [
    "default:a",
    "default:undefined",
    "other:b",
  ]);
  assertEquals(new Set(list.body.map(({ id }: Json) => id)).size, 3);
  assertEquals(list.body[2].annotations, { team: "x" });

  const all = await system.nodes("GET");
  assertEquals(all.status, 200);
  assertEquals(
    [...new Set(all.body.map(({ namespace }: Json) => namespace))].sort(),
    ["default", "other", "system"],
  );
  for (const spec of [created, ...list.body]) assertEquals(all.body.find(({ id }: Json) => id === spec.id), spec);
});

Deno.test("nothing to create is 400", async () => {
  await using system = await SystemWorld.start();
  const before = system.world.runtime.registry.version.id;
  for (const body of [undefined, null, []]) {
    const { status, body: answer } = await system.nodes("POST", body);
    assertEquals(status, 400, `${JSON.stringify(body)}: ${JSON.stringify(answer)}`);
    assertMatch(answer.error, /no specs given/);
  }
  assertEquals(system.world.runtime.registry.version.id, before);
});

Deno.test("a refusal is 400 with the reason, and nothing is changed", async (t) => {
  await using system = await SystemWorld.start();
  await system.nodes("POST", [
    { ...hi, name: "taken", namespace: "system" },
    { kind: "listener", name: "door", namespace: "system", port: 0 },
  ]);
  const { registry, pool } = system.world.runtime;
  const { sockets } = system.world.runtime;
  const used = Number(new URL(system.url).port);
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const foreign = other.addr.port;
  const script = (code: string) => ({
    kind: "snippet",
    name: "bad",
    namespace: "system",
    language: "javascript",
    code,
  });
  const refusals: Record<string, { spec: unknown; why: RegExp }> = {
    "an unknown kind": { spec: { kind: "snipet", name: "bad" }, why: /snipet.*did you mean .?snippet/ },
    "a missing field": { spec: { kind: "snippet", name: "bad", language: "text" }, why: /code/ },
    "a wrong field": { spec: { ...hi, name: "bad", timeout: "soon" }, why: /timeout/ },
    "bad CEL": { spec: { kind: "snippet", name: "bad", language: "cel", code: "self +" }, why: /\S/ },
    "bad JavaScript": { spec: script("export default ("), why: /\S/ },
    "a name that is taken": { spec: { ...hi, name: "taken", namespace: "system" }, why: /"taken" is already in use/ },
    "an address of this runtime": {
      spec: { kind: "listener", name: "bad", namespace: "system", port: used },
      why: new RegExp(`${used}`),
    },
    "an address of another program": {
      spec: { kind: "listener", name: "bad", namespace: "system", port: foreign },
      why: new RegExp(`127\\.0\\.0\\.1:${foreign}`),
    },
    "a top level that throws": {
      spec: script("throw new Error('not today'); export default () => 1"),
      why: /not today/,
    },
    "a top level that loops": { spec: script("for (;;); export default () => 1"), why: /stopped after 1000 ms/ },
    "a variable that is not set": {
      spec: { kind: "listener", name: "bad", namespace: "system", port: "{{ env.NOPE }}" },
      why: /NOPE/,
    },
    "a spec that is no map": { spec: 7, why: /number/ },
    "a name twice": { spec: { ...hi, name: "fine" }, why: /fine/ },
    "a bad id": { spec: { ...hi, name: "bad", id: 7 }, why: /id/ },
    "a bad name": { spec: { ...hi, name: "a:b c" }, why: /name/ },
    "a bad link": { spec: { ...hi, name: "bad", links: { out: "x" } }, why: /link/ },
  };
  const before = { version: registry.version.id, entries: registry.entries(), urls: await sockets.urls() };
  const symbols = system.world.runtime.loader.table.generation;
  for (const [what, { spec, why }] of Object.entries(refusals)) {
    await t.step(what, async () => {
      // one of many is enough
      const { status, body } = await system.nodes("POST", [{ ...hi, name: "fine" }, spec]);
      assertEquals(status, 400, JSON.stringify(body));
      assertMatch(String(body.error), why);
      assertEquals(registry.version.id, before.version);
      assertEquals(registry.entries(), before.entries);
      assertEquals(await sockets.urls(), before.urls);
      assertEquals(system.world.runtime.loader.table.generation, symbols);
    });
  }
  await t.step("an update", async () => {
    const { status, body } = await system.nodes("PATCH", { name: "taken", namespace: "system", language: "lisp" });
    assertEquals(status, 400, JSON.stringify(body));
    assertMatch(body.error, /language/);
    assertEquals(registry.version.id, before.version);
  });
  await t.step("a body that is not JSON", async () => {
    const { status, body } = await send(`${system.url}/v1/nodes`, "POST", '{"kind":');
    assertEquals(status, 400, JSON.stringify(body));
    assertMatch(body.error, /JSON/);
  });
  assertEquals(pool.status().deaths, []);
});

Deno.test("anything else that fails is 500, and says nothing of why", async () => {
  const store = await openStore("memory:");
  await using system = await SystemWorld.start({ store });
  store.history.save = () => Promise.reject(new Error("the disk is full"));
  const { status, body } = await system.nodes("POST", hi);
  assertEquals(status, 500);
  assertEquals(body, { error: "Internal Server Error" });
  assertEquals(system.world.runtime.registry.get("default:hi"), undefined);
});

Deno.test("nodes.update is a JSON merge patch, by id or by namespace and name", async (t) => {
  await using system = await SystemWorld.start();
  const { body: [first] } = await system.nodes("POST", { ...hi, annotations: { a: "1", b: "2" } });
  const { body: [second] } = await system.nodes("POST", { ...hi, namespace: "other" });

  await t.step("by id", async () => {
    const { status, body } = await system.nodes("PATCH", { id: first.id, meta: { c: "3" } });
    assertEquals(status, 200, JSON.stringify(body));
    assertEquals(body, [{ ...first, annotations: { a: "1", b: "2", c: "3" } }]);
  });
  await t.step("by name, of default", async () => {
    const { body } = await system.nodes("PATCH", { name: "hi", code: "one", annotations: { a: null, b: null } });
    assertEquals([body[0].id, body[0].code, body[0].annotations], [first.id, "one", { c: "3" }]);
  });
  await t.step("by namespace and name", async () => {
    const { body } = await system.nodes("PATCH", { namespace: "other", name: "hi", code: "two" });
    assertEquals([body[0].id, body[0].code], [second.id, "two"]);
  });
  await t.step("null takes a field away", async () => {
    const namespace = "patched";
    const links = { out: [{ name: "next", port: "in" }], error: [{ name: "failed", port: "in" }] };
    await system.nodes("POST", ["next", "failed"].map((name) => ({ kind: "nop", name, namespace })));
    await system.nodes("POST", { ...hi, namespace, name: "linked", links, meta: { deep: { a: 1, b: [1] } } });
    const { status, body } = await system.nodes("PATCH", {
      namespace,
      name: "linked",
      ports: { error: null },
      meta: { deep: { a: null, c: { d: null, e: 2 } } },
    });
    assertEquals(status, 200, JSON.stringify(body));
    assertEquals(body[0].links, { out: links.out });
    assertEquals(body[0].meta, { deep: { b: [1], c: { e: 2 } } });
    assertEquals((await system.nodes("PATCH", { namespace, name: "linked", links: null, meta: null })).body[0], {
      ...hi,
      name: "linked",
      namespace,
      id: body[0].id,
    });
    const missing = await system.nodes("PATCH", { namespace, name: "linked", code: null });
    assertEquals(missing.status, 400);
    assertMatch(missing.body.error ?? JSON.stringify(missing.body), /missing field \\?"code\\?" of snippet/);
  });
  await t.step("several at once", async () => {
    const { body } = await system.nodes("PATCH", [{ id: first.id, code: "1" }, { id: second.id, code: "2" }]);
    assertEquals(body.map(({ code }: Json) => code), ["1", "2"]);
  });
  await t.step("a rename, by id", async () => {
    const { status, body } = await system.nodes("PATCH", { id: first.id, name: "hello" });
    assertEquals(status, 200, JSON.stringify(body));
    assertEquals([body[0].id, body[0].name], [first.id, "hello"]);
    const names = (await system.nodes("GET")).body.filter(({ namespace }: Json) => namespace === "default");
    assertEquals(names.map(({ name }: Json) => name), ["hello"]);
  });
  await t.step("a rename to a name that is taken", async () => {
    await system.nodes("POST", { ...hi, name: "occupied" });
    const { status, body } = await system.nodes("PATCH", { name: "hello", id: first.id, namespace: "other" });
    assertEquals([status, body[0]?.namespace], [200, "other"], JSON.stringify(body)); // another namespace is a rename
    await system.nodes("PATCH", { id: first.id, namespace: "default" });
    const refused = await system.nodes("PATCH", { id: first.id, name: "occupied" });
    assertEquals(refused.status, 400);
    assertMatch(refused.body.error, /"occupied" is already in use/);
  });
  await t.step("to another kind, whose fields it has to have", async () => {
    const refused = await system.nodes("PATCH", { id: second.id, kind: "router" });
    assertEquals(refused.status, 400);
    assertMatch(refused.body.error, /missing field "routes" of router/);
    const { body: [plain] } = await system.nodes("POST", { kind: "nop", name: "plain" });
    const { status, body } = await system.nodes("PATCH", { id: plain.id, kind: "log", message: "seen" });
    assertEquals([status, body[0]?.id, body[0]?.kind], [200, plain.id, "log"], JSON.stringify(body));
  });
  await t.step("one that is not there", async () => {
    for (const partial of [{ name: "nobody", code: "x" }, { id: crypto.randomUUID(), code: "x" }, { code: "x" }]) {
      const { status, body } = await system.nodes("PATCH", [{ name: "hello", code: "changed" }, partial]);
      assertEquals(status, 400, JSON.stringify(body));
    }
    assertEquals((await system.nodes("GET")).body.find(({ id }: Json) => id === first.id).code, "1");
  });
  await t.step("nothing", async () => {
    for (const body of [undefined, null, []]) assertEquals((await system.nodes("PATCH", body)).status, 400);
  });
});

Deno.test("what is created works at once, and what is changed and renamed too", async () => {
  await using system = await SystemWorld.start();
  const { sockets } = system.world.runtime;
  const before = await sockets.urls();
  const { status, body } = await system.nodes("POST", [
    { kind: "listener", name: "door", namespace: "system", port: 0, links: { out: [{ name: "hi", port: "in" }] } },
    { ...hi, namespace: "system" },
  ]);
  assertEquals(status, 200, JSON.stringify(body));
  const url = (await sockets.urls()).find((url) => !before.includes(url))!;
  assertEquals((await send(url, "GET")).body, "hi");
  await system.nodes("PATCH", { namespace: "system", name: "hi", code: "hello" });
  assertEquals((await send(url, "GET")).body, "hello");
});

Deno.test("a node's kind can be changed where the result is valid", async () => {
  await using system = await SystemWorld.start();
  const { body: [first] } = await system.nodes("POST", { ...hi, namespace: "system", meta: { team: "x" } });
  const patch = (more: Record<string, unknown>) => system.nodes("PATCH", { namespace: "system", name: "hi", ...more });
  const { status, body } = await patch({ kind: "nop" });
  assertEquals(status, 200, JSON.stringify(body));
  // what only a snippet has goes with it
  assertEquals(body, [{ kind: "nop", namespace: "system", name: "hi", id: first.id, meta: { team: "x" } }]);
  assertEquals((await system.nodes("GET")).body.find(({ id }: Json) => id === first.id), body[0]);
  const before = system.world.runtime.registry.version.id;
  for (const more of [{ kind: "snippet" }, { kind: "nop", code: "x" }, { kind: "noop" }, { kind: null }]) {
    const { status } = await patch(more);
    assertEquals(status, 400, JSON.stringify(more));
  }
  assertEquals(system.world.runtime.registry.version.id, before);
  const again = await patch({ kind: "snippet", language: "text", code: "back" });
  assertEquals([again.status, again.body[0].code], [200, "back"]);
});

Deno.test("entries that hold data are created, changed, read and deleted by the same calls", async () => {
  await using system = await SystemWorld.start();
  const cfg = { kind: "registry.entry", name: "cfg", data: { a: 1, list: [1] } };
  const created = await system.nodes("POST", cfg);
  assertEquals([created.status, created.body], [200, [{ ...cfg, namespace: "default" }]]);
  const entry = system.world.runtime.registry.get("default:cfg")!;
  assertEquals([entry.kind, entry.data, entry.meta], ["registry.entry", { a: 1, list: [1] }, {}]);
  const changed = await system.nodes("PATCH", { name: "cfg", meta: { tags: ["x"] }, data: { a: null, b: 2 } });
  assertEquals(changed.body, [{ ...cfg, namespace: "default", meta: { tags: ["x"] }, data: { list: [1], b: 2 } }]);
  const found = (await system.nodes("GET")).body.filter(({ kind }: Json) => kind === "registry.entry");
  assertEquals(found, changed.body);
  const before = system.world.runtime.registry.version.id;
  for (
    const wrong of [
      { kind: "registry.entry" },
      { ...cfg, name: "b", code: "x" },
      { kind: "app.config", name: "b" },
      cfg,
    ]
  ) {
    const { status } = await system.nodes("POST", wrong);
    assertEquals(status, 400, JSON.stringify(wrong));
  }
  assertEquals(system.world.runtime.registry.version.id, before);
  // several at once are answered each with its own
  await system.nodes("POST", [{ kind: "registry.entry", name: "one" }, { kind: "registry.entry", name: "two" }]);
  const both = await system.nodes("PATCH", [{ name: "one", data: 1 }, { name: "two", data: 2 }]);
  assertEquals(both.body.map(({ name, data }: Json) => [name, data]), [["one", 1], ["two", 2]]);
});

Deno.test("nodes.delete takes everything, its own workflow too, and answers; a rollback brings it back", async () => {
  await using system = await SystemWorld.start();
  await system.nodes("POST", hi);
  const { registry, sockets, processes } = system.world.runtime;
  const { id: full } = registry.version;
  const all = (await system.nodes("GET")).body;
  const { status, body } = await system.nodes("DELETE");
  assertEquals(status, 200, JSON.stringify(body));
  assertEquals(body.length, all.length);
  assertEquals(registry.size, 0);
  await processes.drained();
  await until("no socket is open", async () => (await sockets.urls()).length === 0);
  await registry.jump(full);
  await until("both sockets are open", async () => (await sockets.urls()).length === 2);
  const urls = await sockets.urls();
  const answers = await Promise.all(urls.map((url) => send(`${url}/v1/nodes`, "GET")));
  assertEquals(answers.map(({ status }) => status).sort(), [200, 404]);
  assertEquals(answers.find(({ status }) => status === 200)!.body, all);
});

Deno.test("versions, processes, symbols and executors can be read, and a version gone back to", async (t) => {
  await using system = await SystemWorld.start();
  await system.nodes("POST", hi);
  await system.nodes("PATCH", { name: "hi", code: "changed" });
  const { registry } = system.world.runtime;
  await t.step("versions.read", async () => {
    const { status, body } = await system.call("versions.read");
    assertEquals(status, 200);
    assertEquals(body.map(({ id }: Json) => id), (await registry.versions()).map(({ id }) => id));
    assertEquals(Object.keys(body.at(-1)).sort(), ["author", "id", "message", "operations", "parent", "time"]);
    assertEquals([body.at(-1).author, body.at(-1).operations], ["syscall", 1]);
  });
  await t.step("versions.rollback", async () => {
    const { status, body } = await system.call("versions.rollback", { version: registry.version.id - 1 });
    assertEquals(status, 200, JSON.stringify(body));
    assertEquals(body.id, registry.version.id);
    assertEquals((await system.nodes("GET")).body.find(({ name }: Json) => name === "hi").code, "hi");
    assertEquals((await system.call("versions.rollback", body.id)).status, 200);
  });
  await t.step("versions.rollback to what is not there", async () => {
    for (const wrong of [1000, -1, "x", null, { version: 1.5 }]) {
      const { status } = await system.call("versions.rollback", wrong);
      assertEquals(status, 500); // this listener has no error link: what matters is that nothing moved
      await system.world.logged(new RegExp("invalid argument"));
    }
  });
  await t.step("processes.read", async () => {
    const { body } = await system.call("processes.read");
    assertEquals(body.length, 1); // the one that asks
    assertEquals([body[0].status, body[0].generation], ["running", system.world.runtime.loader.table.generation]);
    assertMatch(body[0].started, /^\d{4}-\d\d-\d\dT/);
  });
  await t.step("symbols.read", async () => {
    const { body } = await system.call("symbols.read");
    const named = Object.fromEntries(body.map((symbol: Json) => [symbol.name, symbol]));
    assertEquals([named.listener.kind, named.listener.active], ["listener", true]);
    assertEquals(named["nodes_create/1"].kind, "syscall");
    assertEquals(named.hi, undefined); // of another namespace
  });
  await t.step("executors.read", async () => {
    const { body } = await system.call("executors.read");
    assert(body.length >= 1);
  });
});

Deno.test("what is created through one runtime works in another on the same store within a second", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/registry.db`;
    await using system = await SystemWorld.start({ store: await openStore(file) });
    await using other = await World.start("[]", { store: await openStore(file) });
    const { status, body } = await system.nodes("POST", [
      { kind: "listener", name: "door", port: 0, links: { out: [{ name: "hi", port: "in" }] } },
      hi,
    ]);
    assertEquals(status, 200, JSON.stringify(body));
    const began = performance.now();
    await until("one listener is left", async () => (await other.runtime.sockets.urls()).length === 1);
    assertEquals((await other.fetch("/")).text, "hi");
    assert(performance.now() - began < 30_000, `it took ${performance.now() - began} ms`);
    assertEquals((await system.world.runtime.sockets.urls()).length, 2); // its own two, and not the other's

    await system.nodes("PATCH", { name: "hi", code: "changed" });
    await until("the other runtime follows", async () => (await other.fetch("/")).text === "changed");
    assertEquals(other.runtime.registry.version.id, system.world.runtime.registry.version.id);

    // what the other cannot run is not its business to refuse: it keeps what it has and says why
    using foreign = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const bad = { kind: "listener", name: "bad", port: foreign.addr.port };
    assertEquals((await system.nodes("POST", bad)).status, 200);
    await until("the version is rejected", () => other.runtime.follower.rejected !== undefined);
    assertMatch(other.runtime.follower.rejected!.reason, new RegExp(`bad.*127.0.0.1:${foreign.addr.port}.*in use`));
    assertEquals((await other.fetch("/")).text, "changed");
    await system.nodes("PATCH", { name: "bad", port: 0 });
    await until("the next version is applied", () => other.runtime.follower.rejected === undefined);
    assertEquals((await other.runtime.sockets.urls()).length, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
