import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { callNow, errorsIn, program, stopped, thrownBy, timed } from "../../../tests/language/run.ts";
import { seededTest } from "../../../tests/support/random.ts";
import type { Diagnostic } from "../../spec/mod.ts";
import { defineDecoder, failure, isError, lazyMap, lazyParts, Stream, type Value } from "../../value/mod.ts";
import type { CodeFailure } from "../mod.ts";

defineDecoder("cel test", (source) => ({ from: source as string }));

function evaluate(code: string, self: Value = null): Value {
  return callNow(program(code, "cel"), self);
}

Deno.test("JavaScript and CEL numbers mix", () => {
  const table: [code: string, self: Value, want: Value][] = [
    ["self + 1", 2, 3],
    ["1 + self", 2.5, 3.5],
    ["self - 1 == 1", 2, true],
    ["self * 2", 1.5, 3],
    ["self / 2", 5, 2.5],
    ["5 / 2", null, 2],
    ["5.0 / 2", null, 2.5],
    ["self % 2 == 1", 5, true],
    ["7 % self", 4, 3],
    ["self == 1", 1, true],
    ["1 == self", 1, true],
    ["1 == 1.0", null, true],
    ["1.0 != 1", null, false],
    ["self != 2", 1, true],
    ["self < 2 && self >= 1", 1, true],
    ["2 > self", 1, true],
    ["self in [1, 2]", 2, true],
    ["1u + 2u", null, 3],
    ["1u + 2.5 > 3", null, true],
    ["-self", 3, -3],
    ["9007199254740991 + 0", null, Number.MAX_SAFE_INTEGER],
    ["9007199254740993", null, 9007199254740993n],
    ["-9007199254740993", null, -9007199254740993n],
    ["self + 1", 5n, 6],
    ["self", 5n, 5],
    ["self", 2n ** 60n, 2n ** 60n],
    ["[1, 2u, {'a': 3}]", null, [1, 2, { a: 3 }]],
    ["self[0] + self[1]", [1, 2], 3],
    ["self.list[self.i]", { list: ["a", "b"], i: 1 }, "b"],
    ["size(self) * 2", "abc", 6],
    ["self.map(x, x * 2)", [1, 2.5], [2, 5]],
    ["int(self)", 2.7, 2],
    ["int('12') + self", 1, 13],
    ["string(self)", 1.5, "1.5"],
    ["double(self) + 0.5", "1", 1.5],
  ];
  for (const [code, self, want] of table) assertEquals(evaluate(code, self), want, code);
});

Deno.test("payloads of every type can be read and returned", () => {
  const date = new Date(Date.UTC(2020, 1, 29, 12));
  const stream = Stream.of(4);
  const bytes = new Uint8Array([104, 105]);
  const table: [code: string, self: Value, want: Value][] = [
    ["self", null, null],
    ["self == null", null, true],
    ["self.a.b[0].c", { a: { b: [{ c: "d" }] } }, "d"],
    ["has(self.body) ? self.body : null", { body: [1] }, [1]],
    ["has(self.body) ? self.body : null", {}, null],
    ["'a' in self", { a: 1 }, true],
    ["self['odd key']", { "odd key": 1 }, 1],
    ["{'status': 200, 'body': self}", [1], { status: 200, body: [1] }],
    ["[1, 'a', 2.5, null, true, {'b': [1]}]", null, [1, "a", 2.5, null, true, { b: [1] }]],
    ["self.filter(x, x.n > 1).map(x, x.n)", [{ n: 1 }, { n: 2 }], [2]],
    ["self.exists(x, x == 2) && self.all(x, x > 0) && self.exists_one(x, x == 1)", [1, 2], true],
    ["self.exists(key, key == 'a')", { a: 1 }, true],
    ["self + [3]", [1, 2], [1, 2, 3]],
    ["self + 'b'", "a", "ab"],
    ["self.getFullYear() == 2020 && self > timestamp('2020-01-01T00:00:00Z')", date, true],
    ["self", date, date],
    ["string(self)", date, "2020-02-29T12:00:00Z"],
    ["self + duration('1h')", date, new Date(date.getTime() + 3_600_000)],
    ["duration('90s')", null, "90s"],
    ["string(self) == 'hi' && size(self) == 2", bytes, true],
    ["self", bytes, bytes],
    ["b'hi'", null, bytes],
    ["bytes('hi')", null, bytes],
    ["type(1) == int && type(self) == map", {}, true],
    ["type('')", null, "string"],
    ["self.stream", { stream }, stream],
    ["{'body': self}", stream, { body: stream }],
    ["cel.bind(x, self + 1, x * x)", 2, 9],
    ["self == {'a': [1, 2]}", { a: [1, 2] }, true],
    ["self ? 'yes' : 'no'", true, "yes"],
  ];
  for (const [code, self, want] of table) assertEquals(evaluate(code, self), want, code);
  assertStrictEquals(evaluate("self.stream", { stream }), stream);
});

