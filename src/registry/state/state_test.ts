import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { forAll } from "../../../tests/support/random.ts";
import { creation, Entry, Id, type Operation, RegistryError, removal, replacement, State } from "../mod.ts";
import { SortedEntries } from "./sorted_entries.ts";
import { Trie } from "./trie.ts";

const entry = (id: string, data: number = 0, kind = "k") => Entry.of({ id, kind, data });

Deno.test("a state is ordered, and finds entries by id and namespace", () => {
  const state = State.of(["b:x", "a:y", "a.b:z", "a:x", "a-b:x"].map((id) => entry(id)));
  assertEquals(state.entries().map(({ id }) => id.text), ["a:x", "a:y", "a-b:x", "a.b:z", "b:x"]);
  assertEquals(state.size, 5);
  assertEquals(state.get("a:y")?.id, Id.parse("a:y"));
  assertEquals(state.get("a:z"), undefined);
  assertEquals(state.namespace("a").map(({ id }) => id.name), ["x", "y"]);
  assertEquals(state.namespace("a.b").map(({ id }) => id.name), ["z"]);
  assertEquals(state.namespace("c"), []);
  assertEquals(State.empty.namespace("a"), []);
  assertEquals(state.filter(({ id }) => id.name === "x").length, 3);
});

Deno.test("of several entries with one id the last counts", () => {
  const state = State.of([entry("a:x", 1), entry("a:x", 2)]);
  assertEquals(state.entries().map(({ data }) => data), [2]);
});

Deno.test("a state is immutable", () => {
  const one = entry("a:x", 1);
  const before = State.of([one, entry("a:y")]);
  const after = before.apply([replacement(entry("a:x", 2), one), creation(entry("a:z"))]);
  assertEquals(before.entries().map(({ id, data }) => [id.name, data]), [["x", 1], ["y", 0]]);
  assertEquals(after.entries().map(({ id, data }) => [id.name, data]), [["x", 2], ["y", 0], ["z", 0]]);
  assertStrictEquals(before.apply([]), before);
  assertStrictEquals(before.entries(), before.entries());
});

Deno.test("an operation that does not fit is an error, and several on one id are applied in order", () => {
  const x = entry("a:x");
  const state = State.of([x]);
  const cases: [Operation[], string, string][] = [
    [[creation(x)], "conflict", "cannot create a:x: it exists already"],
    [[removal(entry("a:y"))], "not_found", "cannot delete a:y: no such entry"],
    [[replacement(entry("a:y"), x)], "not_found", "cannot update a:y"],
    [[replacement(entry("a:x", 0, "other"), x)], "invalid", "its kind is k, not other"],
    [[removal(x), removal(x)], "not_found", "cannot delete a:x"],
    [[creation(entry("a:y")), creation(entry("a:y"))], "conflict", "cannot create a:y"],
  ];
  for (const [operations, code, message] of cases) {
    const error = assertThrows(() => state.apply(operations), RegistryError, message);
    assertEquals(error.code, code);
  }
  const replaced = state.apply([removal(x), creation(entry("a:x", 1, "other"))]);
  assertEquals(replaced.get("a:x")?.kind, "other");
  assertEquals(replaced.size, 1);
  assertEquals(state.apply([creation(entry("a:y")), removal(entry("a:y"))]).entries(), state.entries());
});

Deno.test("a state of thousands is correct after every change, small and large", () =>
  forAll("large state", 20, (random) => {
    const model = new Map<string, number>();
    let state = State.empty;
    for (let step = 0; step < 60; step++) {
      const operations: Operation[] = [];
      const touched = new Set<string>();
      const most = random.pick([1, 3, 300, 2000]);
      const deleting = random.chance(0.4);
      for (let left = random.int(1, most); left > 0; left--) {
        const id = `${random.pick(["a", "b"])}:${random.int(0, 3000)}`;
        if (touched.has(id)) continue;
        touched.add(id);
        const found = state.get(id);
        if (found === undefined) operations.push(creation(entry(id, step)));
        else operations.push(deleting ? removal(found) : replacement(entry(id, step), found));
      }
      state = state.apply(operations);
      for (const operation of operations) {
        if (operation.kind === "delete") model.delete(operation.id.text);
        else model.set(operation.id.text, step);
      }
      assertEquals(state.size, model.size);
    }
    const expected = [...model].sort(([a], [b]) => a < b ? -1 : 1);
    assertEquals(state.entries().map(({ id, data }) => [id.text, data as number]), expected);
    for (const [id, data] of expected) assert(state.get(id)?.data === data);
    const first = expected.findIndex(([id]) => id.startsWith("b:"));
    assertEquals(state.namespace("a").length, first);
    assertEquals(state.namespace("b").length, expected.length - first);
  }));

Deno.test("chunks are neither too large nor too many, whatever was added and removed", () => {
  const entries = State.of(Array.from({ length: 10_000 }, (_, i) => entry(`a:${i}`))).entries();
  const all = SortedEntries.empty.patched(entries.map((entry) => [entry.id, entry]));
  const sizes = (sorted: SortedEntries) => sorted.chunks.map(({ length }) => length);
  assert(Math.max(...sizes(all)) <= 256 && sizes(all).length < 100, sizes(all).join());
  const few = all.patched(entries.filter((_, i) => i % 100 !== 0).map(({ id }) => [id, undefined]));
  assertEquals(sizes(few), [100]);
  assertEquals([...few], entries.filter((_, i) => i % 100 === 0));
});

Deno.test("ids of the same hash are told apart", () => {
  const ids = ["h:eqaunk6q7f5j", "h:1fe58kq1aj4l9x"].map((text) => Id.parse(text));
  assertEquals(ids[0]!.hash, ids[1]!.hash);
  const [a, b] = ids.map((id) => entry(id.text)) as [Entry, Entry];
  const trie = Trie.empty.with(a).with(b).with(entry("other:one"));
  assertStrictEquals(trie.get(a.id), a);
  assertStrictEquals(trie.get(b.id), b);

  const changed = trie.with(entry(a.id.text, 99));
  assertEquals(changed.get(a.id)?.data, 99);
  assertStrictEquals(changed.get(b.id), b);
  assertStrictEquals(trie.get(a.id), a);

  const without = changed.without(a.id);
  assertEquals(without.get(a.id), undefined);
  assertStrictEquals(without.get(b.id), b);
  assertStrictEquals(without.without(a.id), without);
  assertEquals(without.without(b.id).get(b.id), undefined);
  assertStrictEquals(without.without(b.id).without(Id.parse("other:one")), Trie.empty);
});
