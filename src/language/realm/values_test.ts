import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { program, run } from "../../../tests/language/run.ts";
import { seededTest } from "../../../tests/support/random.ts";
import { type Failure, failure, isError, isMap, measure, Stream, type Value } from "../../value/mod.ts";
import type { CodeFailure } from "../mod.ts";

Deno.test("values come back unchanged", () => {
  const values: Value[] = [
    null,
    true,
    0,
    -0,
    1.5,
    NaN,
    -Infinity,
    2 ** 60,
    12345678901234567890n,
    -1n,
    "",
    "é\u0000\ud800",
    [],
    {},
    [[], {}, null],
    { a: { b: [1, { c: "d" }] } },
    new Uint8Array([0, 255]),
    new Date(1234),
    new Date(NaN),
    JSON.parse('{"__proto__": {"a": 1}, "constructor": 1, "toString": 2, "length": 3, "then": 4, "": 5}'),
  ];
  const same = program("export default (value) => value");
  for (const value of values) assertEquals(same.call(value), value);
  assertEquals(same.call(values), values);
});

seededTest("random values come back unchanged", (numbers) => {
  const below = (limit: number) => numbers.below(limit);
  const random = (depth: number): Value => {
    switch (below(depth > 0 ? 10 : 8)) {
      case 0:
        return null;
      case 1:
        return below(2) === 0;
      case 2:
        return below(1e9) / 7 - 1e8;
      case 3:
        return BigInt(below(1e9)) ** BigInt(below(9));
      case 4:
        return new Date(below(2e9) * 1000);
      case 5:
        return Uint8Array.from({ length: below(20) }, () => below(256));
      case 6:
      case 7:
        return String.fromCharCode(...Array.from({ length: below(9) }, () => below(0x3000)));
      case 8:
        return Array.from({ length: below(6) }, () => random(depth - 1));
      default:
        return Object.fromEntries(Array.from({ length: below(6) }, (_, i) => [`k${i}${below(9)}`, random(depth - 1)]));
    }
  };
  const same = program("export default (value) => value");
  for (let i = 0; i < 2000; i++) {
    const value = random(6);
    assertEquals(same.call(value), value);
  }
});

Deno.test("a snippet's argument and result are copies", () => {
  const argument = { list: [1], bytes: new Uint8Array([1]) };
  const changed = run(
    "export default (value) => { value.list.push(2); value.bytes[0] = 9; value.x = 1; return value }",
    argument,
  );
  assertEquals(argument, { list: [1], bytes: new Uint8Array([1]) });
  assertEquals(changed, { list: [1, 2], bytes: new Uint8Array([9]), x: 1 });

  const kept = program("const state = { n: [0] }; export default () => { state.n[0]++; return state }");
  const first = kept.call(null);
  kept.call(null);
  assertEquals(first, { n: [1] });
  assertStrictEquals(Object.getPrototypeOf(first), Object.prototype);
  assert(isMap(first) && (first.n as object).constructor === Array);
});

Deno.test("JavaScript values become payloads", () => {
  const table: [code: string, want: Value][] = [
    ["({ a: undefined, b: null })", { b: null }],
    ["[undefined, , 1]", [null, null, 1]],
    ["new Map([['a', 1], ['__proto__', new Map()]])", JSON.parse('{"a": 1, "__proto__": {}}')],
    ["new Map([[1, 'a'], ['b', 2]])", [[1, "a"], ["b", 2]]],
    ["new Set([1, new Set(['a'])])", [1, ["a"]]],
    ["new Uint8ClampedArray([300])", new Uint8Array([255])],
    ["new Uint8Array([1, 2, 3, 4]).subarray(1, 3)", new Uint8Array([2, 3])],
    ["new Uint8Array([1, 2]).buffer", new Uint8Array([1, 2])],
    ["new DataView(new Uint8Array([1, 2, 3]).buffer, 1)", new Uint8Array([2, 3])],
    ["new Float64Array([1.5])", [1.5]],
    ["new Int32Array([-1])", [-1]],
    ["new BigUint64Array([5n])", [5n]],
    ["Object(1)", 1],
    ["[Object('a'), Object(true), Object(1n)]", ["a", true, 1n]],
    ["new Date(7)", new Date(7)],
    ["new (class Point { x = 1; #hidden = 2; get y() { return 3 } })()", { x: 1 }],
    ["Object.assign(Object.create(null), { a: 1 })", { a: 1 }],
    ["({ get a() { return 1 }, [Symbol('s')]: 2 })", { a: 1 }],
    ["Object.defineProperty({ a: 1 }, 'b', { value: 2 })", { a: 1 }],
    ["new URL('http://h/')", "http://h/"],
    ["({ q: new URLSearchParams({ a: 'x y', b: 1 }) })", { q: "a=x+y&b=1" }],
    ["new (class Mine extends URLSearchParams { toString() { return 'lie' } })('a=1')", "a=1"],
    [
      "new (class extends Uint8Array { get byteLength() { return 1 } get length() { return 1 } })(3)",
      new Uint8Array(3),
    ],
    ["new (class extends Int16Array { get [Symbol.toStringTag]() { return 'Uint8Array' } })(2)", [0, 0]],
    ["new (class extends DataView { get byteLength() { return 1 } })(new ArrayBuffer(3))", new Uint8Array(3)],
    ["new (class extends ArrayBuffer { get byteLength() { return 1 } })(3)", new Uint8Array(3)],
    ["({})", {}],
    ["new (class Empty {})()", {}],
    ["({ at: Temporal.PlainDate.from('2020-01-02') })", { at: "2020-01-02" }],
    ["new (class { toJSON(key) { return [key] } })()", [""]],
    ["({ k: new (class { toJSON(key) { return key } })() })", { k: "k" }],
    ["Object.assign([1, 2], { extra: 3 })", [1, 2]],
    ["new Proxy([1, 2], {})", [1, 2]],
    ["new Proxy({ a: 1 }, { get: () => 2 })", { a: 2 }],
    ["(function () { return arguments })(1, 2)", { 0: 1, 1: 2 }],
    ["'x'.repeat(3).concat(Object('y'))", "xxxy"],
  ];
  for (const [code, want] of table) assertEquals(run(`export default () => ${code}`), want, code);
});

