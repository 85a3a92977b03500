import { assertEquals, assertThrows } from "@std/assert";
import { copy, defineDecoder, isMap, lazyMap, type Value } from "./mod.ts";

defineDecoder("upper", (source) => String(source).toUpperCase());
defineDecoder("broken", () => {
  throw new Error("not what it claims");
});

const make = () =>
  lazyMap({
    fields: { plain: 1, text: null, bad: null },
    lazy: { text: { decoder: "upper", source: "abc" }, bad: { decoder: "broken", source: "" } },
  }) as Record<string, Value>;

Deno.test("a lazy map reads like a plain one", () => {
  const map = make();
  assertEquals(isMap(map), true);
  assertEquals(Object.keys(map), ["plain", "text", "bad"]);
  assertEquals([map.plain, map.text, "text" in map, map.other], [1, "ABC", true, undefined]);
  const { bad: _, ...rest } = {
    ...lazyMap({ fields: { a: 1, text: null }, lazy: { text: { decoder: "upper", source: "x" } } }),
    bad: 0,
  };
  assertEquals(rest, { a: 1, text: "X" });
});

Deno.test("a field that cannot be decoded throws when it is read, and every time", () => {
  const map = make();
  assertThrows(() => map.bad, Error, "not what it claims");
  assertThrows(() => map.bad, Error, "not what it claims");
  assertThrows(() => ({ ...map }), Error, "not what it claims");
  assertEquals(map.plain, 1);
});

Deno.test("a copy is decoded and shares nothing", () => {
  const map = lazyMap({
    fields: { a: [new Uint8Array([1])], text: null },
    lazy: { text: { decoder: "upper", source: "x" } },
  });
  const copied = copy(map) as { a: [Uint8Array]; text: string };
  copied.a[0][0] = 9;
  assertEquals([(map.a as [Uint8Array])[0][0], copied.text], [1, "X"]);
});
