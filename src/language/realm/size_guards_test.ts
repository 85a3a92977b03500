import { assertEquals } from "@std/assert";
import vm from "node:vm";
import { program, run } from "../../../tests/language/run.ts";
import type { Value } from "../../value/mod.ts";

const GUARDED =
  "[JSON.parse, Array.prototype.sort, Array.prototype.toSorted, String.prototype.split, RegExp.prototype[Symbol.match], RegExp.prototype[Symbol.matchAll], RegExp.prototype[Symbol.split], RegExp.prototype[Symbol.replace], Proxy, Proxy.revocable, Function.prototype.toString]";

/** Describes the guarded built-ins; what is frozen in a realm is not part of it. */
const LOOK = `JSON.stringify(${GUARDED}.map((f) => {
  const isConstructor = (() => { try { Reflect.construct(Object, [], f); return true } catch { return false } })();
  return [f.name, f.length, Function.prototype.toString.call(f), String(f), isConstructor, Object.hasOwn(f, "prototype"), Reflect.ownKeys(f).map(String).sort().join()];
}))`;

Deno.test("guarded built-ins look like those of the language", () => {
  assertEquals(run(`export default () => ${LOOK}`), vm.runInNewContext(LOOK) as Value);
});

Deno.test("guarded built-ins do the same as those of the language", () => {
  const expressions = [
    "[3, 1, , 2, undefined].sort()",
    "[3, 1, 2].sort((a, b) => b - a)",
    "Object.keys([3, , 1].sort()).join()",
    "[3, , 1].toSorted()",
    "Array.prototype.sort.call({ length: 4, 0: 'b', 2: 'a', 3: undefined })",
    "Array.prototype.sort.call({ length: '2', 0: 'b', 1: 'a' })",
    "Array.prototype.sort.call({ length: -1, 0: 'b', 1: 'a' })",
    "Array.prototype.toSorted.call({ length: 3.5, 0: 'b', 2: 'a' })",
    "Array.prototype.toSorted.call('bca')",
    "Array.prototype.sort.call(new Proxy([3, 1, 2], {}))",
    "Array.prototype.sort.call(Proxy.revocable([3, 1, 2], {}).proxy)",
    "class L extends Array {}; const l = L.from([2, 1]).sort(); l instanceof L && [...l]",
    "[1].sort(null)",
    "[1].sort(1)",
    "Array.prototype.sort.call({ length: 0 }, 'x')",
    "Array.prototype.sort.call(null)",
    "Array.prototype.toSorted.call(undefined)",
    "Array.prototype.sort.call('ba')",
    "'a,b,c'.split(',')",
    "'a,b,c'.split(',', 2)",
    "'abc'.split('')",
    "'abc'.split()",
    "'a1b2c'.split(/\\d/)",
    "'a1b2c'.split(/(\\d)/, 3)",
    "String.prototype.split.call(12321, 2)",
    "String.prototype.split.call({ toString: () => 'a-b' }, { toString: () => '-' })",
    "String.prototype.split.call({ toString: () => 'a-b' }, '-', { valueOf: () => 1 })",
    "'ab'.split({ [Symbol.split]: (text, limit) => [text, limit, 'own'] }, 7)",
    "String.prototype.split.call(null, 'a')",
    "'a'.split(Symbol())",
    "'a1b2'.match(/\\d/g)",
    "'a1b2'.match(/(?<n>\\d)/).groups.n",
    "'a1b2'.match('b')[0]",
    "[...'a1b2'.matchAll(/\\d/g)].map(String)",
    "'a1b2'.matchAll(/\\d/)",
    "'a1b2'.replace(/\\d/g, (digit) => digit * 2)",
    "'a1b2'.replaceAll(/(?<n>\\d)/g, '[$<n>$1$&$$]')",
    "'a1b2'.replace(/\\d/g, undefined)",
    "'a1b2'.replace(/\\d/y, 'x')",
    "class R extends RegExp { exec(s) { return super.exec(s) } }; 'xax'.replace(new R('x', 'g'), '-')",
    "/a/[Symbol.replace]({ toString: () => 'ba' }, { toString: () => 'c' })",
    "RegExp.prototype[Symbol.replace].call(1, 'a', 'b')",
    "'a'.replace(/a/, Symbol())",
    "/a/[Symbol.match]({ toString: () => 'a' }).index",
    "RegExp.prototype[Symbol.match].call({}, 'a')",
    "RegExp.prototype[Symbol.split].call(1, 'a')",
    "class R extends RegExp { exec(s) { return super.exec(s.toUpperCase()) } }; 'xa'.match(new R('A'))[0]",
    "JSON.parse('[1]', (key, value) => key === '0' ? value + 1 : value)",
    "JSON.parse({ toString: () => '[1]' })",
    "JSON.parse()",
    "JSON.parse(Symbol())",
    "const { parse } = JSON; parse('1')",
    "new Proxy({ a: 1 }, { get: (target, key) => key }).x",
    "Proxy({}, {})",
    "new Proxy(1, {})",
    "new Proxy({})",
    "class P extends Proxy {}",
    "const { proxy, revoke } = Proxy.revocable({ a: 1 }, {}); const { a } = proxy; revoke(); try { proxy.a } catch (e) { [a, e.name] }",
    "Function.prototype.toString.call((a) => a + 1)",
    "Function.prototype.toString.call({})",
    "String(class A { b() {} })",
  ];
  for (const expression of expressions) {
    const code = `
      let result;
      try { result = (0, eval)(${JSON.stringify(expression)}) } catch (e) { result = e.name }
      JSON.stringify(result) ?? String(result)`;
    // code from strings exists only outside of a realm
    const want = vm.runInNewContext(code);
    const statements = expression.split("; ");
    const last = statements.pop()!;
    const body = `${statements.map((statement) => `${statement};`).join("\n")} ${
      /^(try|class) /.test(last) ? last.replace("catch (e) { [", "catch (e) { return [") : `return ${last}`
    }`;
    const seen = run(`export default () => {
      let result;
      try { result = (() => { ${body} })() } catch (e) { result = e.name }
      return JSON.stringify(result) ?? String(result);
    }`);
    assertEquals(seen, want, expression);
  }
});

