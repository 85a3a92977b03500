import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { lazyMap, Stream, type Value } from "../value/mod.ts";
import { Entry, Id, RegistryError, sameEntry } from "./mod.ts";

Deno.test("an entry has its defaults, and is answered as it is", () => {
  const entry = Entry.of({ id: "app:a", kind: "k" });
  assertEquals([entry.id, entry.kind, entry.meta, entry.data], [Id.parse("app:a"), "k", {}, null]);
  assert(!Object.hasOwn(entry, "origin"));
  assertStrictEquals(Entry.of(entry), entry);
});

Deno.test("an entry shares nothing with what it was made of", () => {
  const data = { list: [1, { deep: true }], bytes: new Uint8Array([1]), date: new Date(5) };
  const meta = { tags: ["a"] };
  const entry = Entry.of({ id: "app:a", kind: "k", meta, data });
  data.list.push(2);
  data.bytes[0] = 9;
  data.date.setTime(6);
  meta.tags.push("b");
  assertEquals(entry.data, { list: [1, { deep: true }], bytes: new Uint8Array([1]), date: new Date(5) });
  assertEquals(entry.meta, { tags: ["a"] });
});

Deno.test("an entry takes the form that every store gives back", () => {
  const bare: Record<string, Value> = Object.create(null);
  bare.x = 1;
  const data = [bare, lazyMap({ fields: { y: 2 }, lazy: {} }), new (class extends Uint8Array {})([3])];
  const entry = Entry.of({ id: "a", kind: "k", data });
  assertEquals(entry.data, [{ x: 1 }, { y: 2 }, new Uint8Array([3])]);
  const proto = Entry.of({ id: "a", kind: "k", data: JSON.parse(`{"__proto__": 1}`) });
  assertEquals(Object.entries(proto.data as object), [["__proto__", 1]]);
});

Deno.test("what cannot be stored is refused, with its place", () => {
  const deep = (levels: number): Value => levels === 0 ? 1 : [deep(levels - 1)];
  const circle: unknown[] = [];
  circle.push(circle);
  const cases: [unknown, string][] = [
    [{ a: [1, () => {}] }, "app:a: data.a[1] is a function, which cannot be stored"],
    [{ a: undefined }, "app:a: data.a is undefined"],
    [Symbol("s"), "app:a: data is a symbol"],
    [new Map(), "app:a: data is a Map"],
    [Stream.of(1), "app:a: data is a stream"],
    ["\ud800", "app:a: data is a string that is not well-formed Unicode"],
    [{ "\ud800": 1 }, "not well-formed Unicode"],
    [deep(201), "is nested deeper than 200"],
    [circle, "is nested deeper than 200"],
  ];
  for (const [data, message] of cases) {
    const error = assertThrows(() => Entry.of({ id: "app:a", kind: "k", data: data as Value }), RegistryError, message);
    assertEquals(error.code, "invalid");
  }
  Entry.of({ id: "app:a", kind: "k", data: deep(199) });
  assertThrows(() => Entry.of({ id: "app:a", kind: " " }), RegistryError, `got " "`);
  assertThrows(() => Entry.of({ id: "app:a", kind: "k", meta: [] as never }), RegistryError, "meta is a map, got list");
});

Deno.test("kind, meta and data make entries the same, and the origin does not", () => {
  const make = (changes: object) => Entry.of({ id: "a", kind: "k", meta: { x: 1 }, data: [1], ...changes });
  assert(sameEntry(make({}), make({ origin: { file: "a.yaml", line: 3 } })));
  assertEquals(make({ origin: { line: 3 } }).origin, { line: 3 });
  for (const changes of [{ kind: "other" }, { meta: { x: 2 } }, { data: [2] }, { data: null }]) {
    assert(!sameEntry(make({}), make(changes)), JSON.stringify(changes));
  }
});
