import { assert, assertEquals, assertMatch } from "@std/assert";
import vm from "node:vm";
import { program, run } from "../../../tests/language/run.ts";
import type { Value } from "../../value/mod.ts";

const ARRAYS =
  "[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array, Float16Array, Float32Array, Float64Array]";

const LOOK = `[...${ARRAYS}, ArrayBuffer, ArrayBuffer.prototype.resize, ArrayBuffer.prototype.transfer,
  ArrayBuffer.prototype.transferToFixedLength, Uint8Array.fromBase64, Uint8Array.fromHex, Uint8Array.prototype.with,
  Uint8Array.prototype.toSorted, Uint8Array.prototype.toReversed].map((f) => {
  const isConstructor = (() => { try { Reflect.construct(Object, [], f); return true } catch { return false } })();
  const own = Reflect.ownKeys(f).map(String).sort().join();
  return [f.name, f.length, String(f), isConstructor, own, f.BYTES_PER_ELEMENT, f.prototype?.constructor === f,
    Object.getPrototypeOf(f).name, f.prototype && Object.getOwnPropertyDescriptor(f, "prototype").enumerable];
})`;

/** What each expression results in, or the name of the error that it throws. */
const behave = (expressions: readonly string[]) =>
  `JSON.stringify([${
    expressions.map((expression) =>
      `(() => { try { const value = ${expression}; return ArrayBuffer.isView(value) ? [value.constructor.name, ...value].map(String) : value instanceof ArrayBuffer ? [value.byteLength, value.maxByteLength, value.resizable] : value } catch (e) { return e.name } })()`
    ).join(", ")
  }])`;

Deno.test("constructors of bytes look like those of the language", () => {
  assertEquals(
    run(`export default () => JSON.stringify(${LOOK})`),
    vm.runInNewContext(`JSON.stringify(${LOOK})`) as Value,
  );
});

Deno.test("constructors of bytes do the same as those of the language", () => {
  const expressions = [
    "new Uint8Array()",
    "new Uint8Array(3)",
    "new Uint8Array('3')",
    "new Uint8Array(undefined)",
    "new Uint8Array(null)",
    "new Uint8Array(true)",
    "new Uint8Array(2.7)",
    "new Uint8Array(-1)",
    "new Uint8Array(NaN)",
    "new Uint8Array(1n)",
    "new Uint8Array(Symbol())",
    "new Uint8Array([1, 2, 300])",
    "new Uint8Array(new Set([1, 2]))",
    "new Uint8Array({ length: 2, 0: 7 })",
    "new Uint16Array(new Uint8Array([1, 2]))",
    "new Uint16Array(new ArrayBuffer(8), 2, 1)",
    "new Uint16Array(new ArrayBuffer(8), 2)",
    "new Uint16Array(new ArrayBuffer(8), 1)",
    "new Uint16Array(new ArrayBuffer(7))",
    "new BigInt64Array([1n, -1n])",
    "new BigInt64Array([1])",
    "new Float16Array([1.1])",
    "Uint8Array(1)",
    "new (class Mine extends Uint8Array {})(2)",
    "new (class Mine extends Uint8Array { constructor() { super([5, 6]) } })().map((x) => x + 1)",
    "new (class Mine extends Uint8Array { static get [Symbol.species]() { return Uint16Array } })(2).map(() => 300)",
    "Reflect.construct(Uint8Array, [2], Uint16Array) instanceof Uint16Array",
    "Uint8Array.of(1, 2)",
    "Uint8Array.from('123')",
    "Uint8Array.from([1, 2], (x) => x * 2)",
    "Uint8Array.from.call(Uint16Array, [300])",
    "Object.getPrototypeOf(Uint8Array).from([1])",
    "new (Object.getPrototypeOf(Uint8Array))()",
    "new Uint8Array([1, 2, 3]).slice(1)",
    "new Uint8Array([1, 2, 3]).subarray(1)",
    "new Uint8Array([1, 2, 3]).filter((x) => x > 1)",
    "new Uint8Array([3, 1, 2]).toSorted()",
    "new Uint8Array([3, 1, 2]).toReversed()",
    "new Uint8Array([3, 1, 2]).with(0, 9)",
    "new Uint8Array([3, 1, 2]).with(9, 9)",
    "Uint8Array.fromHex('0aff')",
    "Uint8Array.fromBase64('AQI=')",
    "Uint8Array.fromHex('x')",
    "new ArrayBuffer(4)",
    "new ArrayBuffer('4')",
    "new ArrayBuffer()",
    "new ArrayBuffer(-1)",
    "new ArrayBuffer(4, { maxByteLength: 8 })",
    "new ArrayBuffer(9, { maxByteLength: 8 })",
    "(() => { const b = new ArrayBuffer(4, { maxByteLength: 8 }); b.resize(8); return b })()",
    "(() => { const b = new ArrayBuffer(4, { maxByteLength: 8 }); b.resize(9) })()",
    "new ArrayBuffer(4).resize(2)",
    "new ArrayBuffer(4).slice(1)",
    "new ArrayBuffer(4).transfer()",
    "new ArrayBuffer(4).transfer(2)",
    "new ArrayBuffer(4, { maxByteLength: 8 }).transferToFixedLength()",
    "ArrayBuffer(1)",
    "ArrayBuffer.isView(new DataView(new ArrayBuffer(1)))",
    "ArrayBuffer[Symbol.species] === ArrayBuffer",
    "new (class Mine extends ArrayBuffer {})(3)",
    "Uint8Array.prototype.constructor === Uint8Array && new Uint8Array(1).constructor === Uint8Array",
    "new Uint8Array(1).buffer.constructor === ArrayBuffer",
    "Object.prototype.toString.call(new Uint8Array(1))",
  ];
  const code = behave(expressions);
  const seen = JSON.parse(run(`export default () => ${code}`) as string) as unknown[];
  const want = JSON.parse(vm.runInNewContext(code)) as unknown[];
  for (const [n, expression] of expressions.entries()) {
    assertEquals([expression, seen[n]] as never, [expression, want[n]] as never);
  }
});