Deno.test("a result that cannot be a payload is an error that says where", () => {
  const table: [code: string, want: string | null][] = [
    ["() => 1", "a function"],
    ["Symbol('s')", "a symbol"],
    ["({ body: { items: [1, 2, 3, { fn() {} }] } })", "a function at body.items[3].fn"],
    ["[[Symbol.iterator]]", "a symbol at [0][0]"],
    ["({ 'odd key': { é: () => 1 } })", 'a function at ["odd key"].é'],
    ["new Map([['a', [Math.max]]])", "a function at a[0]"],
    ["new Set([1, class {}])", "a function at [1]"],
    ["(() => { const a = { b: { c: [] } }; a.b.c.push(a.b); return a })()", "a value that contains itself at b.c[0]"],
    ["(() => { const a = []; a.push(a); return a })()", "a value that contains itself at [0]"],
    ["({ p: Promise.resolve(1) })", "a promise; await it first at p"],
    ["({ p: /x/ })", "a regular expression; take its source at p"],
    ["({ p: [1].values() })", "an iterator; spread it into a list first at p"],
    ["new WeakMap()", "a WeakMap"],
    ["(async function* () {})()", "an async iterator; use Array.fromAsync first"],
    ["[new Intl.NumberFormat()]", "an Intl.NumberFormat at [0]"],
    ["new Intl.Locale('en')", "an Intl.Locale"],
    ["new Intl.Segmenter().segment('a')", null],
    ["new TextDecoder()", "a TextDecoder"],
    ["new (class Mine extends TextEncoder {})()", "a TextEncoder"],
    ["new DisposableStack()", "a DisposableStack"],
    ["Object.create(Map.prototype)", null],
    ["({ m: Math })", "Math at m"],
    ["JSON", "JSON"],
    ["Reflect", "Reflect"],
    ["Intl", "Intl"],
    ["Temporal", "Temporal"],
    ["globalThis", "the global object"],
    ["Object(Symbol())", "a Symbol"],
    ["({ toJSON: () => 1 })", "a function at toJSON"],
  ];
  for (const [code, want] of table) {
    const seen = run(`export default () => ${code}`) as CodeFailure;
    if (want === null) {
      assert(seen instanceof Error, code);
      continue;
    }
    assertEquals(seen.message, `a snippet cannot return ${want}`, code);
    assertEquals([seen.name, seen.code], ["TypeError", "not_a_value"]);
  }
});

