import { assert, assertEquals } from "@std/assert";
import { program, run } from "../../../tests/language/run.ts";
import { type CodeFailure, Realm } from "../mod.ts";

Deno.test("a snippet has a global object of its own", () => {
  const table: [code: string, want: unknown][] = [
    ["export default () => [globalThis === self, self === global, globalThis.Object === Object]", [true, true, true]],
    ["globalThis.x = 1; export default () => [x, typeof x, globalThis.x, typeof missing]", [
      1,
      "number",
      1,
      "undefined",
    ]],
    ["export default () => { self.counted = (self.counted ?? 0) + 1; return counted }", 1],
    ["global.made = () => 5; export default () => made()", 5],
    ["globalThis.x = 1; export default () => { x = 2; return [x, globalThis.x] }", [2, 2]],
    ["globalThis.Promise = 1; export default () => [Promise, globalThis.Promise]", [1, 1]],
    ["export default () => { delete globalThis.Promise; return 'Promise' in globalThis }", true],
    ["Object.defineProperty(globalThis, 'y', { get: () => 7 }); export default () => y", 7],
    ["export default () => Object.hasOwn(globalThis, 'Math') && Math === globalThis.Math", true],
    ["const self = 5; export default () => [self, typeof global]", [5, "object"]],
    ["export default (global) => global", null],
    ["{ const self = 1 } export default () => self === globalThis", true],
    ["export default function f() { var self = 3; return self }", 3],
    ["var global = 4; export default () => global", 4],
    ["export default () => { try { x = 1 } catch (error) { return [error.name, typeof globalThis.x] } }", [
      "ReferenceError",
      "undefined",
    ]],
    ["module.exports = () => typeof globalThis; globalThis.z = 1", "object"],
    ["globalThis.z = 1; module.exports = () => z", 1],
    ["const isRoot = this === module.exports; module.exports = () => isRoot", true],
  ];
  for (const [code, want] of table) assertEquals(run(code, null), want as never, code);
});

Deno.test("what a snippet sets on its global object no other snippet sees, not even one of the same code", () => {
  const code = "globalThis.n = (globalThis.n ?? 0) + 1; globalThis.Map = 1; export default () => [n, typeof Map]";
  const twice = [program(code), program(code)];
  for (const made of twice) assertEquals(made.call(null), [1, "number"]);
  assertEquals(run("export default () => [typeof n, typeof globalThis.n, typeof Map]"), [
    "undefined",
    "undefined",
    "function",
  ]);
  const shared = "export default () => { globalThis.m = (globalThis.m ?? 0) + 1; return globalThis.m }";
  const [one, two] = [program(shared), program(shared)];
  assertEquals([one!.call(null), one!.call(null), two!.call(null)], [1, 2, 1]);
});

Deno.test("code that names the global object and nothing that it lacks is shared", () => {
  const realm = new Realm();
  const source = {
    body: "self.Math",
    parameters: ["$"],
    free: ["self", "Math"],
    replaced: [],
  };
  realm.compile(source, false);
  realm.compile(source, false);
  assertEquals(realm.size, 1);
  realm.compile({ ...source, free: ["self", "unknown"] }, false);
  assertEquals(realm.size, 1);
});