Deno.test("what is longer than a list can be is an error that names the value and the limit, however it says so", () => {
  const lying = "let reads = 0; const length = () => reads++ === 0 ? 1 : 2e8;";
  const table: [code: string, want: string | number][] = [
    [
      "Array.prototype.sort.call({ length: 2e8 })",
      "sort: invalid length 200000000 of the list: expected at most 100000000",
    ],
    ["Array(2e8).sort()", "sort: invalid length 200000000 of the list: expected at most 100000000"],
    [
      "Array.prototype.toSorted.call({ length: 2e8 })",
      "toSorted: invalid length 200000000 of the list: expected at most 100000000",
    ],
    [
      "Array(2e8).toSorted((a, b) => a - b)",
      "toSorted: invalid length 200000000 of the list: expected at most 100000000",
    ],
    [
      "Array.prototype.sort.call(Object('a'.repeat(2e8)))",
      "sort: invalid length 200000000 of the list: expected at most 100000000",
    ],
    [
      "Array.prototype.sort.call(new Uint8Array(1e8 + 1))",
      "sort: invalid length 100000001 of the list: expected at most 100000000",
    ],
    ["'a'.repeat(2e8).split('')", "split: invalid length 200000000 of the string: expected at most 100000000"],
    ["'a'.repeat(2e8).split('a', 4e9)", "split: invalid length 200000000 of the string: expected at most 100000000"],
    ["'a'.repeat(2e8).split(/a/)", "split: invalid length 200000000 of the string: expected at most 100000000"],
    [
      "new String('a'.repeat(2e8)).split('')",
      "split: invalid length 200000000 of the string: expected at most 100000000",
    ],
    ["'a'.repeat(5e8).match(/a/g)", "match: invalid length 500000000 of the string: expected at most 100000000"],
    [
      "/a/g[Symbol.match](new String('a'.repeat(2e8)))",
      "match: invalid length 200000000 of the string: expected at most 100000000",
    ],
    [
      "'a'.repeat(2e8).replace(/a/g, () => 'b')",
      "replace: invalid length 200000000 of the string: expected at most 100000000",
    ],
    [
      "'a'.repeat(4e7).replace(/a/g, '$&x')",
      "replace: invalid length 120000000 of the string: expected at most 100000000",
    ],
    [
      "'a'.repeat(2e8).replaceAll(/a/g, () => '')",
      "replace: invalid length 200000000 of the string: expected at most 100000000",
    ],
    ["'a'.repeat(2e8).matchAll(/a/g)", "matchAll: invalid length 200000000 of the string: expected at most 100000000"],
    [
      "JSON.parse('[' + '1,'.repeat(1e8) + '1]')",
      "parse: invalid length 200000003 of the string: expected at most 100000000",
    ],
    // what says something else the second time
    [`${lying} Array.prototype.sort.call({ get length() { return length() } }); reads`, 1],
    [`${lying} Array.prototype.toSorted.call({ get length() { return length() } }); reads`, 1],
    [
      `${lying} Array.prototype.sort.call(new Proxy([], { get: (list, key) => key === "length" ? length() : undefined, has: () => false })); reads`,
      1,
    ],
    [
      `${lying} Array.prototype.toSorted.call(Proxy.revocable([], { get: (list, key) => key === "length" ? length() : undefined }).proxy); reads`,
      1,
    ],
    [
      `${lying} Array.prototype.sort.call(Object.defineProperty(new Uint8Array(1), "length", { get: () => length() })); reads`,
      1,
    ],
    [
      "let reads = 0; String.prototype.split.call({ toString: () => reads++ === 0 ? 'a' : 'a'.repeat(2e8) }, ''); reads",
      1,
    ],
    ["let reads = 0; /a/g[Symbol.match]({ toString: () => reads++ === 0 ? 'a' : 'a'.repeat(2e8) }); reads", 1],
    ["let reads = 0; JSON.parse({ toString: () => reads++ === 0 ? '1' : ' '.repeat(2e8) }); reads", 1],
    // what is long, but asks for little
    ["'a'.repeat(2e8).split('', 3).length", 3],
    ["'a'.repeat(2e8).indexOf('b')", -1],
    ["'a'.repeat(2e8).replace(/b/g, 'c').length", 2e8],
  ];
  for (const [code, want] of table) {
    const statements = code.split("; ");
    const last = statements.pop();
    const made = program(`export default () => { ${statements.join("; ")}; return ${last} }`);
    const seen = made.call(null);
    assertEquals(seen instanceof Error ? seen.message : seen as Value, want, code);
    if (seen instanceof Error) assertEquals(seen.name, "RangeError");
  }
});
