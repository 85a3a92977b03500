import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { merge, NONE } from "./mod.ts";

Deno.test("none is dropped, one value is itself, several are a list", () => {
  assertEquals(merge([]), NONE);
  assertEquals(merge([NONE, NONE]), NONE);
  const list = [1];
  assertStrictEquals(merge([NONE, list]), list);
  assertEquals(merge([1, NONE, null, "a"]), [1, null, "a"]);
});

Deno.test("an error wins, and several are joined with every original kept", () => {
  const [first, second] = [new Error("a"), new TypeError("b")];
  assertStrictEquals(merge([1, first, 2]), first);
  const both = merge([first, 1, second]);
  assert(both instanceof AggregateError);
  assertEquals([both.message, both.errors], ["a\nb", [first, second]]);
});
