import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { seededTest } from "../../../tests/support/random.ts";
import type { Value } from "../../value/mod.ts";
import {
  change,
  Entry,
  Finder,
  MemoryHistory,
  parseQuery,
  Query,
  type QueryLike,
  Registry,
  RegistryError,
  State,
} from "../mod.ts";

const STATE = State.of([
  Entry.of({
    id: "app:users",
    kind: "function.js",
    meta: { path: "/api/users", tags: ["backend", "slow"], port: 8080 },
  }),
  Entry.of({
    id: "app:UserHandler",
    kind: "function.lua.bc",
    meta: { path: "/web/api", tags: "backend", name: "user handler" },
  }),
  Entry.of({
    id: "lib:db",
    kind: "service",
    meta: { server: { host: { name: "db1" }, "a.b": 1 }, "x.y/z": "dotted", on: true },
  }),
  Entry.of({
    id: "lib:db2",
    kind: "service",
    meta: { port: "8080", on: null, "server.host": { name: "flat" }, list: [1, [2]] },
  }),
]);

function found(query: QueryLike): string[] {
  return new Finder().find(STATE, query).map(({ id }) => id.name);
}

Deno.test("every operator on every field", () => {
  const cases: [Record<string, Value>, string[]][] = [
    [{}, ["UserHandler", "users", "db", "db2"]],
    [{ ".kind": "service" }, ["db", "db2"]],
    [{ ".kind": "function.*" }, ["UserHandler", "users"]],
    [{ ".kind": "*.lua*" }, ["UserHandler"]],
    [{ ".name": "db" }, ["db"]],
    [{ ".ns": "lib" }, ["db", "db2"]],
    [{ ".ns": "li" }, []],
    [{ ".id": "lib:*" }, ["db", "db2"]],
    [{ "~.id": "^app:[Uu]ser" }, ["UserHandler", "users"]],
    [{ "*.name": "ser" }, ["UserHandler", "users"]],
    [{ "^.name": "db" }, ["db", "db2"]],
    [{ "$.name": "Handler" }, ["UserHandler"]],
    [{ "meta.path": "/api/users" }, ["users"]],
    [{ "meta.path": "*api*" }, ["UserHandler", "users"]],
    [{ "~meta.path": "/api/.*" }, ["users"]],
    [{ "~meta.path": "api" }, ["UserHandler", "users"]],
    [{ "*meta.tags": "backend" }, ["UserHandler", "users"]],
    [{ "*meta.tags": "low" }, ["users"]],
    [{ "^meta.name": "user" }, ["UserHandler"]],
    [{ "$meta.path": "users" }, ["users"]],
    [{ "^meta.tags": "back" }, ["UserHandler"]],
    [{ "~meta.port": "80" }, ["db2"]],
    [{ "meta.port": 8080 }, ["users"]],
    [{ "meta.port": "8080" }, ["db2"]],
    [{ "meta.on": true }, ["db"]],
    [{ "meta.on": null }, ["db2"]],
    [{ "meta.none": null }, []],
    [{ "meta.tags": ["slow"] }, ["users"]],
    [{ "meta.tags": ["backend"] }, ["UserHandler", "users"]],
    [{ "meta.tags": ["backend", "slow"] }, ["users"]],
    [{ "meta.tags": ["backend", "none"] }, []],
    [{ "meta.tags": [] }, ["UserHandler", "users"]],
    [{ "meta.list": [[2], 1] }, ["db2"]],
    [{ "meta.server.host.name": "db1" }, ["db"]],
    [{ "^meta.server.host.name": "f" }, ["db2"]],
    [{ "meta.server.a.b": 1 }, ["db"]],
    [{ "meta.server": { host: { name: "db1" }, "a.b": 1 } }, ["db"]],
    [{ "meta.x.y/z": "dotted" }, ["db"]],
    [{ "meta.constructor": "x" }, []],
    [{ ".kind": "function.*", "*meta.tags": "slow", "meta.port": 8080 }, ["users"]],
    [{ "^meta.path": "/web", "$meta.path": "api", "~meta.path": "b/a" }, ["UserHandler"]],
  ];
  for (const [criteria, expected] of cases) {
    assertEquals(found(criteria), expected, JSON.stringify(criteria));
    assertEquals(found(new Query(Object.entries(criteria))), expected);
  }
});

