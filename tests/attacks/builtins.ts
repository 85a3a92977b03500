import type { Attack } from "./attack.ts";

/** Ways to change what others use, or to get code from where there is none. */
export const BUILTINS: readonly Attack[] = [
  { name: "Object.prototype gets a then", run: "Object.prototype.then = () => {}" },
  {
    name: "Object.prototype gets accessors",
    run:
      "for (const k of ['then', 'status', 'body', 'header', 'value', 'get', 'length', '0', 'toJSON']) try { Object.defineProperty(Object.prototype, k, { get() { for (;;); }, set() { for (;;); } }) } catch {}; for (const k of ['status', 'a']) try { Object.prototype.__defineGetter__(k, () => 1) } catch {}",
  },
  {
    name: "Array.prototype gets other methods",
    run: "for (const k of Reflect.ownKeys(Array.prototype)) try { Array.prototype[k] = () => { for (;;); } } catch {}",
  },
  {
    name: "Array.prototype gets an item",
    run: "Array.prototype[0] = 1; Object.defineProperty(Array.prototype, 1, { set() { for (;;); } })",
  },
  {
    name: "Array gets another species and iterator",
    run:
      "try { Array[Symbol.species] = null } catch {}; try { Array.prototype[Symbol.iterator] = function* () { for (;;) yield } } catch {}; Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: false })",
  },
  { name: "Promise.prototype.then is replaced", run: "Promise.prototype.then = () => { for (;;); }" },
  {
    name: "Function.prototype.call is replaced",
    run: "Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { for (;;); }",
  },
  {
    name: "JSON and Reflect are replaced",
    run:
      "try { JSON.parse = JSON.stringify = null } catch {}; try { Reflect.apply = null } catch {}; globalThis.JSON = globalThis.Reflect = null",
  },
  {
    name: "every global is deleted",
    run: "for (const k of Reflect.ownKeys(globalThis)) try { delete globalThis[k] } catch {}",
  },
  {
    name: "every global is replaced",
    run: "for (const k of Reflect.ownKeys(globalThis)) try { globalThis[k] = () => { for (;;); } } catch {}",
  },
  {
    name: "every built-in is frozen, and sealed",
    run:
      "for (const k of Reflect.ownKeys(globalThis)) try { Object.freeze(globalThis[k]); Object.seal(globalThis[k]?.prototype) } catch {}",
  },
  {
    name: "prototypes are exchanged",
    run:
      "for (const p of [Array, Object, Function, Promise, Error, Map]) for (const q of [null, {}, new Proxy({}, {})]) try { Object.setPrototypeOf(p.prototype, q) } catch {}; Object.setPrototypeOf(globalThis, null)",
  },
  {
    name: "constructors of built-ins are exchanged",
    run:
      "for (const p of [Array, Promise, RegExp, Uint8Array]) try { p.prototype.constructor = { [Symbol.species]: function () { for (;;); } } } catch {}; return [1].map((x) => x)",
  },
  {
    name: "Error.prepareStackTrace that never ends",
    run: "Error.prepareStackTrace = () => { for (;;); }; return new Error('x').stack",
  },
  {
    name: "Error.captureStackTrace on built-ins",
    run:
      "for (const o of [globalThis, Object.prototype, Array.prototype, Promise]) try { Error.captureStackTrace(o) } catch {}; const o = {}; for (;;) Error.captureStackTrace(o)",
  },
  {
    name: "RegExp.prototype.exec is replaced",
    run: "RegExp.prototype.exec = () => ({ index: 0, length: 2 ** 53 }); return 'a'.match(/a/g)",
  },
  {
    name: "a pattern whose exec lies",
    run: "const r = /a/g; r.exec = () => ({ index: 0, length: 2e8, 0: '' }); 'a'.replace(r, 'b'); 'a'.match(r)",
  },
  {
    name: "a pattern whose match never moves",
    run: "const r = /a/g; Object.defineProperty(r, 'lastIndex', { value: 0, writable: false }); 'a'.match(r)",
  },
  {
    name: "a pattern whose flags are a proxy's",
    run:
      "const r = new Proxy(/a/g, { get: (t, k) => k === 'flags' ? 'gy' : k === 'exec' ? () => [''] : t[k] }); RegExp.prototype[Symbol.match].call(r, 'a'.repeat(1e6))",
  },
  {
    name: "a pattern of a species that counts to infinity",
    run:
      "class R extends RegExp { exec() { return [''] } get lastIndex() { return 0 } set lastIndex(_) {} } 'aaa'.split(new R('a')); 'aaa'.match(new R('a', 'g'))",
  },
  { name: "eval", run: "eval('for (;;);')" },
  { name: "Function from a string", run: "new Function('for (;;);')()" },
  {
    name: "functions of all sorts from strings",
    run:
      "for (const f of [async () => {}, function* () {}, async function* () {}]) try { f.constructor('for (;;);')() } catch {}",
  },
  { name: "a timer of a string", run: "setTimeout('for (;;);')" },
  { name: "an import of a module of Node", runAsync: "await import('node:fs')", applied: "rejected" },
  {
    name: "imports forever",
    runAsync: "for (let i = 0; ; i++) await import('data:text/javascript,' + i).catch(() => {})",
    applied: "rejected",
  },
  {
    name: "WebAssembly, if there were any",
    run: "new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))",
  },
  {
    name: "WebAssembly memory, if there were any",
    run: "const a = []; for (;;) a.push(new WebAssembly.Memory({ initial: 65536 }))",
  },
  { name: "shared memory, if there were any", run: "new SharedArrayBuffer(2 ** 32)" },
  { name: "a realm, if there were any", run: "new ShadowRealm().evaluate('for (;;);')" },
  {
    name: "the process, if there were one",
    run: "globalThis.process?.exit(1); globalThis.Deno?.exit(1); globalThis.close?.(); globalThis.process?.abort()",
  },
  {
    name: "the process, by the constructor of everything in the request",
    run:
      "for (const k in request) for (let o = request[k]; o != null; o = Object.getPrototypeOf(o)) try { o.constructor.constructor('process.exit(1)')() } catch {}",
  },
  { name: "the end of the function", code: "export default () => 1\n}); for (;;); (() => {", applied: "rejected" },
  { name: "gc, if there were any", run: "for (;;) globalThis.gc()" },
  { name: "natives of V8", code: "export default () => %AbortJS('x')", applied: "rejected" },
  { name: "Symbol.hasInstance that never ends", run: "return 1 instanceof { [Symbol.hasInstance]() { for (;;); } }" },
  {
    name: "unhandled rejections by the thousand",
    runAsync: "for (let i = 0; i < 1e5; i++) Promise.reject(new Proxy({}, { get() { for (;;); } }))",
  },
  {
    name: "a rejection that comes later",
    run: "setTimeout(() => { throw new Error('later') }); Promise.reject(1); queueMicrotask(() => { throw 1 })",
  },
  {
    name: "structuredClone of everything",
    run:
      "for (const k of Reflect.ownKeys(globalThis)) try { structuredClone(globalThis[k]) } catch {}; structuredClone(request, { transfer: [new ArrayBuffer(8)] })",
  },
  {
    name: "structuredClone of a value whose getters change it",
    run:
      "const a = [1, 2, 3]; const o = { get a() { a.length = 0; for (let i = 0; i < 1e6; i++) a.push(o); return a } }; structuredClone(o)",
  },
  {
    name: "a buffer is detached while it is sorted",
    run:
      "const a = new Uint8Array(1e6); a.sort((x, y) => { try { a.buffer.transfer() } catch {}; return y - x }); a.fill(1); a.set([1], 5)",
  },
  {
    name: "a buffer shrinks while it is filled",
    run:
      "const b = new ArrayBuffer(1e6, { maxByteLength: 1e6 }), a = new Uint8Array(b); a.fill({ valueOf() { b.resize(0); return 1 } }); a.copyWithin({ valueOf() { b.resize(10); return 0 } }, 1); a.subarray({ valueOf() { b.resize(5); return 3 } }); a.with({ valueOf() { b.resize(0); return 0 } }, 1)",
  },
  {
    name: "a list shrinks while it is sorted",
    run:
      "const a = Array.from({ length: 1e5 }, (_, i) => -i); a.sort((x, y) => { a.length = 0; return x - y }); a.splice({ valueOf() { a.length = 0; return 1 } }, 5); a.fill(1, { valueOf() { a.length = 0; return 0 } }); a.includes(1, { valueOf() { a.length = 0 } })",
  },
];
