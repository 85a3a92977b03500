import type { Attack } from "./attack.ts";

/** Ways to last forever, or long where nothing can be interrupted. */
export const TIME: readonly Attack[] = [
  { name: "an endless loop", run: "for (;;);" },
  { name: "a loop that catches everything", run: "for (;;) try { null.x } catch {}" },
  { name: "a loop in a finally block after a loop", run: "try { for (;;); } finally { for (;;); }" },
  {
    name: "a loop that leaves by a label, and comes back",
    run: "outer: for (;;) for (;;) { try { continue outer } finally { continue outer } }",
  },
  { name: "a recursion that tries again at every depth", run: "const f = () => { try { f() } finally { f() } }; f()" },
  {
    name: "a recursion that catches the end of the stack",
    run: "const f = () => { for (;;) try { f() } catch {} }; f()",
  },
  { name: "an async recursion", runAsync: "const f = async () => { await f(); await f() }; await f()" },
  {
    name: "an async recursion with a pause",
    runAsync: "const f = async () => { await null; await Promise.all([f(), f()]) }; await f()",
  },
  { name: "an endless loop of awaits", runAsync: "for (;;) await null" },
  {
    name: "microtasks that queue themselves",
    runAsync: "const f = () => queueMicrotask(f); f(); await new Promise(() => {})",
  },
  { name: "two microtasks for each", runAsync: "const f = () => { queueMicrotask(f); queueMicrotask(f) }; f()" },
  { name: "promises that follow promises", runAsync: "const f = () => Promise.resolve().then(f); await f()" },
  { name: "a thenable that resolves to itself", runAsync: "const t = { then(done) { done(t) } }; await t" },
  {
    name: "a thenable that resolves to new ones",
    runAsync: "const t = () => ({ then(done) { done(t()) } }); await t()",
  },
  { name: "a thenable that never answers", run: "return { then() {} }" },
  { name: "a promise that never settles", run: "return new Promise(() => {})" },
  {
    name: "a timer that sets itself again",
    runAsync: "const f = () => setTimeout(f, 0); f(); await new Promise(() => {})",
  },
  { name: "an interval that never ends", runAsync: "setInterval(() => {}, 0); await new Promise(() => {})" },
  {
    name: "ten thousand timers that loop",
    runAsync:
      "for (let i = 0; i < 1e4; i++) setTimeout(() => { for (;;); }); await new Promise((done) => setTimeout(done, 10))",
  },
  { name: "a timer far away", runAsync: "await new Promise((done) => setTimeout(done, 2 ** 31 - 1))" },
  {
    name: "timers that set two timers",
    runAsync: "const f = () => { setTimeout(f); setTimeout(f) }; f(); await new Promise(() => {})",
  },
  { name: "a loop after the answer, in a microtask", run: "queueMicrotask(() => { for (;;); }); return 1" },
  { name: "a loop after the answer, in a promise", run: "Promise.resolve().then(() => { for (;;); }); return 1" },
  { name: "a loop after the answer, in a timer", run: "setTimeout(() => { for (;;); }); return 1" },
  { name: "a loop in the handler of a rejection", runAsync: "Promise.reject(1).catch(() => { for (;;); }); throw 1" },
  { name: "an endless generator is spread", run: "const g = function* () { for (;;) yield }; return [...g()]" },
  {
    name: "a generator that goes on when it is ended",
    run:
      "const g = function* () { for (;;) try { yield 1 } finally { for (;;) yield 2 } }; for (const x of g()) break; for (;;) for (const x of g()) break",
  },
  {
    name: "a generator of generators",
    run: "const g = function* () { yield* g(); yield* g() }; for (;;) try { g().next() } catch {}",
  },
  {
    name: "an endless async generator",
    runAsync: "const g = async function* () { for (;;) yield }; for await (const x of g());",
  },
  {
    name: "Array.fromAsync of an endless iterator",
    runAsync: "await Array.fromAsync((function* () { for (;;) yield })())",
  },
  {
    name: "an iterator's return that never ends",
    run: "const [a] = { [Symbol.iterator]: () => ({ next: () => ({ value: 1 }), return() { for (;;); } }) }",
  },
  {
    name: "iterator helpers over an endless iterator",
    run: "Iterator.from({ next: () => ({ value: 1 }) }).map((x) => x).filter(() => false).next()",
  },
  {
    name: "Object.fromEntries of an endless iterator",
    run: "Object.fromEntries({ *[Symbol.iterator]() { for (let i = 0; ; i++) yield ['a', i] } })",
  },
  {
    name: "Promise.all of an endless iterator",
    runAsync: "await Promise.all({ *[Symbol.iterator]() { for (;;) yield 1 } })",
  },
  { name: "a comparison that never ends", run: "[3, 2, 1].sort(() => { for (;;); })" },
  {
    name: "a long sort",
    run:
      "const a = Array.from({ length: 1e7 }, (_, i) => (i * 7919) % 1e7); for (;;) a.sort((x, y) => x - y).reverse()",
  },
  {
    name: "a long sort of strings",
    run: "const a = Array.from({ length: 3e6 }, (_, i) => 'k' + ((i * 7919) % 3e6)); for (;;) a.sort().reverse()",
  },
  { name: "a reviver that never ends", run: "JSON.parse('[1]', () => { for (;;); })" },
  { name: "a replacer that grows what it visits", run: "JSON.stringify([1], (_, v) => [v, v])" },
  { name: "a toJSON that never ends", run: "return { a: new (class { toJSON() { for (;;); } })() }" },
  { name: "a toString that never ends", run: "'' + { toString() { for (;;); } }" },
  {
    name: "a conversion that answers with itself",
    run: "const o = { [Symbol.toPrimitive]() { return `${o}` } }; `${o}`",
  },
  { name: "a getter that reads itself", run: "const o = { get a() { return o.a } }; for (;;) try { o.a } catch {}" },
  {
    name: "a proxy that asks itself",
    run: "const p = new Proxy({}, { get: (t, k, r) => r[k] }); for (;;) try { p.x } catch {}",
  },
  {
    name: "a proxy of a proxy, a hundred thousand times",
    run:
      "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); for (;;) try { p.x; Object.keys(p); delete p.x; p.y = 1; 'x' in p } catch {}",
  },
  {
    name: "a prototype chain of a million",
    run: "let p = {}; for (let i = 0; i < 1e6; i++) p = Object.create(p); for (;;) p.x",
  },
  {
    name: "a bound function of a bound function",
    run: "let f = () => 1; for (let i = 0; i < 1e6; i++) f = f.bind(); for (;;) try { f() } catch {}",
  },
  {
    name: "a class of a class, a hundred thousand times",
    run: "let C = class {}; for (let i = 0; i < 1e5; i++) C = class extends C {}; for (;;) try { new C() } catch {}",
  },
  {
    name: "iterator helpers over iterator helpers",
    run:
      "let it = [1].values(); for (let i = 0; i < 1e5; i++) it = it.map((x) => x); for (;;) try { it.next() } catch {}",
  },
  // patterns that run away
  { name: "a pattern with nested repetition", run: "/(a+)+$/.test('a'.repeat(40) + 'b')" },
  { name: "a pattern with alternatives that overlap", run: "/^(a|a)*$/.test('a'.repeat(60) + 'b')" },
  { name: "a pattern with a reference to itself", run: "/^(.*)\\1*\\1*\\1*\\1*\\1*$/s.test('a'.repeat(3e4) + 'b')" },
  {
    name: "a pattern of an address, as on the web",
    run:
      "/^([a-zA-Z0-9_.-])+@(([a-zA-Z0-9-])+\\.)+([a-zA-Z0-9]{2,4})+$/.test('a@' + 'a'.repeat(60) + '.' + 'a'.repeat(60) + '!')",
  },
  { name: "a pattern that is quadratic, on a long text", run: "/\\s+$/.test(' '.repeat(2e6) + 'x')" },
  {
    name: "a pattern of many optional characters",
    run: "new RegExp('a?'.repeat(60) + 'a'.repeat(60) + 'b').test('a'.repeat(60))",
  },
  { name: "a pattern that looks behind", run: "/(?<=(a+)+b)c/.test('a'.repeat(50) + 'c'.repeat(50))" },
  { name: "a pattern without case that runs away", run: "/(\\p{L}+\\p{M}*)+$/iu.test('é'.repeat(60) + '1')" },
  { name: "a runaway pattern in replace", run: "'x'.repeat(50).replace(/(x+x+)+y/g, '')" },
  { name: "a runaway pattern in split", run: "'x'.repeat(50).split(/(?:x+x+)+y/)" },
  {
    name: "a pattern that is made anew forever",
    run: "for (let i = 0; ; i++) new RegExp('(a' + i + '|b)*c').test('ab'.repeat(10))",
  },
  {
    name: "a pattern of the client's",
    run: "new RegExp(request.query.p[0]).test('a'.repeat(40) + 'b')",
    request: { path: "?p=(a%2B)%2B%24" },
  },
  // what lasts in the engine's own code
  {
    name: "searches of a long string",
    run: "const s = 'a'.repeat(2 ** 28); for (let i = 0; ; i++) s.lastIndexOf('b' + i)",
  },
  { name: "one search that is quadratic", run: "('a'.repeat(2e6) + 'b').indexOf('a'.repeat(1e6) + 'c')" },
  {
    name: "a string is replaced in quadratic time",
    run: "let s = 'a'.repeat(1e6); for (;;) s = s.replaceAll('a', 'b').replaceAll('b', 'a')",
  },
  { name: "characters of a string that grows", run: "let s = ''; for (;;) { s += 'a'; s.charCodeAt(s.length >> 1) }" },
  {
    name: "a list that loses its first item",
    run: "const a = Array(3e6).fill(1); for (;;) { a.shift(); a.push(1); a.unshift(0); a.pop() }",
  },
  { name: "a list of holes in a dictionary", run: "const a = []; a[2 ** 31] = 1; for (;;) a.indexOf(2)" },
  { name: "bytes are filled forever", run: "const a = new Uint8Array(2e8); for (;;) a.fill(1)" },
  { name: "bytes are searched forever", run: "const a = new Uint8Array(2e8); for (;;) a.indexOf(1)" },
  { name: "bytes are moved within themselves", run: "const a = new Float64Array(2.5e7); for (;;) a.copyWithin(1, 0)" },
  {
    name: "doubles are sorted forever",
    run: "const a = new Float64Array(2.5e7); for (;;) { for (let i = 0; i < a.length; i += 7) a[i] = -i; a.sort() }",
  },
  { name: "texts are normalized forever", run: "for (;;) 'e\\u0301'.repeat(1e7).normalize('NFC')" },
  { name: "texts get another case forever", run: "for (;;) 'é'.repeat(1e8).toUpperCase()" },
  { name: "texts get the case of a locale forever", run: "for (;;) 'Iİ'.repeat(1e7).toLocaleLowerCase('tr')" },
  { name: "numbers are formatted forever", run: "for (let n = 0; ; n++) n.toLocaleString('de-u-nu-deva')" },
  {
    name: "dates are formatted forever",
    run: "for (let n = 0; ; n++) new Date(n).toLocaleString('ar', { dateStyle: 'full', timeZone: 'Asia/Tokyo' })",
  },
  { name: "random names for a very long time", run: "for (;;) crypto.randomUUID()" },
  {
    name: "digests forever",
    runAsync: "const b = new Uint8Array(1.6e7); for (;;) await crypto.subtle.digest('SHA-512', b)",
  },
  {
    name: "ten thousand digests at once",
    runAsync:
      "const b = new Uint8Array(1.6e7); await Promise.all(Array.from({ length: 1e4 }, () => crypto.subtle.digest('SHA-512', b)))",
  },
  {
    name: "a key is derived in a billion rounds",
    runAsync:
      "const key = await crypto.subtle.importKey('raw', new Uint8Array(16), 'PBKDF2', false, ['deriveBits']); await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-512', salt: new Uint8Array(16), iterations: 1e9 }, key, 512)",
  },
  {
    name: "a huge key is made",
    runAsync:
      "await crypto.subtle.generateKey({ name: 'RSA-PSS', modulusLength: 16384, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, true, ['sign'])",
  },
  {
    name: "JSON forever",
    run: "const o = Array(1e5).fill({ a: [1, 'x', null] }); for (;;) JSON.parse(JSON.stringify(o))",
  },
  { name: "JSON of one large value", run: "let o = [1]; for (let i = 0; i < 24; i++) o = [o, o]; JSON.stringify(o)" },
  {
    name: "JSON with indentation of a deep value",
    run: "let o = 1; for (let i = 0; i < 5e3; i++) o = [o, o.length ? 1 : 2]; for (;;) JSON.stringify(o, null, 10)",
  },
  {
    name: "a value with shared parts is cloned",
    run: "let o = { a: 1 }; for (let i = 0; i < 60; i++) o = { a: o, b: o }; structuredClone(o)",
  },
  {
    name: "a frozen list of ten million",
    run: "const a = Array.from({ length: 1e7 }, (_, i) => i); Object.freeze(a); for (;;) Object.isFrozen(a)",
  },
  {
    name: "keys of a large map are listed forever",
    run: "const o = {}; for (let i = 0; i < 1e6; i++) o['k' + i] = i; for (;;) Object.keys(o)",
  },
  {
    name: "numeric keys of a dictionary are sorted forever",
    run: "const o = {}; for (let i = 0; i < 1e6; i++) o[i * 4001] = i; for (;;) for (const k in o) if (k < 0) return",
  },
  {
    name: "keys that collide",
    run: "const m = new Map(); for (let i = 0; i < 5e6; i++) m.set(i * 2 ** 32, i); for (;;) m.get(1)",
  },
  { name: "Atomics.wait, if there were one", run: "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)" },
  { name: "a debugger statement in a loop", run: "for (;;) { debugger }" },
  {
    name: "stacks are made forever",
    run: "Error.stackTraceLimit = Infinity; const f = (n) => n ? f(n - 1) : new Error('x').stack; for (;;) f(2000)",
  },
];
