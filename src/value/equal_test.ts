import { assertEquals } from "@std/assert";
import { equal, failure } from "./mod.ts";

const same: [string, unknown, unknown][] = [
  ["NaN", NaN, NaN],
  ["zeros", 0, -0],
  ["key order", { a: 1, b: [2] }, { b: [2], a: 1 }],
  ["bytes", new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  ["dates", new Date(5), new Date(5)],
  [
    "errors",
    failure<string>("a", { code: "c", cause: failure("b") }),
    failure<string>("a", { code: "c", cause: failure("b") }),
  ],
  ["a key called __proto__", JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}')],
];
const different: [string, unknown, unknown][] = [
  ["number and text", 1, "1"],
  ["bigint and number", 1n, 1],
  ["null and absent", { a: null }, {}],
  ["list and map", [], {}],
  ["length", [1], [1, 2]],
  ["bytes", new Uint8Array([1]), new Uint8Array([2])],
  ["bytes and list", new Uint8Array([1]), [1]],
  ["dates", new Date(5), new Date(6)],
  ["cause", failure("a", { cause: failure("b") }), failure("a")],
  ["a key called __proto__", JSON.parse('{"__proto__":1}'), {}],
];

for (const [name, a, b] of same) {
  Deno.test(`equal: ${name}`, () => assertEquals([equal(a, b), equal(b, a)], [true, true]));
}
for (const [name, a, b] of different) {
  Deno.test(`not equal: ${name}`, () => assertEquals([equal(a, b), equal(b, a)], [false, false]));
}