const OVER: readonly string[] = [
  "new ArrayBuffer(3e8)",
  "new ArrayBuffer('3e8')",
  "new ArrayBuffer(0, { maxByteLength: 3e8 }).resize(3e8)",
  "new ArrayBuffer(8).transfer(3e8)",
  "new ArrayBuffer(8).transferToFixedLength(3e8)",
  "new Uint8Array(3e8)",
  "new Float64Array(4e7)",
  "new BigInt64Array(4e7)",
  "const held = new Uint8Array(2.6e8); new Float64Array({ length: 2e6 })",
  "new (class extends Uint8Array {})(3e8)",
  "Reflect.construct(Uint8Array, [3e8], Object)",
  "new Uint8Array(new Uint8Array(2e8))",
  "new Uint16Array(new Uint8Array(1e8))",
  "Uint8Array.from({ length: 3e8 }) || Uint8Array.of.call(Uint8Array)",
  "new Uint8Array(2e8).slice()",
  "new Uint8Array(2e8).buffer.slice(0)",
  "new Uint8Array(2e8).map((x) => x)",
  "const held = new Uint8Array(2e8); held.subarray(0, 1e8).toReversed()",
  "new Uint8Array(2e8).with(0, 1)",
  "new Uint8Array(1.5e8).toSorted()",
  "structuredClone(new Uint8Array(2e8))",
  "Uint8Array.fromHex('00'.repeat(1.8e8)).with(0, 1)",
  "const held = new Uint8Array(2.6e8); Uint8Array.fromBase64('AAAA'.repeat(4e6))",
  "new TextEncoder().encode('a'.repeat(3e8))",
  "(() => { const all = []; for (;;) all.push(new Uint8Array(1e6)) })()",
  "(() => { const all = []; for (;;) all.push(new ArrayBuffer(10000)) })()",
  "(() => { let at = 1e6; new ArrayBuffer({ valueOf: () => (at *= 20) }).transfer({ valueOf: () => (at *= 20) }) })()",
];

Deno.test("array buffers beyond the budget are a RangeError, whatever makes them, and what nobody holds is given back", () => {
  for (const code of OVER) {
    const seen = program(`export default () => { ${code}; return "made" }`).call(null);
    assert(seen instanceof Error, `${code}: ${seen}`);
    assertEquals(seen.name, "RangeError", code);
    assertMatch(
      seen.message,
      /^invalid array buffer of \d+ bytes: expected at most 268435456 bytes together, of which \d+ are in use$/,
      code,
    );
  }
  assertEquals(run("export default () => new Uint8Array(2e8).length"), 2e8);
});

Deno.test("what is made and dropped again and again stays within the budget", () => {
  const code =
    "export default () => { let n = 0; for (let i = 0; i < 3000; i++) n += new Uint8Array(1e6).length; return n }";
  assertEquals(run(code), 3e9);
  const held = program(
    "let held = []; export default (n) => { if (n === 0) held = []; else held.push(new Uint8Array(n)); return 1 }",
  );
  assertEquals(held.call(2e8), 1);
  assertEquals((held.call(2e8) as Error).name, "RangeError");
  held.call(0);
  assertEquals(held.call(2e8), 1);
  held.call(0);
});