Deno.test("a result that is too large is an error that says where", () => {
  const table: [code: string, want: RegExp][] = [
    ["let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a", /more than 200 levels at (\[0\])+\.\.\.$/],
    ["const a = []; a.length = 4294967295; return { a }", /more than 1000000 values at a$/],
    ["return Array(1001).fill(Array(1001).fill(0))", /more than 1000000 values at \[\d+\]/],
    ["return new Set(Array.from({ length: 1000001 }, (_, i) => i))", /more than 1000000 values$/],
    ["return 'x'.repeat(17 * 2 ** 20)", /more than 16 MiB$/],
    ["return { a: 'x'.repeat(9 * 2 ** 20), b: 'x'.repeat(9 * 2 ** 20) }", /more than 16 MiB at b$/],
    ["return new Uint8Array(17 * 2 ** 20)", /more than 16 MiB$/],
    ["return new (class extends Uint8Array { get byteLength() { return 0 } })(17 * 2 ** 20)", /more than 16 MiB$/],
    ["return new (class extends ArrayBuffer { get byteLength() { return 0 } })(17 * 2 ** 20)", /more than 16 MiB$/],
    ["return [2n ** 70000n]", /a bigint of more than 65536 bits at \[0\]$/],
    [
      "return new Proxy({}, { ownKeys: () => ['a'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }), get(t, k, r) { return r } })",
      /contains itself at a/,
    ],
    [
      "const deep = () => new Proxy({}, { ownKeys: () => ['a'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }), get: deep }); return deep()",
      /more than 200 levels/,
    ],
  ];
  for (const [code, want] of table) {
    const seen = run(`export default () => { ${code} }`) as CodeFailure;
    assert(want.test(seen.message), seen.message);
    assertEquals(seen.code, want.source.includes("contains itself") ? "not_a_value" : "too_large", code);
  }
  const edge = run("export default () => { let a = []; for (let i = 0; i < 199; i++) a = [a]; return a }");
  measure(edge);
});

Deno.test("an argument that is nested too deeply or not a payload is an error", () => {
  let deep: Value = [];
  for (let i = 0; i < 300; i++) deep = [deep];
  const same = program("export default (value) => 1");
  assertEquals((same.call(deep) as Failure).code, "too_large");
  assertEquals((same.call([() => 1] as unknown as Value) as Failure).code, "not_a_value");
  assertEquals((same.call([new Map()] as unknown as Value) as Failure).code, "not_a_value");
  const wide = Array(1001).fill(Array(4000).fill(0));
  assertEquals((same.call(wide) as Failure).code, "too_large");
  assertEquals(same.call([]), 1);
});

Deno.test("an error keeps all its fields on the way in and out", () => {
  const given = failure<string>("outer", {
    code: "c",
    details: { status: 400, at: new Date(1) },
    cause: new AggregateError([new TypeError("first"), failure<string>("second", { code: "d" })], "both"),
    position: "f.yaml:1:2",
  });
  given.name = "Named";
  given.path = ["a", "b"];
  const read = `export default (error) => [
    error instanceof Error, error.error(), error.message, error.name, error.code, error.details.status, error.cause instanceof AggregateError,
    error.cause.errors[0] instanceof TypeError, error.cause.errors.map((inner) => inner.error()).join(), error.cause.errors[1].code,
    Object.keys(error).length, String(error),
  ]`;
  assertEquals(run(read, given), [
    true,
    "outer",
    "outer",
    "Named",
    "c",
    400,
    true,
    true,
    "first,second",
    "d",
    0,
    "Named: outer",
  ]);
  for (const code of ["return error", "throw error", "return (async () => { throw error })()"]) {
    const seen = run(`export default (error) => { ${code} }`, given) as Failure & { cause: AggregateError };
    assert(isError(seen) && seen !== given);
    assertEquals([seen.name, seen.message, seen.code, seen.position, seen.path], [
      "Named",
      "outer",
      "c",
      "f.yaml:1:2",
      ["a", "b"],
    ]);
    assertEquals(seen.details, { status: 400, at: new Date(1) });
    assert(seen.cause instanceof AggregateError && seen.cause.errors[0] instanceof TypeError);
    assertEquals((seen.cause.errors[1] as Failure).code, "d");
  }
});

