import { assertEquals } from "@std/assert";
import type { Value } from "../../value/mod.ts";
import { creation, delta, Entry, type Operation, order, removal, replacement, Resolver, State } from "../mod.ts";

const entry = (id: string, depends_on: Value = [], more: { kind?: string; groups?: string[]; data?: Value } = {}) =>
  Entry.of({
    id: `app:${id}`,
    kind: more.kind ?? "k",
    meta: { depends_on, ...(more.groups ? { groups: more.groups } : {}) },
    data: more.data ?? null,
  });

function ordered(operations: Operation[]): { order: string[]; cycles: string[][] } {
  const cycles: string[][] = [];
  const sorted = order(operations, new Resolver(), (ids) => cycles.push(ids.map(({ name }) => name)));
  return { order: sorted.map(({ kind, id }) => `${kind} ${id.name}`), cycles };
}

Deno.test("operations without constraints are ordered by id", () => {
  const old = entry("old");
  const operations = [
    replacement(entry("u", [], { data: 1 }), entry("u")),
    removal(old),
    creation(entry("c")),
    creation(entry("a")),
  ];
  assertEquals(ordered(operations).order, ["create a", "create c", "delete old", "update u"]);
});

Deno.test("a create comes after its dependencies", () => {
  assertEquals(ordered([creation(entry("a", "b")), creation(entry("b", "c")), creation(entry("c"))]).order, [
    "create c",
    "create b",
    "create a",
  ]);
});

Deno.test("a delete comes after its dependants", () => {
  assertEquals(ordered([removal(entry("c")), removal(entry("b", "c")), removal(entry("a", "b"))]).order, [
    "delete a",
    "delete b",
    "delete c",
  ]);
});

Deno.test("a replaced dependency is created before its dependant changes, and the old one deleted after", () => {
  const operations = [
    removal(entry("a-old")),
    replacement(entry("user", "z-new"), entry("user", "a-old")),
    creation(entry("z-new")),
  ];
  assertEquals(ordered(operations).order, ["create z-new", "update user", "delete a-old"]);
});

Deno.test("groups and namespaces count as their members", () => {
  const group = [
    creation(entry("a", "group:red")),
    creation(entry("x", [], { groups: ["red"] })),
    creation(entry("y")),
  ];
  assertEquals(ordered(group).order, ["create x", "create a", "create y"]);
  const members = [removal(entry("x", [], { groups: ["red"] })), removal(entry("y", "group:red"))];
  assertEquals(ordered(members).order, ["delete y", "delete x"]);
  const namespace = [
    creation(Entry.of({ id: "a:one", kind: "k", meta: { depends_on: "ns:b" } })),
    creation(Entry.of({ id: "b:two", kind: "k" })),
  ];
  assertEquals(ordered(namespace).order, ["create two", "create one"]);
});

Deno.test("an entry of the group that it depends on does not wait for itself", () => {
  const operations = [creation(entry("a", "group:red", { groups: ["red"] })), creation(entry("b", "app:b"))];
  assertEquals(ordered(operations), { order: ["create a", "create b"], cycles: [] });
});

Deno.test("a dependency outside the changeset is no constraint", () => {
  assertEquals(ordered([creation(entry("a", ["missing", "ns:none", "group:none"]))]).order, ["create a"]);
});

Deno.test("an entry of another kind is deleted before it is created", () => {
  const operations = [creation(entry("x", [], { kind: "new" })), removal(entry("x"))];
  assertEquals(ordered(operations).order, ["delete x", "create x"]);
});

Deno.test("a cycle is reported and ordered by id, and the rest keeps its constraints", () => {
  const operations = [
    creation(entry("b", "c")),
    creation(entry("c", "b")),
    creation(entry("a", "b")),
    creation(entry("z")),
    creation(entry("y", "z")),
  ];
  assertEquals(ordered(operations), {
    order: ["create b", "create a", "create c", "create z", "create y"],
    cycles: [["b", "c"]],
  });
});

Deno.test("within a cycle too, a delete comes before the create of the same id", () => {
  // user depends on x before and after, so it must move before x goes and after x has come.
  const operations = [
    creation(entry("x", [], { kind: "new" })),
    removal(entry("x")),
    replacement(entry("user", "x", { data: 1 }), entry("user", "x")),
  ];
  const { order, cycles } = ordered(operations);
  assertEquals(order.indexOf("delete x") < order.indexOf("create x"), true);
  assertEquals(cycles.length, 1);
});

Deno.test("a chain of thousands is ordered without a deep stack", () => {
  const length = 20_000;
  const name = (i: number) => `n${String(i).padStart(6, "0")}`;
  const chain = Array.from({ length }, (_, i) => creation(entry(name(i), i + 1 < length ? name(i + 1) : [])));
  const { order } = ordered(chain);
  assertEquals([order[0], order.at(-1)], [`create ${name(length - 1)}`, `create ${name(0)}`]);
  const circle = [...chain.slice(0, -1), creation(entry(name(length - 1), name(0)))];
  assertEquals(ordered(circle).cycles.map((members) => members.length), [length]);
});

Deno.test("a delta has one operation for each entry, and two where the kind changes", () => {
  const from = State.of([entry("same"), entry("gone"), entry("other", [], { data: 1 }), entry("kind")]);
  const to = State.of([
    entry("same"),
    entry("other", [], { data: 2 }),
    entry("kind", [], { kind: "new" }),
    entry("come"),
  ]);
  const operations = delta(from, to, new Resolver());
  assertEquals(operations.map(({ kind, id }) => `${kind} ${id.name}`), [
    "create come",
    "delete gone",
    "delete kind",
    "create kind",
    "update other",
  ]);
  assertEquals(delta(from, from, new Resolver()), []);
});

Deno.test("a delta is in canonical order, and reports a cycle", () => {
  const to = State.of([entry("a", "b"), entry("b", "c"), entry("c")]);
  const order = (operations: Operation[]) => operations.map(({ kind, id }) => `${kind} ${id.name}`);
  assertEquals(order(delta(State.empty, to)), ["create c", "create b", "create a"]);
  assertEquals(order(delta(to, State.empty)), ["delete a", "delete b", "delete c"]);
  const cycles: string[] = [];
  const circle = State.of([entry("a", "b"), entry("b", "a")]);
  delta(State.empty, circle, new Resolver(), (ids) => cycles.push(ids.join()));
  assertEquals(cycles, ["app:a,app:b"]);
});
