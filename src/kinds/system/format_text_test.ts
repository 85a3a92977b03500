import { assertEquals, assertThrows } from "@std/assert";
import type { Value } from "../../value/mod.ts";
import { formatText } from "./format_text.ts";

Deno.test("values take the places of verbs, as in C and Go", () => {
  const cases: [format: string, values: Value[], text: string][] = [
    ["%s has %d of %d\n", ["Ada", 3, 4n], "Ada has 3 of 4\n"],
    ["%v %v %v %v", [{ a: [1, null] }, true, 1.5, new Uint8Array(3)], '{"a":[1,null]} true 1.5 "<3 bytes>"'],
    ["%5d|%-5d|%05d|%+d|% d", [42, 42, -42, 42, 42], "   42|42   |-0042|+42|42"],
    ["%8.2f|%-8.2f|%.0f|%e|%g", [3.14159, 3.14159, 2.5, 1500, 0.1], "    3.14|3.14    |3|1.500000e+3|0.1"],
    ["%x %X %x %x", [255, 255, "hi", new Uint8Array([1, 254])], "ff FF 6869 01fe"],
    ["%b %o %c %t %q %%", [5, 8, 9731, false, 'a"b'], '101 10 ☃ false "a\\"b" %'],
    ["%.2s|%-4s|%4s", ["abc", "ab", "ab"], "ab|ab  |  ab"],
    ["100%%", [], "100%"],
  ];
  for (const [format, values, text] of cases) assertEquals(formatText(format, values), text, format);
});

Deno.test("values that do not fit are errors", () => {
  const cases: [format: string, values: Value[], message: string][] = [
    ["%d", ["a"], "%d expects a whole number, got text"],
    ["%d", [1.5], "%d expects a whole number, got number"],
    ["%.1f", [null], "%.1f expects a number, got null"],
    ["%t", [1], "%t expects true or false, got number"],
    ["%s %s", ["a"], '%s of "%s %s" has no value'],
    ["%s", ["a", "b"], '"%s" has 1 verbs for 2 values'],
    ["%y", ["a"], "unknown verb %y"],
    ["100%", [], "unknown verb %"],
  ];
  for (const [format, values, message] of cases) {
    assertThrows(() => formatText(format, values), Error, `invalid payload of print: ${message}`);
  }
  const error = new Error("lost");
  assertEquals(assertThrows(() => formatText("%d", [error])), error);
});
