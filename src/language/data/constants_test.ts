import { assert, assertEquals, assertThrows } from "@std/assert";
import { errorsIn, program, realm } from "../../../tests/language/run.ts";
import { seededTest } from "../../../tests/support/random.ts";
import { readSpecs } from "../../spec/mod.ts";
import { isError, type Value } from "../../value/mod.ts";
import { type CodeFailure, compileCondition, isTruthy, languageOf, LANGUAGES } from "../mod.ts";

Deno.test("there are seven languages, which the error for an unknown one lists", () => {
  assertEquals(Object.keys(LANGUAGES), ["text", "html", "json", "yaml", "cel", "javascript", "typescript"]);
  for (const [name, language] of Object.entries(LANGUAGES)) assertEquals(language.name, name);
  for (const name of ["python", "constructor", "__proto__", ""]) {
    assertThrows(
      () => languageOf(name),
      Error,
      `unknown language ${JSON.stringify(name)}: expected text, html, json, yaml, cel, javascript, typescript`,
    );
  }
});

Deno.test("constants return their value", () => {
  const table: [language: string, code: string, want: Value][] = [
    ["text", "", ""],
    ["text", "any {{ text }}\n", "any {{ text }}\n"],
    ["html", "<p>{{ text }}</p>", "<p>{{ text }}</p>"],
    ["json", "null", null],
    ["json", ' {"a": [1, {"b": "c"}], "__proto__": 2} ', JSON.parse('{"a": [1, {"b": "c"}], "__proto__": 2}')],
    ["yaml", "", null],
    ["yaml", "a: [1, two]\nb: &x {c: true}\nd: *x\n", { a: [1, "two"], b: { c: true }, d: { c: true } }],
    ["yaml", "!!binary aGk=", new Uint8Array([104, 105])],
    ["yaml", "at: !!timestamp 2020-01-02", { at: new Date("2020-01-02") }],
    ["yaml", "!!set {a, b}", { a: null, b: null }],
  ];
  for (const [language, code, want] of table) {
    assertEquals(errorsIn(language, code), []);
    const made = program(code, language);
    made.start();
    assertEquals(made.call("ignored"), want, code);
    assertEquals(made.takeLogs(), []);
    made.release();
  }
});

Deno.test("scalars of a YAML snippet mean what they mean in a spec file", () => {
  const scalars: [written: string, value: Value][] = [
    ["017", 17],
    ["01234", 1234],
    ["-017", -17],
    ["0o17", 15],
    ["0x1F", 31],
    ["0b11", "0b11"],
    ["1_000", "1_000"],
    ["1_000.5", "1_000.5"],
    ["190:20:30", "190:20:30"],
    ["2001-01-23", "2001-01-23"],
    ["2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"],
    ["yes", "yes"],
    ["True", true],
    ["Null", null],
    ["1e3", 1000],
    [".inf", Infinity],
  ];
  for (const [written, value] of scalars) {
    const made = program(`v: ${written}`, "yaml");
    assertEquals(made.call(null), { v: value }, written);
    made.release();
    assertEquals(readSpecs(`kind: k\nv: ${written}\n`, "x.yaml").specs[0]?.spec.fields, { v: value }, written);
  }
});

Deno.test("changing the result of a constant does not affect the next call", () => {
  const frozen = program('{"a": [1]}', "json");
  const first = frozen.call(null) as { a: number[] };
  assertThrows(() => first.a.push(2), TypeError);
  assertEquals(frozen.call(null), { a: [1] });
  const copied = program("{bytes: !!binary aGk=, at: !!timestamp 2020-01-02}", "yaml");
  const given = copied.call(null) as { bytes: Uint8Array; at: Date };
  given.bytes[0] = 0;
  given.at.setTime(0);
  assertEquals(copied.call(null), { bytes: new Uint8Array([104, 105]), at: new Date("2020-01-02") });
});

