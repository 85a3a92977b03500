import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { type Failure, merge, NONE, type Value } from "./mod.ts";

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

Deno.test("the list of many answers is limited", () => {
  const large = Array<string>(100_000).fill("x");
  const error = merge(Array<Value>(40).fill(large)) as Failure;
  assertEquals([error.code, error.message], ["too_large", "the value is too large: more than 4000000 values"]);
  assertEquals((merge(Array<Value>(16).fill(large)) as Value[]).length, 16);
  assertEquals((merge(Array<Value>(1_000).fill(1)) as Value[]).length, 1_000);
});