Deno.test("an error equals the message of any of its causes", () => {
  const error = failure<string>("outer", {
    code: "c",
    details: { status: 400 },
    cause: new AggregateError([new TypeError("first"), failure("second", { cause: new Error("deep") })], "both"),
  });
  for (const text of ["outer", "both", "first", "second", "deep"]) {
    assertEquals(evaluate(`self == "${text}"`, error), true, text);
    assertEquals(evaluate(`"${text}" == self`, error), true, text);
    assertEquals(evaluate(`self != "${text}"`, error), false, text);
  }
  assertEquals(evaluate('self == "other"', error), false);
  assertEquals(evaluate('self == "out"', error), false);
  const table: [code: string, want: Value][] = [
    ["string(self)", "outer"],
    ["self.message", "outer"],
    ["self.name", "Error"],
    ["self.code", "c"],
    ["self.details.status", 400],
    ["self.cause.message", "both"],
    ["self.cause.errors[0].name", "TypeError"],
    ["has(self.details)", true],
    ["self == self", true],
    ["self.message.contains('out')", true],
    ["self == 'invalid argument' || self == 'outer'", true],
  ];
  for (const [code, want] of table) {
    assertEquals(evaluate(code, error), want, code);
  }
  assertStrictEquals(evaluate("self", error), error);
  for (
    const other of [new TypeError("t"), new AggregateError([error], "a"), new (class Custom extends Error {})("u")]
  ) {
    assertEquals(evaluate(`self == "${other.message}"`, other), true);
    assertStrictEquals(evaluate("self", other), other);
    assertEquals(evaluate("{'error': self}", other), { error: other });
    assertEquals(evaluate("[self][0].message + '!'", other), `${other.message}!`);
    assertEquals(evaluate("self.list[0] == self.list[0].message", { list: [other] }), true);
  }
  const circle = new TypeError("circle");
  circle.cause = circle;
  assertEquals(evaluate("self == 'circle' && self.cause.cause.message == 'circle'", circle), true);
  assertEquals((evaluate("self.stack", error) as CodeFailure).message, "no such key: stack");
});

Deno.test("the extensions for strings, math, lists, sets and encoders work", () => {
  const table: [code: string, want: Value][] = [
    ["'hello'.charAt(self)", "e"],
    ["'hello'.charAt(5)", ""],
    ["'hello'.indexOf('l') + 'hello'.lastIndexOf('l')", 5],
    ["'hello'.indexOf('l', self + 2)", 3],
    ["'hello'.substring(self) + 'hello'.substring(1, self + 2)", "elloel"],
    ["['a', 'b'].join('-')", "a-b"],
    ["'ABC'.lowerAscii() + 'abc'.upperAscii()", "abcABC"],
    ["'a-b-c'.replace('-', '+')", "a+b+c"],
    ["'a-b-c'.replace('-', '+', self)", "a+b-c"],
    ["'abc'.replace('', '.')", ".a.b.c."],
    ["'a,b,c'.split(',')", ["a", "b", "c"]],
    ["'a,b,c'.split(',', self + 1)", ["a", "b,c"]],
    ["' a '.trim()", "a"],
    ["'abc'.reverse()", "cba"],
    ["strings.quote('a\"b')", '"a\\"b"'],
    ["'%s is %d, %.2f, %x and %%'.format(['a', 1, 2.345, 255])", "a is 1, 2.35, ff and %"],
    ["'%s'.format([self])", "1"],
    ["math.greatest(1, self + 1.5, 2) == 2.5", true],
    ["math.least([3, 1, 2])", 1],
    ["math.ceil(1.2) + math.floor(1.8) + math.round(2.5) + math.trunc(-1.5)", 5],
    ["math.abs(-3) + math.sign(-2.0)", 2],
    ["math.bitAnd(6, 3) + math.bitOr(4, 1) + math.bitXor(5, 1) + math.bitShiftLeft(1, 4)", 27],
    ["[[1], [2, [3]]].flatten()", [1, 2, [3]]],
    ["[[1], [2, [3]]].flatten(2)", [1, 2, 3]],
    ["[1, 1.0, 'a', 'a', [1], [1]].distinct()", [1, "a", [1]]],
    ["[3, 1, 2].sort() + ['b', 'a'].sort()", [1, 2, 3, "a", "b"]],
    ["[1, 2, 3, 4].slice(1, self + 2)", [2, 3]],
    ["lists.range(3)", [0, 1, 2]],
    ["[1, 2].reverse()", [2, 1]],
    ["sets.contains([1, 2, 3], [3.0, 1])", true],
    ["sets.equivalent(['a', 'b'], ['b', 'a', 'a'])", true],
    ["sets.intersects([1], [2])", false],
    ["base64.encode(b'hello') + string(base64.decode('aGk='))", "aGVsbG8=hi"],
    ["'abc'.matches('^a.c$')", true],
  ];
  for (const [code, want] of table) assertEquals(evaluate(code, 1), want, code);
});

