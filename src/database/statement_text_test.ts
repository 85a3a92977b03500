import { assertEquals, assertThrows } from "@std/assert";
import type { Dialect } from "./database.ts";
import { readStatement } from "./statement_text.ts";

const TEXTS: readonly [Dialect, text: string, expected: string, names?: readonly string[]][] = [
  ["postgres", "select $1, $2, $1", "select $1, $2, $1"],
  ["sqlite", "select $2, ?1, ?", "select ?2, ?1, ?3"],
  ["postgres", "select :name, :other, :name", "select $1, $2, $1", ["name", "other"]],
  ["sqlite", "select :name, @other, $name", "select ?1, ?2, ?1", ["name", "other"]],
  [
    "postgres",
    "select ':a', \":b\", E'it\\':c', 'it''s :d' -- :e\n, :f /* :g /* :h */ :i */",
    `select ':a', ":b", E'it\\':c', 'it''s :d' -- :e\n, $1 /* :g /* :h */ :i */`,
    ["f"],
  ],
  [
    "sqlite",
    "select ':a', \":b\", [:c], `:d` -- :e\n, :f /* :g /* :h */",
    `select ':a', ":b", [:c], \`:d\` -- :e\n, ?1 /* :g /* :h */`,
    ["f"],
  ],
  [
    "postgres",
    "select '1'::int, a[1:2], $$ :a $1 $$, $x$ $$ :b $x$, data ? 'k', @ -5, :c::text",
    "select '1'::int, a[1:2], $$ :a $1 $$, $x$ $$ :b $x$, data ? 'k', @ -5, $1::text",
    ["c"],
  ],
  ["postgres", "call f(a := :a, b$1, e'x')", "call f(a := $1, b$1, e'x')", ["a"]],
];

Deno.test("the parameters of a statement are found, and nothing that looks like one", () => {
  for (const [dialect, text, expected, names] of TEXTS) {
    const read = readStatement(text, dialect);
    assertEquals([read.text, read.names], [expected, names], text);
  }
});

Deno.test("a statement is told by its first words, and a second one by what follows", () => {
  const head = (text: string) => readStatement(text, "sqlite").head;
  assertEquals(head("/* a */ -- b\n create  table x(a)"), "CREATE TABLE");
  assertEquals(head("(select 1)"), "SELECT");
  const continues = (text: string) => readStatement(text, "sqlite").continues;
  assertEquals(["select 1", "select 1;", "select 1; -- a\n ; /* b */", "select ';'"].map(continues), [
    false,
    false,
    false,
    false,
  ]);
  assertEquals(["select 1; select 2", "select 1;x", "select 1; 'a'"].map(continues), [true, true, true]);
});

Deno.test("a malformed statement is an error", () => {
  for (
    const text of [
      "select 'a",
      'select "a',
      "select $$ a",
      "select /* a",
      "select $0",
      "select $99999",
      "select $1, :a",
    ]
  ) {
    assertThrows(() => readStatement(text, "postgres"), Error, "invalid");
  }
});