Deno.test("errors of invalid constants have an offset", () => {
  const table: [language: string, code: string, message: RegExp, offset: number | undefined][] = [
    ["json", "", /^invalid JSON: Unexpected end of JSON input$/, 0],
    ["json", '{"a": 1,}', /^invalid JSON: Expected double-quoted property name$/, 8],
    ["json", '{"a": x}', /^invalid JSON: Unexpected token 'x'$/, 6],
    ["json", "[1, 2", /^invalid JSON: /, 5],
    ["json", '["a\nb"]', /^invalid JSON: Bad control character in string literal$/, 3],
    ["json", "1 2", /^invalid JSON: /, 2],
    ["json", `${"[".repeat(300)}${"]".repeat(300)}`, /nested deeper than 200/, undefined],
    ["yaml", "a: [1, 2", /^invalid YAML: unexpected end/, 8],
    ["yaml", "a: 1\r\n b: 2", /^invalid YAML: bad indentation/, 8],
    ["yaml", "a: '\u2028'\n\tb", /^invalid YAML/, 8],
    ["yaml", "a: 1\n---\nb: 2", /^invalid YAML: expected a single document/, 9],
    ["yaml", "&a [*a]", /nested deeper than 200/, undefined],
    [
      "yaml",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${
        [..."bcdefghi"].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[i]}`)}]`).join("\n")
      }`,
      /more than 1000000 values/,
      undefined,
    ],
  ];
  for (const [language, code, message, offset] of table) {
    const [diagnostic, ...more] = errorsIn(language, code);
    assertEquals(more, []);
    assert(message.test(diagnostic!.message), `${code.slice(0, 40)}: ${diagnostic!.message}`);
    if (code.startsWith("a: '")) assert(diagnostic!.location?.offset! > 0);
    else assertEquals(diagnostic!.location?.offset, offset, code.slice(0, 40));
    const error = assertThrows(() => program(code, language)) as CodeFailure;
    assertEquals([error.code, error.offset], ["bad_code", diagnostic!.location?.offset]);
  }
});

seededTest("the offset of an error in JSON is that of the first unexpected character", (random) => {
  const below = (limit: number) => random.below(limit);
  const CHARS = '{}[]:,"ab\\u1 0.e-+tfn\n';
  const words = ["true", "false", "null", '"x"', '"\\u00e9"', "1.5e3", "-0", "{}", "[]", "[1]", '{"a":1}'];
  const isPrefix = (text: string): boolean =>
    // A string that JSON can begin with becomes JSON with some ending: the parser then rejects only its end, or nothing.
    words.length > 0 && /Unexpected end|Unterminated/.test(messageOf(text)) || messageOf(text) === "";
  const messageOf = (text: string): string => {
    try {
      JSON.parse(text);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (let i = 0; i < 5000; i++) {
    let text = "";
    for (let n = 1 + below(8); n > 0; n--) {
      text += below(3) === 0 ? words[below(words.length)] : CHARS[below(CHARS.length)];
    }
    const [diagnostic] = errorsIn("json", text);
    if (diagnostic === undefined) continue;
    const at = diagnostic.location?.offset!;
    const stated = /at position (\d+)/.exec(messageOf(text))?.[1];
    if (stated !== undefined && !/escape|Unicode|Unterminated|fraction|exponent|minus/i.test(messageOf(text))) {
      assertEquals(at, Number(stated), JSON.stringify(text));
    }
    assert(at >= 0 && at <= text.length, JSON.stringify(text));
    if (at < text.length && !/[tfn\d.eE+\\-]/.test(text.slice(Math.max(0, at - 1), at + 1))) {
      assert(!isPrefix(text.slice(0, at + 1)), JSON.stringify([text, at]));
    }
  }
});

Deno.test("a condition returns true, false or an error", () => {
  const table: [code: string, self: Value, want: boolean][] = [
    ["self", true, true],
    ["self", false, false],
    ["self", 0, false],
    ["self", -0, false],
    ["self", NaN, true],
    ["self", 0.5, true],
    ["0", null, false],
    ["9007199254740993", null, true],
    ["self", "", false],
    ["self", "false", true],
    ["self", null, false],
    ["self", [], false],
    ["self", [0], true],
    ["self", {}, false],
    ["self", { a: null }, true],
    ["self", new Uint8Array(0), false],
    ["self", new Uint8Array(1), true],
    ["self", new Date(0), true],
    ["self.n > 1", { n: 2 }, true],
    ["self == 'boom'", new Error("boom"), true],
  ];
  for (const [code, self, want] of table) {
    const condition = compileCondition(code, { realm });
    condition.start();
    assertEquals(condition.call(self), want, `${code} of ${String(self)}`);
    assertEquals(condition.takeLogs(), []);
    condition.release();
  }
  const failing = compileCondition("self.n > 1", { realm }).call({}) as CodeFailure;
  assert(isError(failing));
  assertEquals([failing.message, failing.offset], ["no such key: n", 5]);
  assert(!isTruthy(0n) && isTruthy(1n));
});

Deno.test("errors in a condition are found", () => {
  assertEquals(errorsIn("cel", "self.a == 1"), []);
  assertEquals(errorsIn("cel", "self.a = 1"), [{ message: "unexpected character: =", location: { offset: 7 } }]);
  assertThrows(() => compileCondition("self.", { realm }), Error, "expected IDENTIFIER");
});