Deno.test("errors of an expression have an offset", () => {
  const table: [code: string, self: Value, message: string, offset: number, code_: string][] = [
    ["self.a.b", { a: {} }, "no such key: b", 7, "no_such_key"],
    ["1 + self.n", {}, "no such key: n", 9, "no_such_key"],
    ["self + 'a'", 1, "no such overload: dyn<double> + string", 0, "no_such_overload"],
    ["'é😀' == '' || 1 / (self == 0 ? 0 : 1) > 0", 0, "division by zero", 15, "division_by_zero"],
    ["self[5]", [1], "no such key: index out of bounds, index 5 >= size 1", 0, "index_out_of_bounds"],
    ["[1][self]", 1.5, "", -1, ""],
    [
      "'abc'.charAt(9)",
      null,
      "invalid index of charAt 9: expected 0 to 3",
      -1,
      "index_out_of_range",
    ],
    ["self ? 1 : 2", 1, "ternary condition must be bool, got 'double'", 0, "invalid_condition_type"],
    [
      "'a'.matches(self)",
      "(",
      'invalid regular expression "(": missing closing ): `(`',
      -1,
      "invalid_regular_expression",
    ],
  ];
  for (const [code, self, message, offset, errorCode] of table) {
    const seen = evaluate(code, self) as CodeFailure;
    assert(isError(seen), code);
    if (message === "") continue;
    assertEquals([seen.message, seen.code], [message, errorCode], code);
    if (offset >= 0) assertEquals(seen.offset, offset, code);
  }
});

Deno.test("check finds errors in an expression", () => {
  const table: [code: string, diagnostic: Diagnostic][] = [
    ["self +", { message: "unexpected token: EOF", location: { offset: 6 } }],
    ["self.", { message: "expected IDENTIFIER, got EOF", location: { offset: 5 } }],
    ["self == 'a", { message: "unterminated string", location: { offset: 8 } }],
    ["slef.a", { message: "unknown variable: slef", hint: "the only variable is `self`", location: { offset: 0 } }],
    ["body.a == 1", {
      message: "unknown variable: body",
      hint: "the only variable is `self`",
      location: { offset: 0 },
    }],
    ["nothing(1)", { message: "found no matching overload for 'nothing(int)'", location: { offset: 0 } }],
    ["'a' + 1", { message: "no such overload: string + int", location: { offset: 0 } }],
    ["{'a': 1, 'constructor': 2}", {
      message: 'unsupported key "constructor" in a map literal',
      location: { offset: 9 },
    }],
    ["self.matches('(')", {
      message: 'invalid regular expression "(": missing closing ): `(`',
      location: { offset: 13 },
    }],
    ["self & 1", { message: "unexpected character: &", location: { offset: 5 } }],
  ];
  for (const [code, diagnostic] of table) {
    assertEquals(errorsIn("cel", code), [diagnostic], code);
    const thrown = thrownBy(() => program(code, "cel"));
    assertEquals([thrown.code, thrown.offset], ["bad_code", diagnostic.location?.offset], code);
  }
  assertEquals(errorsIn("cel", "self.a.b == 'c'"), []);
});

Deno.test("huge expressions are rejected", () => {
  const check = (code: string) => errorsIn("cel", code);
  for (
    const code of [
      "(".repeat(500) + "1" + ")".repeat(500),
      "[".repeat(500) + "]".repeat(500),
      `1${" + 1".repeat(20_000)}`,
      "!".repeat(70_000) + "true",
      `[${"1,".repeat(2000)}]`,
      `self${".a".repeat(500)}`,
      " ".repeat(70_000),
    ]
  ) assertEquals(check(code).length, 1, code.slice(0, 20));
  assertEquals(check(`1${" + 1".repeat(500)}`), []);
});

