import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { byCodePoint } from "../../tests/registry/model.ts";
import { forAll } from "../../tests/support/random.ts";
import { Id, RegistryError, toId } from "./mod.ts";

Deno.test("an id is split at the first colon, if there is one", () => {
  const cases: [string, string, string, string][] = [
    ["app:hello", "app", "hello", "app:hello"],
    ["app:a:b", "app", "a:b", "app:a:b"],
    ["hello", "", "hello", ":hello"],
    [":hello", "", "hello", ":hello"],
    ["app:", "app", "", "app:"],
    ["", "", "", ":"],
    [":", "", "", ":"],
    ["a/b@c.d:é 𝄞", "a/b@c.d", "é 𝄞", "a/b@c.d:é 𝄞"],
  ];
  for (const [text, namespace, name, full] of cases) {
    const id = Id.parse(text);
    assertEquals([id.namespace, id.name, id.text, String(id), JSON.stringify(id)], [
      namespace,
      name,
      full,
      full,
      JSON.stringify(full),
    ]);
  }
});

Deno.test("equal ids are the same object", () => {
  const id = Id.parse("app:hello");
  assertStrictEquals(Id.parse("app:hello"), id);
  assertStrictEquals(Id.of("app", "hello"), id);
  assertStrictEquals(toId({ namespace: "app", name: "hello" }), id);
  assertStrictEquals(toId(id), id);
  assertStrictEquals(Id.parse("x"), Id.of("", "x"));
});

Deno.test("an invalid id is rejected", () => {
  assertThrows(() => Id.of("a:b", "c"), RegistryError, `invalid namespace "a:b": expected no colon`);
  assertThrows(() => Id.parse("app:\ud800"), RegistryError, "expected well-formed Unicode");
});

Deno.test("ids are ordered by namespace, then name, by code point", () => {
  // By UTF-16 unit the last two would change places, and by text "a-b:x" would come before "a:x".
  const sorted = ["a:x", "a:y", "a-b:x", "b:\uffff", "b:😀"].map((text) => Id.parse(text));
  assertEquals(sorted.toReversed().sort(Id.compare), sorted);
});

Deno.test("the order of ids is that of code points", () =>
  forAll("id order", 10_000, (random) => {
    const letters = ["a", "b", "-", ":", "\u007f", "é", "\ud7ff", "\ue000", "\uffff", "😀", "\u{10ffff}", "\u{10000}"];
    const text = () => Array.from({ length: random.int(0, 4) }, () => random.pick(letters)).join("");
    const [a, b] = [Id.parse(text()), Id.parse(text())];
    const expected = byCodePoint(a.namespace, b.namespace) || byCodePoint(a.name, b.name);
    assertEquals(Math.sign(Id.compare(a, b)), Math.sign(expected), `${a} and ${b}`);
    assert(Id.compare(a, a) === 0);
  }));
