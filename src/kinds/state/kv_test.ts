import { assert, assertEquals, assertRejects } from "@std/assert";
import { startNode, startWorkflow } from "@weft/weft/testing";
import { type Failure, isError, type Value, type ValueMap } from "../../value/mod.ts";
import { effectOf } from "../../kind/engine/mod.ts";
import { kv } from "./kv.ts";

function start(nodes: Record<string, Record<string, unknown>>) {
  const specs = Object.entries(nodes).map(([name, fields]) => ({ kind: "kv", name, ...fields }));
  return startWorkflow(specs, { allow: true });
}

const ALL = Object.fromEntries(
  ["get", "set", "increment", "delete", "expire", "list"].map((operation) => [operation, { operation }]),
);

Deno.test("operations take their parts out of the payload", async () => {
  await using workflow = await start(ALL);
  const send = (to: string, payload: Value) => workflow.send(`${to}.in`, payload);
  assertEquals(await send("get", "a"), null);
  assertEquals(await send("set", { key: "a", value: { day: new Date(0), n: 5n } }), { day: new Date(0), n: 5n });
  assertEquals(await send("get", "a"), { day: new Date(0), n: 5n });
  assertEquals(await send("get", { key: "a" }), { day: new Date(0), n: 5n });
  assertEquals(await send("increment", "n"), 1);
  assertEquals(await send("increment", { key: "n", by: -3 }), -2);
  assertEquals(await send("list", null), [{ key: "a", value: { day: new Date(0), n: 5n } }, { key: "n", value: -2 }]);
  assertEquals(await send("list", { prefix: "", after: "a" }), [{ key: "n", value: -2 }]);
  assertEquals(await send("list", "n"), [{ key: "n", value: -2 }]);
  assertEquals(await send("set", { key: "short", value: 1, ttl: "10s" }), 1);
  assertEquals(await send("expire", { key: "n", ttl: 20_000 }), true);
  assertEquals(await send("expire", { key: "x", ttl: null }), false);
  await workflow.clock.advance(10_000);
  assertEquals(await send("get", "short"), null);
  assertEquals(await send("get", "n"), -2);
  await workflow.clock.advance(10_000);
  assertEquals(await send("get", "n"), null);
  assertEquals(await send("delete", "a"), true);
  assertEquals(await send("delete", "a"), false);
});

Deno.test("expressions choose the key and the value, and then the payload says nothing else", async () => {
  await using workflow = await start({
    put: { operation: "set", key: '"user:" + self.name', value: "self", ttl: "5s" },
    get: { key: '"user:" + self' },
    all: { operation: "list", key: '"user:"', result: "entry" },
  });
  await workflow.send("put.in", { name: "ada", ttl: 1 });
  assertEquals(await workflow.send("get.in", "ada"), { name: "ada", ttl: 1 });
  const [entry] = await workflow.send("all.in", {}) as unknown as ValueMap[];
  assertEquals(Object.keys(entry!), ["key", "value", "version", "expires"]);
  assertEquals((entry!.expires as Date).getTime(), workflow.clock.now() + 5_000);
});

Deno.test("compare and set: only what nobody has changed since it was read is changed", async () => {
  await using workflow = await start({
    add: { operation: "set", when: "absent", result: "entry" },
    get: { result: "entry", missing: "error" },
    replace: { operation: "set", when: "version", result: "entry" },
    remove: { operation: "delete", when: "version" },
  });
  const code = async (to: string, payload: Value) => ((await workflow.send(to, payload)) as Failure).code;
  const added = await workflow.send("add.in", { key: "a", value: 1 }) as ValueMap;
  assertEquals(await code("add.in", { key: "a", value: 2 }), "conflict");
  assertEquals(await code("get.in", "b"), "not_found");
  const { version } = await workflow.send("get.in", "a") as ValueMap;
  assertEquals(version, added.version);
  const replaced = await workflow.send("replace.in", { key: "a", value: 2, version: version! }) as ValueMap;
  assertEquals(await code("replace.in", { key: "a", value: 3, version: version! }), "conflict");
  assertEquals(await code("replace.in", { key: "a", value: 3 }), "invalid_payload");
  assertEquals(await code("remove.in", { key: "a", version: version! }), "conflict");
  assertEquals(await workflow.send("remove.in", { key: "a", version: replaced.version! }), true);
});

Deno.test("payloads without a key or a value, and values that cannot be stored, are errors", async () => {
  await using workflow = await start(ALL);
  const wrong: [string, Value][] = [
    ["get", null],
    ["get", 1],
    ["get", ""],
    ["get", "\0"],
    ["get", "x".repeat(1_001)],
    ["get", { Key: "a" }],
    ["set", { key: "a" }],
    ["set", { key: "a", value: 1, ttl: "soon" }],
    ["set", { key: "a", value: 1, ttl: -1 }],
    ["increment", { key: "a", by: 0.5 }],
    ["increment", { key: "a", by: "1" }],
    ["list", { prefix: 1 }],
    ["list", { after: 1 }],
  ];
  for (const [to, payload] of wrong) {
    const error = await workflow.send(`${to}.in`, payload);
    assert(isError(error), `${to} ${JSON.stringify(payload)}`);
    assertEquals((error as Failure).code, "invalid_payload");
  }
  assertEquals(await workflow.send("list.in", null), []);
});

Deno.test("a spec whose condition has no meaning for its operation, or whose expression is broken, is invalid", async () => {
  await assertRejects(() => startNode(kv, { operation: "get", when: "absent" }), Error, 'invalid when "absent"');
  await assertRejects(() => startNode(kv, { operation: "delete", when: "absent" }), Error, "expected always, version");
  await assertRejects(() => startNode(kv, { key: "self." }), Error);
  await assertRejects(() => startNode(kv, { table: "a; drop" }), Error, "expected up to 40 lower-case letters");
});

Deno.test("the effect is that of the operation", () => {
  const effect = (fields: ValueMap) => effectOf(kv, { operation: "get", when: "always", ...fields });
  assertEquals(effect({}), "none");
  assertEquals(effect({ operation: "list" }), "none");
  assertEquals(effect({ operation: "set" }), "idempotent");
  assertEquals(effect({ operation: "delete" }), "idempotent");
  assertEquals(effect({ operation: "increment" }), "once");
  assertEquals(effect({ operation: "set", when: "absent" }), "once");
});

Deno.test("nodes with one table share what is in memory, and a change of one keeps it", async () => {
  await using workflow = await start({ set: { operation: "set" }, get: {}, other: { table: "others" } });
  await workflow.send("set.in", { key: "a", value: 1 });
  assertEquals(await workflow.send("get.in", "a"), 1);
  assertEquals(await workflow.send("other.in", "a"), null);
  await workflow.apply([{ kind: "kv", name: "get", operation: "list" }]);
  assertEquals(await workflow.send("get.in", "a"), [{ key: "a", value: 1 }]);
});
