import { assertEquals, assertThrows } from "@std/assert";
import { parse, parseAll, stringify, YamlSyntaxError } from "@std/yaml";

Deno.test("parse reads scalars like the real package", () => {
  const values: [string, unknown][] = [
    ["True", true],
    ["yes", "yes"],
    ["~", null],
    ["+42", 42],
    ["-0", 0],
    ["1_000", 1000],
    ["0b1010_1010", 170],
    ["012", 10],
    ["0x1A_2B", 6699],
    ["12e03", 12000],
    ["-.inf", -Infinity],
    ["1:15", "1:15"],
    ["2002-12-14", new Date("2002-12-14")],
    ["2001-12-14t21:59:43.10-05:00", new Date("2001-12-15T02:59:43.100Z")],
    ["!!binary SGVsbG8=", new TextEncoder().encode("Hello")],
    ["!!set { a, b }", { a: null, b: null }],
    ["!!omap [a: 1, b: 2]", [{ a: 1 }, { b: 2 }]],
    ["!!pairs [a: 1, a: 2]", [["a", 1], ["a", 2]]],
  ];
  for (const [text, value] of values) assertEquals(parse(text), value, text);
});

Deno.test("parse reads documents, anchors, merge keys and marks", () => {
  assertEquals(parse("a: &x { b: 1 }\nc: { <<: *x, d: 2 }"), { a: { b: 1 }, c: { b: 1, d: 2 } });
  assertEquals(parse("\ufeffa: 1"), { a: 1 });
  assertEquals(parse("# nothing"), null);
  assertEquals(parseAll("a: 1\n---\nb: 2\n"), [{ a: 1 }, { b: 2 }]);
  assertEquals(parse("a: 1\na: 2", { allowDuplicateKeys: true }), { a: 2 });
  assertEquals(Object.keys(parse("__proto__: 1") as object), ["__proto__"]);
});

Deno.test("parse reports the position of a syntax error", () => {
  const broken: [string, string, number, number, number][] = [
    ["a: 1\na: 2", "duplicated mapping key", 2, 1, 5],
    ["a: 'x", "unexpected end of the stream within a single quoted scalar", 1, 6, 5],
    ["a: 1\r\n---\r\nb: 2", "expected a single document", 3, 1, 11],
    ["a:\n  - !!js/undefined ~", "unknown scalar tag", 2, 5, 7],
    ["a: *b", 'unidentified alias "b"', 1, 5, 4],
  ];
  for (const [text, message, line, column, offset] of broken) {
    const error = assertThrows(() => parse(text), YamlSyntaxError, message);
    assertEquals([error.line, error.column, error.offset], [line, column, offset], text);
    assertEquals(error instanceof SyntaxError, true);
  }
  const { message } = assertThrows(() => parse("a: [1\nb: 2"), YamlSyntaxError);
  assertEquals(message, "deficient indentation at line 2, column 1:\n    b: 2\n    ^");
});

Deno.test("stringify writes what parse reads", () => {
  const value = { a: [1, { b: "x\ny\n" }], c: "yes", d: new Date(0), e: null, f: "" };
  assertEquals(parse(stringify(value)), value);
  assertEquals(stringify({ a: [1] }), "a:\n  - 1\n");
  assertEquals(stringify({ a: [1] }, { arrayIndent: false }), "a:\n- 1\n");
  assertEquals(stringify({ b: 1, a: 2 }, { sortKeys: true }), "a: 2\nb: 1\n");
  const shared = { x: 1 };
  assertEquals(stringify([shared, shared], { useAnchors: false }), "- x: 1\n- x: 1\n");
  assertThrows(() => stringify({ a: () => {} }), TypeError);
  assertEquals(stringify({ a: () => {}, b: 1 }, { skipInvalid: true }), "b: 1\n");
});
