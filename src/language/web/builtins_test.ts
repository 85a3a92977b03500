import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { program, run, runLogged } from "../../../tests/language/run.ts";
import { isError } from "../../value/mod.ts";
import type { RealmScope } from "../realm/scope/realm_scope.ts";
import { chacha20 } from "./chacha20.ts";

Deno.test("structuredClone copies what can be cloned, cycles included", () => {
  const code = `export default () => {
    class Point { constructor() { this.x = 1 } }
    const shared = { s: 1 };
    const value = {
      date: new Date(5), pattern: /a+/gi, map: new Map([[shared, [1]]]), set: new Set([shared]), bytes: new Uint8Array([1, 2, 3]).subarray(1),
      view: new DataView(new ArrayBuffer(3), 1), boxed: Object("text"), big: 5n, nothing: undefined, holes: [1, , 3], shared,
      point: new Point(), error: new RangeError("r", { cause: shared }), ["__proto__"]: 7,
    };
    value.self = value;
    const copy = structuredClone(value);
    const checks = [
      copy !== value, copy.self === copy, copy.date.getTime() === 5 && copy.date !== value.date, String(copy.pattern) === "/a+/gi",
      copy.map.size === 1 && [...copy.map.keys()][0] === copy.shared, copy.set.has(copy.shared), copy.shared !== shared,
      copy.bytes.length === 2 && copy.bytes[0] === 2 && copy.bytes.buffer !== value.bytes.buffer, copy.view.byteLength === 2,
      copy.boxed instanceof String, copy.big === 5n, "nothing" in copy, !(1 in copy.holes) && copy.holes.length === 3,
      !(copy.point instanceof Point) && copy.point.x === 1,
      copy.error instanceof RangeError && copy.error.message === "r" && copy.error.cause === copy.shared,
      Object.hasOwn(copy, "__proto__"),
    ];
    return checks.map(Number).join("");
  }`;
  assertEquals(run(code), "1".repeat(16));
});

Deno.test("structuredClone rejects what cannot be cloned, and transfers buffers", () => {
  const code = `export default () => {
    const rejected = [() => 1, Symbol("s"), Promise.resolve(), new WeakMap(), { a: [Math.max] }].map((value) => {
      try { structuredClone(value) } catch (error) { return error.name }
    });
    const buffer = new ArrayBuffer(4);
    const bytes = new Uint8Array(buffer);
    bytes[1] = 9;
    const copy = structuredClone({ bytes }, { transfer: [buffer] });
    return [rejected.join(), buffer.detached, copy.bytes[1], structuredClone(1, null), structuredClone([2], undefined)];
  }`;
  assertEquals(run(code), [Array(5).fill("DataCloneError").join(), true, 9, 1, [2]]);
});

Deno.test("ChaCha20 produces the key streams of RFC 8439", () => {
  const scope = { expose() {} } as unknown as RealmScope;
  const random = Math.random;
  chacha20(scope);
  Math.random = random; // replaced by the part, which normally runs in a realm
  const words = (hex: string) => {
    const view = new DataView(Uint8Array.fromHex(hex).buffer);
    return Uint32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getUint32(4 * i, true));
  };
  const KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  // section 2.3.2
  assertEquals(
    scope.chachaBlock(words(KEY), 1, words("000000090000004a00000000")).toHex(),
    "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e" +
      "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e",
  );
  // appendix A.1, vectors 1 and 2
  const zero = "00".repeat(32);
  assertEquals(
    scope.chachaBlock(words(zero), 0, words("00".repeat(12))).toHex(),
    "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7" +
      "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586",
  );
  assertEquals(
    scope.chachaBlock(words(zero), 1, words("00".repeat(12))).toHex(),
    "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed" +
      "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f",
  );
});