Deno.test("any thrown value becomes an error", () => {
  const table: [code: string, message: string, rest?: Partial<Failure>][] = [
    ["new TypeError('t')", "t", { name: "TypeError" }],
    ["'text'", "text"],
    ["5", "thrown: 5"],
    ["null", "thrown: null"],
    ["undefined", "thrown: undefined"],
    ["Symbol('s')", "thrown: Symbol(s)"],
    ["() => 1", "thrown: [Function: (anonymous)]"],
    ["{ a: 1 }", "thrown: { a: 1 }", { details: { a: 1 } }],
    ["{ message: 'm', code: 'c', status: 404 }", "m", {
      code: "c",
      details: { message: "m", code: "c", status: 404 },
    }],
    ["Object.assign(new Error('e'), { code: 404, details: { a: [1] } })", "e", { code: "404", details: { a: [1] } }],
    ["Object.assign(new Error('e'), { details: () => 1 })", "e"],
    ["new Error('e', { cause: 'why' })", "e", { cause: "why" }],
    ["new Error('e', { cause: { a: 1 } })", "e", { cause: "{ a: 1 }" }],
    ["Object.assign(new Error('e'), { name: Symbol(), message: {}, code: null })", ""],
    ["new (class Custom extends Error { name = 'Custom' })('c')", "c", { name: "Custom" }],
    ["{ get message() { throw new Error('trap') } }", "an error that cannot be read was thrown"],
    [
      "Object.defineProperty(new Error('x'), 'message', { get() { throw 1 } })",
      "an error that cannot be read was thrown",
    ],
    ["new Proxy(new Error('x'), { get() { throw new Error('trap') } })", "an error that cannot be read was thrown"],
    ["new Proxy({}, { get() { throw new Error('trap') } })", "an error that cannot be read was thrown"],
    ["(() => { const e = new Error('loop'); e.cause = e; return e })()", "loop"],
    ["new DOMException('d', 'DataCloneError')", "d", { name: "DataCloneError", code: "25" }],
  ];
  for (const [code, message, rest = {}] of table) {
    const seen = run(`export default () => { throw ${code.startsWith("{") ? `(${code})` : code} }`) as Failure;
    assert(isError(seen), code);
    assertEquals(seen.message, message, code);
    for (const [key, value] of Object.entries(rest)) {
      assertEquals((seen as unknown as Record<string, unknown>)[key], value, `${code} ${key}`);
    }
  }
});

Deno.test("errors among values are errors", () => {
  const seen = run("export default () => ({ list: [new RangeError('r')], map: new Map([['e', new Error('m')]]) })") as {
    list: Error[];
    map: { e: Error };
  };
  assert(seen.list[0] instanceof RangeError);
  assertEquals(seen.map.e.message, "m");
});

Deno.test("an error's stack holds only frames of the snippet", () => {
  const seen = run("function inner() { throw new Error('x\\ny') }\nexport default () => inner()") as Error;
  assertEquals(seen.stack, "Error: x\ny\n    at inner (snippet:1:26)\n    at default (snippet:2:22)");
});

Deno.test("a stack that a snippet reads shows no frame of the engine or of the realm", () => {
  const code = (body: string) => `const inner = () => { ${body} };\nexport default () => inner()`;
  const table: [body: string, want: string][] = [
    ["return new Error('x').stack", "Error: x\n    at inner (snippet:1:30)\n    at default (snippet:2:22)"],
    [
      "const o = {}; Error.captureStackTrace(o); return o.stack",
      "Error\n    at inner (snippet:1:43)\n    at default (snippet:2:22)",
    ],
    [
      "try { new URL('x') } catch ({ stack }) { return stack }",
      'TypeError: invalid URL "x"\n    at inner (snippet:1:29)\n    at default (snippet:2:22)',
    ],
    ["return [1].map(() => new Error('m').stack)[0].split('\\n')[2]", "    at Array.map (<anonymous>)"],
    [
      "let s; try { (function f() { f() })() } catch (e) { s = e.stack } return /realm|file:|\\/src\\//.test(s)",
      false as never,
    ],
  ];
  for (const [body, want] of table) assertEquals(run(code(body)), want, body);
});

Deno.test("a stream passes through as a token that a snippet cannot open", () => {
  const stream = Stream.of(5);
  const other = Stream.of(6);
  const seen = run("export default ({ body, other }) => ({ body, list: [other, body] })", { body: stream, other }) as {
    body: Stream;
    list: Stream[];
  };
  assertStrictEquals(seen.body, stream);
  assertStrictEquals(seen.list[0], other);
  assertStrictEquals(seen.list[1], stream);
  const look = `export default ({ body }) => {
    const names = [];
    for (let at = body; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) names.push(...Reflect.ownKeys(at).map(String));
    try { body.ticket = 1 } catch { names.push("frozen") }
    return [names.join(), JSON.stringify(body)];
  }`;
  assertEquals(run(look, { body: stream }), ["frozen", "{}"]);
});

Deno.test("a stream's token is valid for one call", () => {
  const keeping = program("let kept; export default ({ body }) => { const old = kept; kept = body; return { old } }");
  assertEquals(keeping.call({ body: Stream.of(1) }), {});
  const seen = keeping.call({ body: Stream.of(2) }) as Error;
  assertEquals(seen.message, "a snippet cannot return a stream of an earlier call at old");
});

Deno.test("a short value follows a long one", () => {
  const big = program("export default (value) => value.length");
  assertEquals(big.call(Array.from({ length: 100_000 }, (_, i) => `item ${i}`)), 100_000);
  assertEquals(big.call([]), 0);
});