Deno.test("a value that is joined with itself again and again ends at a limit", () => {
  const doubled = (first: string, last: string) =>
    Array.from({ length: 40 }, (_, n) => `cel.bind(v${n}, ${n === 0 ? first : `v${n - 1} + v${n - 1}`}, `).join("") +
    `${last}${")".repeat(40)}`;
  for (const first of ["'abcdefgh'", "b'abcdefgh'", "[1, 2]"]) {
    const seen = evaluate(doubled(first, "v39"), null) as CodeFailure;
    assertEquals([seen.code, /^\+: the result exceeds \d+ characters or items$/.test(seen.message)], [
      "too_large",
      true,
    ]);
  }
  assertEquals(evaluate("self + self", "x".repeat(8 * 2 ** 20)), "x".repeat(16 * 2 ** 20));
});

Deno.test("an expression cannot reach the engine's objects", () => {
  for (
    const self of [{}, [], "text", 1, true, null, new Date(0), new Uint8Array(1), failure("e"), Stream.of(1)] as Value[]
  ) {
    for (
      const key of [
        "constructor",
        "__proto__",
        "prototype",
        "toString",
        "valueOf",
        "hasOwnProperty",
        "__defineGetter__",
        "stack",
        "ticket",
        "getTime",
        "length",
        "buffer",
        "map",
      ]
    ) {
      for (const code of [`self.${key}`, `self["${key}"]`, `[self][0]["${key}"]`]) {
        assert(isError(evaluate(code, self)), `${code} of ${self}`);
      }
      const has = evaluate(`has(self.${key})`, self);
      assert(isError(has) || has === false, `has ${key}`);
    }
  }
  for (
    const code of [
      "math",
      "google",
      "cel",
      "google.protobuf.Timestamp.constructor",
      "math.constructor",
      "[math]",
      "{'a': sets}",
    ]
  ) {
    const seen = evaluate(code);
    assert(isError(seen) || typeof seen !== "object" || code === "google", code);
  }
  assertEquals(evaluate("self == {'toString': 1}", { valueOf: 1 }), false);
  assertEquals(evaluate("'toString' in self", {}), false);
});

Deno.test("maps may have any key", () => {
  const map = JSON.parse('{"constructor": {"a": 1}, "__proto__": {"b": 2}, "toString": 3, "length": 4}');
  const table: [code: string, want: Value][] = [
    ["self.constructor.a", 1],
    ["self['__proto__'].b", 2],
    ["self.toString + self.length", 7],
    ["self", map],
    ["has(self.constructor) && 'constructor' in self", true],
    ["{'kept': self}", { kept: map }],
    ["self.exists(key, key == 'constructor')", true],
    ["[self].map(x, x.constructor.a)", [1]],
  ];
  for (const [code, want] of table) assertEquals(evaluate(code, map), want, code);
  assertEquals(evaluate("self.list[0].constructor", { list: [{ constructor: 5 }] }), 5);
  assertStrictEquals(evaluate("self", map), map);
});

Deno.test("only the fields of a lazy map that are read are decoded", () => {
  const lazy = lazyMap({
    fields: { method: "GET", body: null },
    lazy: { body: { decoder: "no such decoder", source: "x" } },
  });
  assertEquals(evaluate("self.method == 'GET'", lazy), true);
  assertStrictEquals(evaluate("self", lazy), lazy);
  assert(lazyParts(evaluate("self", lazy)) !== undefined);
  assertEquals((evaluate("self.body", lazy) as Error).message, 'unknown decoder "no such decoder"');
  assertEquals((evaluate("has(self.body)", lazy) as Error).message, 'unknown decoder "no such decoder"');
  assertEquals(evaluate("self.method == 'GET' || self.body == 1", lazy), true);
  const awkward = lazyMap({
    fields: { constructor: 1, method: "GET", body: null },
    lazy: { body: { decoder: "cel test", source: "x" } },
  });
  assertEquals(evaluate("self.method + string(self.constructor) + self.body.from", awkward), "GET1x");
  assertStrictEquals(evaluate("self", awkward), awkward);
});

Deno.test("an expression that takes too long is stopped and stays usable", () => {
  const list = Array.from({ length: 3000 }, (_, i) => i);
  const table: [code: string, self: Value, fine: Value, want: Value][] = [
    ["self.all(a, self.all(b, self.all(c, a + b + c >= 0)))", list, [1], true],
    ["self.map(a, self.map(b, self.map(c, a)))", list, [1], [[[1]]]],
  ];
  for (const [code, self, fine, want] of table) {
    const made = program(code, "cel");
    assertStrictEquals(timed(30, () => made.call(self)), stopped, code);
    assertEquals(timed(1000, () => made.call(fine)), want, code);
  }
});