Deno.test("criteria as on a command line", () => {
  const cases: [string[], string[]][] = [
    [[], ["UserHandler", "users", "db", "db2"]],
    [[".kind=function.*"], ["UserHandler", "users"]],
    [["~meta.path=/api/.*"], ["users"]],
    [["*meta.tags=backend"], ["UserHandler", "users"]],
    [["^meta.name=user"], ["UserHandler"]],
    [["$meta.path=users"], ["users"]],
    [["meta.port=8080"], ["users", "db2"]],
    [["meta.port=80*"], ["users", "db2"]],
    [["meta.on=true"], ["db"]],
    [["meta.on=null"], ["db2"]],
    [[".kind=service", "meta.port=8080"], ["db2"]],
    [["~meta.path=^/api/users=?$"], ["users"]],
    [["meta.name="], []],
  ];
  for (const [criteria, expected] of cases) {
    assertEquals(found(criteria), expected, criteria.join(" "));
    assertEquals(found(parseQuery(criteria)), expected);
  }
});

Deno.test("an invalid criterion is an error that names it", () => {
  const cases: [QueryLike, string][] = [
    [{ kind: "x" }, 'unknown criterion "kind": expected .kind, .name, .ns, .id or meta.<key>'],
    [{ ".data": "x" }, 'unknown criterion ".data"'],
    [{ "~path": "x" }, 'unknown criterion "~path"'],
    [{ "meta.": "x" }, 'unknown criterion "meta."'],
    [{ meta: "x" }, 'unknown criterion "meta"'],
    [{ "data.x": "x" }, 'unknown criterion "data.x"'],
    [{ "~*meta.x": "x" }, 'unknown criterion "~*meta.x"'],
    [{ ".constructor": "x" }, "unknown"],
    [{ ".kind": 5 }, 'invalid value of criterion ".kind": expected a string, got a number'],
    [{ ".kind": ["a"] }, 'invalid value of criterion ".kind": expected a string, got a list'],
    [{ "~meta.x": 5 }, 'invalid value of criterion "~meta.x": expected a string, got a number'],
    [{ "*meta.x": ["a"] }, 'invalid value of criterion "*meta.x": expected a string, got a list'],
    [{ "~meta.x": "[" }, 'invalid pattern "[": missing closing ]'],
    [{ "~meta.x": "(?=a)" }, 'invalid pattern "(?=a)": invalid or unsupported Perl syntax'],
    [{ "meta.x": new Error("x") }, "expected a value that can be compared, got a value of kind error"],
    [["meta.x"], 'invalid criterion "meta.x": expected meta.x=VALUE'],
    [["constructor=1"], 'unknown criterion "constructor"'],
    [["nonsense=1"], 'unknown criterion "nonsense"'],
  ];
  for (const [query, message] of cases) {
    assertEquals(assertThrows(() => found(query), RegistryError, message).code, "invalid");
  }
});

Deno.test("results are cached until something changes", async () => {
  await using registry = new Registry(new MemoryHistory(), { dispatch: "none" });
  await registry.apply([change.create({ id: "a:x", kind: "k" })]);
  const first = registry.find({ ".kind": "k" });
  assertStrictEquals(registry.find({ ".kind": "k" }), first);
  assertStrictEquals(registry.find(new Query([[".kind", "k"]])), first);
  assert(Object.isFrozen(first));
  await registry.apply([change.create({ id: "a:y", kind: "k" })]);
  assertEquals(registry.find({ ".kind": "k" }).length, 2);
  await registry.jump(0);
  assertEquals(registry.find({ ".kind": "k" }).length, 0);
  await registry.jump(1);
  assertEquals(registry.find({ ".kind": "k" }).length, 1);
});