Deno.test("random values are well-formed, distinct and evenly distributed", () => {
  const code = `export default () => {
    const bytes = crypto.getRandomValues(new Uint8Array(65536));
    const words = crypto.getRandomValues(new BigUint64Array(4));
    const numbers = Array.from({ length: 20000 }, () => Math.random());
    return {
      uuids: [crypto.randomUUID(), crypto.randomUUID()],
      ones: bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length,
      words: new Set(words).size,
      mean: numbers.reduce((a, b) => a + b, 0) / numbers.length,
      inRange: numbers.every((number) => number >= 0 && number < 1),
      different: new Set(numbers).size,
    };
  }`;
  const seen = run(code) as unknown as {
    uuids: [string, string];
    ones: number;
    words: number;
    mean: number;
    inRange: boolean;
    different: number;
  };
  const [first, second] = seen.uuids;
  assertMatch(first, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assertNotEquals(first, second);
  assert(Math.abs(seen.ones - 127.5) < 2);
  assertEquals(seen.words, 4);
  assert(Math.abs(seen.mean - 0.5) < 0.02);
  assert(seen.inRange);
  assertEquals(seen.different, 20000);
  const other = program("export default () => crypto.randomUUID()", "javascript", true);
  assertNotEquals(other.call(null), other.call(null));
});

Deno.test("getRandomValues accepts only integers, up to 65536 bytes", () => {
  const rejected =
    `export default () => [new Float64Array(1), new DataView(new ArrayBuffer(1)), {}, new Uint8Array(65537)].map(
    (view) => { try { crypto.getRandomValues(view) } catch (error) { return error.name } })`;
  assertEquals(run(rejected), [
    "TypeMismatchError",
    "TypeMismatchError",
    "TypeMismatchError",
    "QuotaExceededError",
  ]);
});

Deno.test("console keeps lines by level until they are taken", () => {
  const made = program(`
    console.info("top", 1);
    export default (args) => { console.log("call", args); console.warn("w"); console.error("e"); console.debug("d") };
  `);
  made.start();
  assertEquals(made.takeLogs(), [{ level: "info", text: "top 1" }]);
  assertEquals(made.takeLogs(), []);
  made.call({ a: 1 });
  made.call(2);
  assertEquals(made.takeLogs().map(({ level, text }) => `${level} ${text}`), [
    "info call { a: 1 }",
    "warn w",
    "error e",
    "debug d",
    "info call 2",
    "warn w",
    "error e",
    "debug d",
  ]);
});

Deno.test("output of microtasks belongs to the program that queued them", () => {
  const late = program("export default () => { Promise.resolve().then(() => console.log('late')) }");
  const other = program("export default () => { console.log('other') }");
  late.call(null);
  other.call(null);
  assertEquals(late.takeLogs().map(({ text }) => text), ["late"]);
  assertEquals(other.takeLogs().map(({ text }) => text), ["other"]);
});

Deno.test("console formats values in JavaScript's notation", () => {
  const code = `export default () => {
    class Point { x = 1; get y() { throw new Error("called") } }
    const cyclic = { a: 1 };
    cyclic.self = cyclic;
    for (const value of [
      "text", ["text", -0, 1n, null, undefined, true], { a: { b: { c: { d: { e: 1 } } } }, "odd key": 1 }, new Point(), cyclic,
      new Map([["k", new Set([1])]]), new Date(0), /x/g, new Uint8Array([1, 2]), () => 1, function named() {}, class {}, Symbol("s"),
      Object.create(null), { get g() { throw 1 }, set s(_) {} }, [1, , 3], new URL("http://h/?a"), Promise.resolve(1),
      Object.assign(new TypeError("bad", { cause: "why" }), { code: 5 }), new Date(NaN), [],  {}, Object("boxed"),
      new Proxy({}, { ownKeys() { throw new Error("trap") } }), Array.from({ length: 102 }, (_, i) => i).fill(7),
    ]) console.log(value);
    console.log("%s is %d and %i and %f of %o%%, %j %c.", "x", "4", 5.7, "1.5", { a: 1 }, [2], "css", "rest", 1);
    console.log("100%", 1);
  }`;
  const { value, lines } = runLogged(code);
  assertEquals(value, undefined);
  assertEquals(lines.map(({ text }) => text), [
    "text",
    '[ "text", -0, 1n, null, undefined, true ]',
    '{ a: { b: { c: { d: [Object] } } }, "odd key": 1 }',
    "Point { x: 1 }",
    "{ a: 1, self: [Circular] }",
    'Map(1) { "k" => Set(1) { 1 } }',
    "1970-01-01T00:00:00.000Z",
    "/x/g",
    "Uint8Array(2) [ 1, 2 ]",
    "[Function: (anonymous)]",
    "[Function: named]",
    "[Function: (anonymous)]",
    "Symbol(s)",
    "[Object: null prototype] {}",
    "{ g: [Getter], s: [Setter] }",
    "[ 1, <empty>, 3 ]",
    'URL { "http://h/?a" }',
    "Promise {}",
    'TypeError: bad { code: 5, cause: "why" }',
    "Invalid Date",
    "[]",
    "{}",
    '[String: "boxed"]',
    "<unreadable>",
    `[ ${"7, ".repeat(100)}... 2 more items ]`,
    "x is 4 and 5 and 1.5 of { a: 1 }%, [ 2 ] . rest 1",
    "100% 1",
  ]);
});

Deno.test("the output of a call is limited", () => {
  const many = runLogged("export default () => { for (let i = 0; i < 5000; i++) console.log(i) }").lines;
  assertEquals(many.length, 1000);
  assertMatch(many.at(-1)!.text, /omitted/);
  const long =
    runLogged("export default () => { for (;;) { try { console.log('x'.repeat(9e6)); break } catch {} } }").lines;
  assert(long[0]!.text.length < 70_000);
  const next = runLogged("export default () => { console.log('next') }").lines;
  assertEquals(next.map(({ text }) => text), ["next"]);
});

Deno.test("globals that reach outside the realm are missing", () => {
  const names = "Deno process require fetch Buffer performance navigator Worker WebSocket " +
    "BroadcastChannel MessageChannel localStorage caches location WebAssembly SharedArrayBuffer Atomics WeakRef " +
    "FinalizationRegistry ShadowRealm module exports __dirname window";
  const present = run(
    `export default (names) => names.split(" ").filter((name) => name in globalThis)`,
    names,
  );
  assertEquals(present, []);
});

Deno.test("ordinary JavaScript works with frozen built-ins", () => {
  const code = `export default () => {
    const seen = [];
    const object = {};
    object.toString = () => "mine";
    object.constructor = 1;
    object.hasOwnProperty = 2;
    seen.push(String(object), object.constructor, Object.keys(object).join());
    const error = new Error("a");
    error.message = "b";
    error.name = "N";
    seen.push(String(error));
    function Old() {}
    Old.prototype.toString = function () { return "old" };
    Old.prototype = Object.assign(Object.create(Error.prototype), { constructor: Old, name: "Old" });
    seen.push(new Old() instanceof Error, new Old().name);
    class Custom extends Error { constructor(message) { super(message); this.name = "Custom"; this.code = 4; Error.captureStackTrace(this, Custom) } }
    seen.push(String(new Custom("q")), new Custom("q").code, new Custom("q").stack.includes("Custom"));
    class List extends Array { sum() { return this.reduce((a, b) => a + b, 0) } }
    const list = List.from([1, 2]).map((x) => x * 2);
    list.push(1);
    seen.push(list.sum(), list instanceof List, list.length);
    class Keyed extends Map { get(key) { return super.get(key) ?? "none" } }
    seen.push(new Keyed([["a", 1]]).get("b"));
    const fn = () => 1;
    fn.toString = () => "fn";
    fn.call = 5;
    seen.push(String(fn), fn.call);
    const array = [];
    array.map = "own";
    seen.push(array.map, [3, 1, 2].sort().join(), [..."ab"].join("-"));
    const [first, ...rest] = new Set([1, 2, 3]);
    seen.push(first, rest.length, "x-y".replace(/-(.)/, (_, c) => c.toUpperCase()), JSON.stringify({ a: [1, { b: undefined }] }));
    seen.push(Temporal.PlainDate.from("2020-02-29").add({ years: 1 }).toString(), new Intl.NumberFormat("en").format(1234.5));
    seen.push(new Date(0).toISOString(), [1, 2].values().map((x) => x + 1).toArray().join(), Object.groupBy([1, 2, 3], (n) => n % 2).length);
    return seen.map(String).join(" | ");
  }`;
  assertEquals(
    run(code),
    "mine | 1 | toString,constructor,hasOwnProperty | N: b | true | Old | Custom: q | 4 | true | 7 | true | 3 | none | fn | 5 | " +
      'own | 1,2,3 | a-b | 1 | 2 | xY | {"a":[1,{}]} | 2021-02-28 | 1,234.5 | 1970-01-01T00:00:00.000Z | 2,3 | undefined',
  );
});

Deno.test("built-ins cannot be changed", () => {
  const attempts = [
    "Array.prototype.map = 1",
    "Object.prototype.x = 1",
    "Object.getPrototypeOf(globalThis).leak = 1",
    "Promise.prototype.then = 1",
    "Promise.prototype.constructor = 1",
    "JSON.parse = 1",
    "Error.prepareStackTrace = () => 1",
    "Object.assign(Error, { stackTraceLimit: 100 })",
    "RegExp.prototype.exec = 1",
    "Object.setPrototypeOf(Array.prototype, null)",
    "Object.defineProperty(Object.prototype, 'x', { value: 1 })",
    "Object.prototype.__defineGetter__.call(Object.prototype, 'x', () => 1)",
    "Object.prototype.toString = 1",
    "Function.prototype.call = 1",
    "delete Array.prototype.map",
    "undefinedVariable = 1",
    "Math.random = () => 0",
    "URL.prototype.x = 1",
    "console.log = 1",
    "crypto.randomUUID = () => 'x'",
    "Date.prototype.getTime = () => 0",
    "Symbol.iterator.description = 1",
    "Object.getPrototypeOf(async () => {}).x = 1",
    "Object.getPrototypeOf(Object.getPrototypeOf((function* () {})())).x = 1",
    "Object.getPrototypeOf([].values()).next = () => ({ done: true })",
    "Reflect.setPrototypeOf(Object.getPrototypeOf(globalThis), { leak: 1 }) || (() => { throw 1 })()",
    "Promise = 1",
    "Object.prototype.__proto__ = {}",
    "({}).__proto__.polluted = 1",
    "Intl.DateTimeFormat.prototype.x = 1",
    "Temporal.Now.instant = 1",
  ];
  for (const attempt of attempts) {
    assert(isError(run(`export default () => { ${attempt} }`)), attempt);
  }
  assertEquals(run("export default () => ({}).polluted ?? ({}).x ?? globalThis.leak ?? 'clean'"), "clean");
});