seededTest("the types of values of ever new shapes do not fill the memory", (random) => {
  const below = (limit: number) => random.below(limit);
  const made = program("self == [1] || self != {'a': 1}", "cel");
  const shape = (): Value => {
    let value: Value = 1;
    for (let i = 0; i < 150; i++) value = below(2) === 0 ? [value] : { a: value };
    return value;
  };
  const memory = (): number => {
    (globalThis as { gc?: () => void }).gc?.();
    return Deno.memoryUsage().heapUsed;
  };
  for (let i = 0; i < 200; i++) made.call(shape());
  const before = memory();
  for (let i = 0; i < 3000; i++) made.call(shape());
  // With 150 types of a few hundred bytes for each of the 3,000 values it would be over 300 MB.
  assert(memory() - before < 100e6);
});

Deno.test("an expression has the value that cel-go gives it", () => {
  const table: [code: string, want: Value][] = [
    ["[].exists(x, x > 0) || {}.exists(k, k > 0)", false],
    ["[].all(x, x > 0) && {}.all(k, k > 0)", true],
    ["[].map(x, x + 1)", []],
    ["[[]][0].exists(x, x > 0)", false],
    ["'a.b'.matches('\\\\Qa.b\\\\E')", true],
    ["'abc'.matches('^[[:alpha:]]+$') && matches('abc', '(?P<n>b)')", true],
    ["'a\\nb'.matches('(?s)a.b')", true],
    ["'😀x'.charAt(0)", "😀"],
    ["'😀x'.indexOf('x') + '😀x😀x'.lastIndexOf('x')", 4],
    ["'😀xy'.substring(1, 2)", "x"],
    ["'😀x'.split('')", ["😀", "x"]],
    ["'ßé'.upperAscii() + 'ÄA'.lowerAscii()", "ßéÄa"],
    ["timestamp('2024-02-29T00:00:00Z').getDayOfYear()", 59],
    ["duration('0')", "0s"],
    ["int('-12') + int('+3')", -9],
    ["has({'a': 1}.a) && !has({'a': 1}.b)", true],
    ["{'a-b': 2}.`a-b`", 2],
    ["br'\\n' == b'\\\\n'", true],
    ["{'a': 1}.?b.orValue(3)", 3],
    ["optional.of(2).optMap(x, x * 2)", 4],
    ["optional.none()", null],
    ["[1, 2].transformList(i, x, i + x)", [1, 3]],
    ["{'a': 1}.transformMap(k, v, k + string(v))", { a: "a1" }],
    ["{'a': 1}.transformMapEntry(k, v, {k + k: v})", { aa: 1 }],
    ["[1, 2].all(i, x, x == i + 1) && [1].exists(i, x, i == 0) && [1, 2].existsOne(i, x, x == 2)", true],
    ["[1, 2].existsOne(x, x == 2)", true],
    ["{1: 'a', true: 'b'}[1u]", "a"],
    ["[1.0, 2] == [1, 2u]", true],
    ["'%.0f'.format([2.5])", "2"],
  ];
  for (const [code, want] of table) assertEquals(evaluate(code), want, code);
});

Deno.test("an expression for which cel-go has an error has one", () => {
  for (
    const code of [
      "[][0] > 1",
      "timestamp('2023-02-29T00:00:00Z')",
      "timestamp('2023-04-31T00:00:00Z')",
      "timestamp('2023-01-01T24:00:00Z')",
      "timestamp('2023-01-01 00:00:00+00:00')",
      "timestamp('9999-12-31T23:59:59Z') + duration('1s')",
      "duration('s')",
      "duration('320000000000s')",
      "int('')",
      "int(' 1')",
      "int('0b1')",
      "int(1e19)",
      "uint('')",
      "uint('-1')",
      "uint(-0.5)",
      "double('')",
      "double('0x10')",
      "bool('')",
      "string(b'\\xff')",
      "-(-9223372036854775808)",
      "-9223372036854775808 / -1",
      "'%d'.format([1.5])",
      "{'a': 1, 'a': 2}",
      "{1: 1, 1u: 2}",
      "{1.5: 1}",
      "{null: 1}",
      "'a'.matches(dyn('(?=a)'))",
    ]
  ) assert(isError(thrownOr(code)), code);
});

function thrownOr(code: string): Value {
  try {
    return evaluate(code);
  } catch (error) {
    return error as Error;
  }
}

Deno.test("a regular expression takes linear time", () => {
  assertStrictEquals(timed(1000, () => evaluate("self.matches('(a+)+$')", `${"a".repeat(5000)}b`)), false);
});