Deno.test("different queries have different keys", () => {
  const finder = new Finder();
  const state = State.of([
    Entry.of({ id: "a:1", kind: "k", meta: { port: 8080, a: "x", b: "y" } }),
    Entry.of({ id: "a:2", kind: "k", meta: { port: "8080", a: "xmeta.b:y", d: new Date(5), big: 5n, nil: null } }),
    Entry.of({
      id: "a:3",
      kind: "k",
      meta: { d: 5, big: 5, bytes: new Uint8Array([5]), nil: "null", list: ["a", "b"], a1: 5, a: `x6:meta.b"1:y` },
    }),
    Entry.of({ id: "a:4", kind: "k", meta: { a: 15, list: ["a1:b"], z: `x6:meta.b"y` } }),
  ]);
  const queries: [Record<string, Value>, string[]][] = [
    [{ "meta.port": 8080 }, ["1"]],
    [{ "meta.port": "8080" }, ["2"]],
    [{ "meta.a": "x", "meta.b": "y" }, ["1"]],
    [{ "meta.a": "xmeta.b:y" }, ["2"]],
    [{ "meta.d": new Date(5) }, ["2"]],
    [{ "meta.d": 5 }, ["3"]],
    [{ "meta.big": 5n }, ["2"]],
    [{ "meta.big": 5 }, ["3"]],
    [{ "meta.bytes": new Uint8Array([5]) }, ["3"]],
    [{ "meta.bytes": 5 }, []],
    [{ "meta.nil": null }, ["2"]],
    [{ "meta.nil": "null" }, ["3"]],
    [{ "meta.list": ["ab"] }, []],
    [{ "meta.list": ["a", "b"] }, ["3"]],
    [{ "meta.list": { a: "b" } }, []],
    [{ "meta.a": 15 }, ["4"]],
    [{ "meta.a1": 5 }, ["3"]],
    [{ "meta.z": "x", "meta.b": "y" }, []],
    [{ "meta.z": `x6:meta.b"y` }, ["4"]],
  ];
  for (let round = 0; round < 2; round++) {
    for (const [criteria, expected] of queries) {
      assertEquals(finder.find(state, criteria).map(({ id }) => id.name), expected, Deno.inspect(criteria));
    }
  }
  assertEquals(finder.find(state, ["meta.port=8080"]).length, 2);
});

Deno.test("the least recently used query is dropped first", () => {
  const finder = new Finder(2);
  const [a, b] = [finder.find(STATE, { ".name": "a" }), finder.find(STATE, { ".name": "b" })];
  assertStrictEquals(finder.find(STATE, { ".name": "a" }), a);
  finder.find(STATE, { ".name": "c" });
  assertStrictEquals(finder.find(STATE, { ".name": "a" }), a);
  assert(finder.find(STATE, { ".name": "b" }) !== b);
  new Finder(0).find(STATE, {});
});

seededTest("an index finds what a look at every entry finds, in its order, after changes too", (random) => {
  const values: Value[] = ["a", "b", "1", "null", "a*", 1, 1n, 1.5, true, null, ["a", 1], ["b", ["a"]], [], { a: 1 }];
  const meta = () => ({
    m: random.pick(values),
    ...random.chance(0.5) && { n: random.pick(values) },
    deep: { m: random.pick(values) },
    ...random.chance(0.2) && { "deep.m": random.pick(values) },
  });
  const entry = (n: number) =>
    Entry.of({ id: `${"abc"[n % 3]}:entry-${n}`, kind: random.pick(["x", "y", "y.z", "*"]), meta: meta() });
  let state = State.of(Array.from({ length: 2_000 }, (_, n) => entry(n)));
  for (let round = 0; round < 6; round++) {
    const criteria = ["meta.m", "meta.n", "meta.deep.m"].flatMap((path) =>
      values.map((value) => [path, value] as const)
    );
    const queries: [string, Value][][] = criteria.filter(([, value]) => !isMapValue(value)).map((
      [path, value],
    ) => [[path, value]]);
    for (const kind of ["x", "y", "y*", "*", "none"]) queries.push([[".kind", kind]], [[".ns", "b"], [".kind", kind]]);
    queries.push([[".ns", "b"]], [["meta.m", "a"], [".ns", "c"]], [["~.kind", "^y"]], [["$.kind", "z"], ["meta.n", 1]]);
    for (const typeless of [false, true]) {
      for (const query of queries.map((criteria) => new Query(criteria, typeless))) {
        const wanted = state.entries().filter((entry) => query.matches(entry));
        assertEquals(new Finder().find(state, query), wanted, query.key);
      }
    }
    const changed = Array.from({ length: 20 }, () => state.entries()[random.below(state.size)]!);
    state = State.of([
      ...state,
      ...changed.map(({ id, kind }) => Entry.of({ id, kind, meta: meta() })),
      entry(2_000 + round),
    ]);
  }
});

function isMapValue(value: Value): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
