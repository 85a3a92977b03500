import { assertThrows } from "@std/assert";
import { checkJsonSize } from "./json_limits.ts";

const LIMITS = { depth: 3, nodes: 10 };

Deno.test("JSON within the limits passes", () => {
  for (
    const text of ["", "1", "[[[1]]]", "[[],[],[[]]]", '{"a":[{"b":"[[[[[["}]}', '"\\"[[[[[["', '["\\\\",[["x"]]]']
  ) {
    checkJsonSize(text, LIMITS);
  }
});

Deno.test("what is nested too deeply or has too many values is told, however strings are written", () => {
  const deep = ["[[[[", '{"a":{"a":{"a":{', '["\\\\",[["\\"[",[', '["a\\\\\\"",[[['];
  for (const text of deep) assertThrows(() => checkJsonSize(text, LIMITS), Error, "nested deeper than 3");
  const many = [
    "[1,2,3,4,5,6,7,8,9,10]",
    "[],[],[],[],[],[]",
    '{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":1}',
  ];
  for (const text of many) assertThrows(() => checkJsonSize(text, LIMITS), Error, "more than 10 values");
});

Deno.test("a text of backslashes and quotes takes no longer than it is long", () => {
  checkJsonSize(`["${"\\".repeat(2_000_000)}"]`, LIMITS);
  checkJsonSize(`[${'""'.repeat(1_000_000)}]`, LIMITS);
  checkJsonSize(`["${'\\"'.repeat(1_000_000)}"]`, LIMITS);
});
