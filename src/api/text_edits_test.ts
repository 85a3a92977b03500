import { assertEquals } from "@std/assert";
import { editText } from "./text_edits.ts";

Deno.test("edits are made where they find what they replace, and columns can be told back", () => {
  const text = 'kind: loop\r\n"ports": { a: b }\nwhen: count > max\n';
  const { text: edited, made, columnBefore } = editText(text, [
    { line: 3, column: 15, before: "", after: "self." },
    { line: 1, column: 7, before: "loop", after: "for" },
    { line: 3, column: 7, before: "", after: "self." },
    { line: 3, column: 7, before: "", after: "self." },
    { line: 2, column: 1, before: "ports", after: "links" },
    { line: 2, column: 12, before: "c", after: "d" },
    { line: 9, column: 1, before: "x", after: "y" },
  ]);
  assertEquals(edited, 'kind: for\r\n"links": { a: b }\nwhen: self.count > self.max\n');
  assertEquals(made.map(({ line, column }) => [line, column]), [[1, 7], [2, 1], [3, 7], [3, 15]]);
  assertEquals([1, 7, 12, 18, 20, 25].map((column) => columnBefore(3, column)), [1, 7, 7, 13, 15, 15]);
  assertEquals(columnBefore(2, 12), 12);
});
