import type { Attack } from "./attack.ts";

/** Ways to fill the memory. */
export const MEMORY: readonly Attack[] = [
  { name: "lists of numbers", run: "const a = []; for (;;) a.push(new Array(1e5).fill(1.1))" },
  { name: "small objects", run: "const a = []; for (;;) a.push({ a: [1] })" },
  { name: "closures", run: "const a = []; for (let i = 0; ; i++) a.push(() => i)" },
  { name: "a chain of closures", run: "let f = () => 1; for (;;) { const g = f; f = () => g }" },
  { name: "maps of maps", run: "let m = new Map(); for (;;) m = new Map([[m, m]])" },
  { name: "sets of strings", run: "const s = new Set(); for (let i = 0; ; i++) s.add('item ' + i)" },
  { name: "keys of one object", run: "const o = {}; for (let i = 0; ; i++) o['k' + i] = i" },
  {
    name: "objects of ever new shapes",
    run: "const a = []; for (let i = 0; ; i++) a.push({ ['a' + i]: 1, ['b' + i]: 2 })",
  },
  { name: "symbols that are registered", run: "for (let i = 0; ; i++) Symbol.for('s' + i)" },
  {
    name: "strings that are not flat",
    run: "let s = 'x'; const a = []; for (let i = 0; ; i++) { s = i + s + i; a.push(s) }",
  },
  {
    name: "slices of long strings",
    run: "const a = []; for (let i = 0; ; i++) a.push((i + 'x'.repeat(1e6)).slice(0, 20))",
  },
  {
    name: "long strings that are flat",
    run: "const a = []; for (let i = 0; ; i++) { const s = 'x'.repeat(1e7) + i; s.charCodeAt(5); a.push(s) }",
  },
  {
    name: "two-byte strings from bytes",
    run: "const a = []; const b = new Uint8Array(1e7); for (;;) a.push(new TextDecoder('utf-16le').decode(b))",
  },
  { name: "bigints", run: "const a = []; for (let i = 1n; ; i++) a.push(i << 1_000_000n)" },
  { name: "dates", run: "const a = []; for (let i = 0; ; i++) a.push(new Date(i))" },
  { name: "errors with their stacks", run: "const a = []; for (;;) a.push(new Error('x'.repeat(1000)))" },
  {
    name: "errors that hold frames",
    run: "const a = []; const f = (n) => n === 0 ? a.push(new Error()) : f(n - 1); for (;;) f(100)",
  },
  {
    name: "patterns",
    run:
      "const a = []; for (let i = 0; ; i++) { const r = new RegExp('x' + i + '|(?:y{1,50}z)*'); r.test('abc'); a.push(r) }",
  },
  { name: "matches", run: "const a = []; for (;;) a.push('abcdefgh'.match(/(.)(.)(.)(.)/d))" },
  { name: "bound functions", run: "const a = []; for (;;) a.push(a.push.bind(a, 1, 2, 3))" },
  { name: "classes", run: "const a = []; for (;;) a.push(class { a = 1; static b = 2; c() {} })" },
  { name: "proxies", run: "let p = {}; for (;;) p = new Proxy(p, {})" },
  {
    name: "generators that are suspended",
    run: "const a = []; for (;;) { const g = (function* () { yield a })(); g.next(); a.push(g) }",
  },
  {
    name: "async functions that wait",
    runAsync: "const f = async () => { await new Promise(() => {}) }; const a = []; for (;;) a.push(f())",
  },
  { name: "promises", run: "const a = []; for (;;) a.push(new Promise(() => {}))" },
  { name: "a chain of promises", runAsync: "let p = Promise.resolve(); for (;;) p = p.then(() => 1)" },
  { name: "reactions of one promise", runAsync: "const p = new Promise(() => {}); for (;;) p.then(() => 1)" },
  { name: "microtasks that wait", run: "for (;;) queueMicrotask(() => {})" },
  { name: "microtasks that share one function", run: "const f = () => {}; for (;;) queueMicrotask(f)" },
  { name: "timers", run: "for (;;) setTimeout(() => {}, 1e6, 'x'.repeat(1000))" },
  {
    name: "timers that hold long strings",
    runAsync:
      "for (let i = 0; i < 1e4; i++) setTimeout(() => {}, 1e6, (i + 'x'.repeat(1e5)).split('')); await new Promise(() => {})",
  },
  { name: "rejections that nobody handles", run: "for (;;) Promise.reject(new Error('x'.repeat(1000)))" },
  {
    name: "weak maps in a chain of keys",
    run: "const m = new WeakMap(); let k = {}; const first = k; for (;;) { const n = {}; m.set(k, n); k = n }",
  },
  {
    name: "weak maps in chains across each other",
    run:
      "const maps = Array.from({ length: 300 }, () => new WeakMap()); let k = {}; globalThis.first = k; for (let i = 0; ; i++) { const n = { i }; maps[(i * 7) % 300].set(k, n); k = n }",
  },
  { name: "weak sets", run: "const s = new WeakSet(), a = []; for (;;) { const o = {}; s.add(o); a.push(o) }" },
  { name: "weak references, if there were any", run: "const a = []; for (;;) a.push(new WeakRef({ a }))" },
  {
    name: "private fields on foreign objects",
    run:
      "class B { constructor(o) { return o } } class A extends B { #x = Array(10).fill(1) } const all = []; for (;;) all.push(new A({}))",
  },
  { name: "typed arrays", run: "const a = []; for (;;) a.push(new Float64Array(1 << 19).fill(1.5))" },
  { name: "many small typed arrays", run: "const a = []; for (;;) a.push(new Uint8Array(10))" },
  {
    name: "buffers",
    run: "const a = []; for (;;) { const b = new ArrayBuffer(1 << 22); new Uint8Array(b).fill(1); a.push(b) }",
  },
  { name: "buffers of a few bytes", run: "const a = []; for (;;) a.push(new ArrayBuffer(64))" },
  { name: "views of one buffer", run: "const b = new ArrayBuffer(8), a = []; for (;;) a.push(new DataView(b))" },
  { name: "bytes from base64", run: "const s = 'AAAA'.repeat(1e6), a = []; for (;;) a.push(Uint8Array.fromBase64(s))" },
  {
    name: "bytes of texts",
    run: "const e = new TextEncoder(), s = 'é'.repeat(1e6), a = []; for (;;) a.push(e.encode(s))",
  },
  {
    name: "formats of dates",
    run:
      "const a = []; for (let i = 0; ; i++) a.push(new Intl.DateTimeFormat(['de', 'ar', 'zh', 'hi'][i % 4], { dateStyle: 'full', timeZone: 'Asia/Tokyo' }))",
  },
  {
    name: "formats of numbers",
    run:
      "const a = []; for (let i = 0; ; i++) a.push(new Intl.NumberFormat(['de', 'ar', 'zh', 'hi'][i % 4], { style: 'unit', unit: 'kilometer-per-hour' }))",
  },
  {
    name: "collators",
    run:
      "const a = []; for (let i = 0; ; i++) { const c = new Intl.Collator(['de', 'ja', 'zh', 'sv'][i % 4]); c.compare('a', 'b'); a.push(c) }",
  },
  {
    name: "segmenters with their texts",
    run:
      "const a = []; for (let i = 0; ; i++) a.push(new Intl.Segmenter('th').segment('x'.repeat(1e5))[Symbol.iterator]().next())",
  },
  {
    name: "names of languages",
    run:
      "const a = []; for (let i = 0; ; i++) a.push(new Intl.DisplayNames(['de', 'ar', 'zh', 'hi'][i % 4], { type: 'language' }).of('fr'))",
  },
  {
    name: "locales",
    run: "const a = []; for (let i = 0; ; i++) a.push(new Intl.Locale('de', { numberingSystem: 'latn' }).maximize())",
  },
  {
    name: "times of the new kind",
    run:
      "const a = []; for (let i = 0; ; i++) a.push(Temporal.Instant.fromEpochMilliseconds(i).toZonedDateTimeISO('Asia/Tokyo'))",
  },
  {
    name: "URLs",
    run: "const a = []; for (let i = 0; ; i++) a.push(new URL('http://h' + i + '/' + 'x/'.repeat(1000)))",
  },
  {
    name: "decoders of texts",
    run:
      "const a = []; for (;;) { const d = new TextDecoder('gb18030'); d.decode(new Uint8Array(3), { stream: true }); a.push(d) }",
  },
  {
    name: "keys",
    runAsync:
      "const a = []; for (;;) a.push(await crypto.subtle.importKey('raw', new Uint8Array(1e6), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']))",
  },
  {
    name: "ciphers of large texts",
    runAsync:
      "const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']); const b = new Uint8Array(1.6e7), a = []; for (;;) a.push(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key, b))",
  },
  {
    name: "random bytes that are kept",
    run: "const a = []; for (;;) a.push(crypto.getRandomValues(new Uint8Array(65536)))",
  },
  { name: "a clone of a clone", run: "let a = [1, { b: 2 }]; for (;;) a = structuredClone([a, a])" },
  { name: "a deep list", run: "let a = []; for (;;) a = [a]" },
  { name: "a deep value as JSON", run: "let a = []; for (let i = 0; i < 1e6; i++) a = [a]; JSON.stringify(a)" },
  { name: "a deep value is cloned", run: "let a = []; for (let i = 0; i < 1e6; i++) a = [a]; structuredClone(a)" },
  { name: "a deep list is flattened", run: "let a = []; for (let i = 0; i < 1e6; i++) a = [a]; a.flat(Infinity)" },
  { name: "a deep list as a string", run: "let a = []; for (let i = 0; i < 1e6; i++) a = [a]; String(a)" },
  {
    name: "functions that keep their arguments",
    run: "const a = []; const f = (...all) => () => all; for (;;) a.push(f(...Array(1000).fill(a)))",
  },
  { name: "a sparse list that grows", run: "const a = []; for (let i = 1; ; i = (i * 3) % 4294967291) a[i] = i" },
  { name: "a list that is preallocated", run: "const a = []; for (;;) a.push(new Array(3e7))" },
  {
    name: "lists by their length",
    run: "const a = []; for (;;) { const b = []; b.length = 3e7; b[2e7] = 1; a.push(b) }",
  },
  {
    name: "arguments objects",
    run: "const a = []; const f = function () { a.push(arguments) }; for (;;) f(1, 2, 3, {})",
  },
  { name: "template objects", run: "const a = []; const t = (s) => s; for (;;) a.push((() => t`a${1}b`)())" },
  { name: "names of fields that are computed", run: "const s = Symbol; const o = {}; for (;;) o[s()] = 1" },
  {
    name: "module state that grows with each call",
    code: "const kept = []; export default () => { kept.push(Array(1e6).fill(kept.length)); return kept.length }",
    request: { repeats: 60 },
  },
  {
    name: "a global that grows with each call",
    code:
      "export default () => { (globalThis.kept ??= []).push('x'.repeat(1e7) + Math.random()); globalThis.kept.at(-1).charCodeAt(1); return 1 }",
    request: { repeats: 60 },
  },
  {
    name: "bytes in the module that grow with each call",
    code: "const kept = []; export default () => { kept.push(new Uint8Array(1e7).fill(1)); return kept.length }",
    request: { repeats: 60 },
  },
  {
    name: "a cache without an end",
    code:
      "const cache = new Map(); export default ({ query }) => { for (let i = 0; i < 1e5; i++) cache.set(Math.random(), { q: query }); return cache.size }",
    request: { repeats: 40 },
  },
  {
    name: "what a call keeps of its request",
    code: "const kept = []; export default (request) => { kept.push(request, request.body); return kept.length }",
    request: { repeats: 50, body: "x".repeat(900_000) },
  },
  {
    name: "each call leaves work behind",
    code: "export default () => { setTimeout(() => {}, 1e6, Array(1e6).fill(1)); return new Promise(() => {}) }",
    request: { repeats: 40 },
  },
];