/** Prototypes, the name of a field of each, and an expression for an object that inherits it. */
const INHERITED: [name: string, key: string][] = [
  ["Array.prototype", "push"],
  ["Array.prototype", "constructor"],
  ["Array.prototype", "[Symbol.iterator]"],
  ["Uint8Array.prototype", "slice"],
  ["Uint8Array.prototype", "toString"],
  ["Uint8Array.prototype", "constructor"],
  ["Uint8Array.prototype", "[Symbol.iterator]"],
  ["Promise.prototype", "then"],
  ["Promise.prototype", "catch"],
  ["Promise.prototype", "constructor"],
  ["RegExp.prototype", "exec"],
  ["RegExp.prototype", "test"],
  ["RegExp.prototype", "constructor"],
  ["String.prototype", "toString"],
  ["String.prototype", "constructor"],
  ["String.prototype", "[Symbol.iterator]"],
  ["Map.prototype", "get"],
  ["Map.prototype", "[Symbol.iterator]"],
  ["Set.prototype", "add"],
  ["WeakMap.prototype", "get"],
  ["Date.prototype", "toISOString"],
  ["ArrayBuffer.prototype", "slice"],
  ["DataView.prototype", "getInt8"],
  ["Error.prototype", "name"],
  ["Object.prototype", "toString"],
  ["Function.prototype", "call"],
  ["URL.prototype", "toString"],
  ["URLSearchParams.prototype", "get"],
  ["TextDecoder.prototype", "decode"],
  ["Intl.NumberFormat.prototype", "formatToParts"],
  ["Iterator.prototype", "map"],
  ["Object.getPrototypeOf([].values())", "next"],
  ["Object.getPrototypeOf(function* () {}).prototype", "next"],
  ["Uint8Array", "from"],
  ["Array", "of"],
  ["Promise", "all"],
  ["Error", "captureStackTrace"],
  ["Date", "now"],
];

Deno.test("a field that a built-in prototype has can be assigned on what inherits it", () => {
  for (const [name, key] of INHERITED) {
    const at = key.startsWith("[") ? key : `.${key}`;
    const code = `export default () => {
      const made = Object.create(${name});
      made${at} = 5;
      const again = made${at};
      made${at} = 6;
      return [again, made${at}, Object.keys(made).length];
    }`;
    assertEquals(run(code), [5, 6, key.startsWith("[") ? 0 : 1], `${name}${at}`);
    assert(run(`export default () => { ${name}${at} = 5 }`) instanceof Error, `${name}${at} itself`);
    assertEquals(run(`export default () => typeof ${name}${at}`), key === "name" ? "string" : "function");
  }
});

Deno.test("classes in the style of ES5 extend built-ins", () => {
  const code = `export default () => {
    function extend(sub, base) {
      function Between() { this.constructor = sub }
      Between.prototype = base.prototype;
      sub.prototype = new Between();
      Object.setPrototypeOf(sub, base);
    }
    const made = [];
    for (const base of [Array, Promise, RegExp, Uint8Array, Error, Map, Date, String]) {
      function Sub() {}
      extend(Sub, base);
      Sub.from = () => "own";
      made.push(Object.hasOwn(Sub.prototype, "constructor") && new Sub() instanceof base && Sub.from() === "own");
    }
    return made;
  }`;
  assertEquals(run(code), Array(8).fill(true));
});

Deno.test("an assignment to a field of that name keeps its order, its value and its position", () => {
  const table: [code: string, want: unknown][] = [
    ["const seen = []; const at = (n) => (seen.push(n), {}); at(1).test = (seen.push(2), 3); return seen", [1, 2]],
    ["const a = { b: {} }; return (a.b.constructor = 4) + a.b.constructor", 8],
    ["const a = {}; (1, a).exec = 2; return a", { exec: 2 }],
    ["const a = {}; a.test = a.exec = 2; return a", { test: 2, exec: 2 }],
    ["const a = {}; (a.next = {}).test = 1; return a", { next: { test: 1 } }],
    ["try { null.test = 1 } catch (error) { return error.name }", "TypeError"],
    ["try { Object.freeze({}).test = 1 } catch (error) { return error.name }", "TypeError"],
    ["class A { set test(v) { this.seen = v } } const a = new A(); a.test = 1; return a", { seen: 1 }],
  ];
  for (const [code, want] of table) assertEquals(run(`export default () => { ${code} }`), want as never, code);
  const limit = "const was = Error.stackTraceLimit; Error.stackTraceLimit = 0; return Error.stackTraceLimit === was";
  assertEquals(run(`export default () => { ${limit} }`), true);
  const code = "export default (a) => { const b = {}; b.test = 1; b.exec = 2; return a.zz.yy }";
  const seen = run(code, {}) as CodeFailure;
  assertEquals(code.slice(seen.offset), "yy }");
  const within = "export default (a) => { a.zz.yy.constructor = 2 }";
  assertEquals(within.slice((run(within, {}) as CodeFailure).offset), "yy.constructor = 2 }");
});
