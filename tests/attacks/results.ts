import type { Attack } from "./attack.ts";

/** Results and errors that do something when they are read, or are too much. */
export const RESULTS: readonly Attack[] = [
  { name: "a cycle", run: "const a = {}; a.a = a; return a" },
  { name: "a cycle through a map and a set", run: "const m = new Map(), s = new Set([m]); m.set('s', s); return m" },
  { name: "a value ten million levels deep", run: "let a = {}; for (let i = 0; i < 3e6; i++) a = { a }; return a" },
  {
    name: "a value that doubles at each level",
    run: "let a = [1]; for (let i = 0; i < 100; i++) a = [a, a]; return a",
  },
  { name: "a million maps", run: "return Array.from({ length: 2e6 }, () => ({ a: 1 }))" },
  { name: "a list of four billion holes", run: "return Array(2 ** 32 - 1)" },
  { name: "a string of half a billion characters", run: "return 'a'.repeat(5e8)" },
  { name: "a string that is not flat", run: "let s = 'é'; for (let i = 0; i < 28; i++) s += s; return s" },
  { name: "a key of half a billion characters", run: "return { ['a'.repeat(5e8)]: 1 }" },
  { name: "a hundred megabytes of bytes", run: "return new Uint8Array(1e8)" },
  { name: "many long strings", run: "return Array(1e5).fill('a'.repeat(1e5))" },
  { name: "a bigint of a million digits", run: "return 10n ** 1_000_000n" },
  { name: "a getter that never ends", run: "return { get a() { for (;;); } }" },
  { name: "a getter that allocates", run: "return { get a() { const a = []; for (;;) a.push({}) } }" },
  {
    name: "a getter that adds getters",
    run:
      "const o = {}; let n = 0; const add = () => Object.defineProperty(o, 'k' + n++, { enumerable: true, get: () => (add(), { o }) }); add(); return o",
  },
  { name: "a getter that returns a new level", run: "const f = () => ({ get a() { return f() } }); return f()" },
  { name: "a proxy with endless keys", run: "return new Proxy({}, { ownKeys: () => { for (;;); } })" },
  {
    name: "a proxy with a million keys, each a proxy",
    run:
      "const p = () => new Proxy({}, { ownKeys: () => Array.from({ length: 1e6 }, (_, i) => 'k' + i), getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }), get: p }); return p()",
  },
  { name: "a list that says it is long", run: "return new Proxy([], { get: (t, k) => k === 'length' ? 2 ** 53 : 1 })" },
  {
    name: "a list whose length changes each time",
    run: "let n = 0; return new Proxy([], { get: (t, k) => k === 'length' ? ++n * 1e5 : n })",
  },
  {
    name: "a proxy that was revoked",
    run: "const { proxy, revoke } = Proxy.revocable([], {}); revoke(); return { proxy }",
  },
  {
    name: "a toJSON that returns an instance of itself",
    run: "return new (class A { toJSON() { return new A() } })()",
  },
  { name: "a toJSON of a toJSON", run: "return { toJSON: () => ({ toJSON: () => { for (;;); } }) }" },
  {
    name: "a Map with an iterator of its own",
    run:
      "const m = new Map([[1, 2]]); m[Symbol.iterator] = m.entries = function* () { for (;;) yield [1, 2] }; return m",
  },
  {
    name: "a Map of two million objects",
    run: "const m = new Map(); for (let i = 0; i < 2e6; i++) m.set({}, i); return m",
  },
  { name: "an endless generator", run: "return (function* () { for (;;) yield 'x'.repeat(1e6) })()" },
  {
    name: "an endless generator as the body",
    run: "return { status: 200, header: {}, body: (async function* () { for (;;) yield 'x'.repeat(1e6) })() }",
  },
  {
    name: "a stream that is a snippet's own",
    run: "return { status: 200, header: {}, body: new ReadableStream({ pull(c) { c.enqueue('x'.repeat(1e6)) } }) }",
  },
  { name: "a thenable that resolves twice, and throws", run: "return { then(a, b) { a(1); a(2); b(3); throw 4 } }" },
  {
    name: "a then that is a getter that throws now and then",
    run: "let n = 0; return { get then() { if (n++) throw 1; return (done) => done({ get then() { for (;;); } }) } }",
  },
  {
    name: "a promise of a subclass that never ends",
    run: "class P extends Promise { then() { for (;;); } } return P.resolve(1)",
  },
  {
    name: "a promise of a promise of a promise",
    runAsync:
      "let p = Promise.resolve(1); for (let i = 0; i < 1e6; i++) { const q = p; p = new Promise((done) => done(q)) } return await p",
  },
  { name: "a symbol, a function and a class", run: "return [Symbol('x'), () => 1, class {}]" },
  {
    name: "an invalid date and all numbers that are none",
    run: "return [new Date(NaN), NaN, Infinity, -Infinity, -0]",
  },
  { name: "lone surrogates everywhere", run: "return { ['\\ud800']: '\\udfff'.repeat(1e6), body: '\\ud800' }" },
  {
    name: "a field called __proto__",
    run:
      'return JSON.parse(\'{"__proto__": {"then": 1, "status": 500}, "constructor": 1, "toString": 2, "hasOwnProperty": 3}\')',
  },
  {
    name: "bytes that shrink while they are read",
    run:
      "const b = new ArrayBuffer(1e6, { maxByteLength: 1e6 }); return [{ get a() { b.resize(1) } }, new Uint8Array(b, 10)]",
  },
  // answers to clients
  { name: "a status of a million", run: "return { status: 1e6, header: {}, body: '' }" },
  { name: "a status that is not a number", run: "return { status: NaN, header: {}, body: '' }" },
  {
    name: "a status of 101",
    run: "return { status: 101, header: { upgrade: 'websocket', connection: 'upgrade' }, body: '' }",
  },
  {
    name: "a status of 204 with a body",
    run: "return { status: 204, header: { 'content-length': '1000000' }, body: 'x'.repeat(1e6) }",
  },
  {
    name: "a length that is wrong",
    run: "return { status: 200, header: { 'content-length': '5' }, body: 'x'.repeat(1e6) }",
  },
  {
    name: "a length and chunks",
    run:
      "return { status: 200, header: { 'content-length': '5', 'transfer-encoding': 'chunked', connection: 'close, keep-alive' }, body: 'xxxxxxxx' }",
  },
  {
    name: "a header with line breaks",
    run: "return { status: 200, header: { 'x-a': 'b\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\n', 'x\\r\\nb': '1' }, body: '' }",
  },
  {
    name: "a header with bytes that are no characters",
    run: "return { status: 200, header: { 'x-a': '\\u0000\\u0001\\uffff', '': 'x', '\\ud800': '1' }, body: '' }",
  },
  {
    name: "a hundred thousand headers",
    run:
      "return { status: 200, header: Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ['x-' + i, 'v'])), body: '' }",
  },
  {
    name: "a header with a hundred thousand values",
    run: "return { status: 200, header: { 'set-cookie': Array(1e5).fill('a=b') }, body: '' }",
  },
  { name: "a header of eight megabytes", run: "return { status: 200, header: { 'x-a': 'v'.repeat(8e6) }, body: '' }" },
  {
    name: "headers that are never the same",
    run:
      "return { status: 200, header: Object.fromEntries(Array.from({ length: 200 }, () => ['x-' + Math.random(), String(Math.random())])), body: '' }",
    request: { times: 50 },
  },
  {
    name: "a header that is a map of maps",
    run:
      "return { status: 200, header: { 'x-a': { b: { c: {} } }, 'x-b': [[['x']]], 'x-c': null, 'x-d': 5 }, body: '' }",
  },
  {
    name: "a body that says it is compressed",
    run: "return { status: 200, header: { 'content-encoding': 'gzip, br, zstd, gzip' }, body: 'x'.repeat(1e6) }",
  },
  {
    name: "a body of a type that does not exist",
    run:
      "return { status: 200, header: { 'content-type': 'x/' + 'y'.repeat(1e4) + '; charset=' + 'z'.repeat(1e4) }, body: { a: 1 } }",
  },
  {
    name: "a body of sixteen megabytes",
    run: "return { status: 200, header: {}, body: 'é'.repeat(7e6) }",
    request: { times: 8, headers: { "accept-encoding": "gzip" } },
  },
  {
    name: "a form with endless parts",
    run:
      "return { status: 200, header: { 'content-type': 'multipart/form-data' }, body: Object.fromEntries(Array.from({ length: 2e5 }, (_, i) => ['k' + i, ['v']])) }",
  },
  // errors
  { name: "an error with a message of half a billion characters", run: "throw new Error('x'.repeat(5e8))" },
  {
    name: "an error with a name of half a billion characters",
    run: "throw Object.assign(new Error('x'), { name: 'n'.repeat(5e8) })",
  },
  {
    name: "an error whose stack never ends",
    run: "throw Object.defineProperty(new Error('x'), 'stack', { get() { for (;;); } })",
  },
  {
    name: "an error whose message never ends",
    run: "throw Object.defineProperty(new Error('x'), 'message', { get() { for (;;); } })",
  },
  {
    name: "an error whose message is not a string",
    run:
      "throw Object.assign(new Error('x'), { message: { toString() { for (;;); } }, stack: { toString() { for (;;); } }, code: Symbol() })",
  },
  {
    name: "an error with a stack of half a billion characters",
    run: "throw Object.assign(new Error('x'), { stack: '    at x (snippet:1:1)\\n'.repeat(2e7) })",
  },
  { name: "an error that is its own cause", run: "const e = new Error('x'); e.cause = e; throw e" },
  {
    name: "an error with a million causes",
    run: "let e = new Error('x'); for (let i = 0; i < 1e6; i++) e = new Error('x', { cause: e }); throw e",
  },
  { name: "an error of a million errors", run: "throw new AggregateError(Array(1e6).fill(new Error('x')), 'all')" },
  {
    name: "an error of errors of errors",
    run: "let e = new Error('x'); for (let i = 0; i < 100; i++) e = new AggregateError([e, e], 'x'); throw e",
  },
  {
    name: "an error with huge details",
    run:
      "throw Object.assign(new Error('x'), { details: Array(1e6).fill('y'.repeat(1000)), status: 418, code: 'c'.repeat(1e8) })",
  },
  {
    name: "an error with a hostile prototype",
    run:
      "throw Object.setPrototypeOf(new Error('x'), new Proxy({}, { get() { for (;;); }, getPrototypeOf() { for (;;); } }))",
  },
  {
    name: "a proxy is thrown",
    run: "throw new Proxy(new Error('x'), { get() { for (;;); }, getPrototypeOf: () => Error.prototype })",
  },
  { name: "nothing is thrown", run: "throw undefined" },
  { name: "a symbol is thrown", run: "throw Symbol('x')" },
  { name: "a promise is thrown", run: "throw Promise.reject(new Error('x'))" },
  {
    name: "a function with a hostile toString is thrown",
    run: "throw Object.assign(() => 1, { toString() { for (;;); }, message: 'x' })",
  },
  {
    name: "an error is returned, with a response inside",
    run: "return Object.assign(new Error('x'), { status: 1e9, header: { a: 'b\\r\\n' }, body: {} })",
  },
  { name: "an error at the end of the stack", run: "const f = () => f(); f()" },
  { name: "an error at the end of the stack, on the way out", run: "return { get a() { const f = () => f(); f() } }" },
  {
    name: "an error of a stack with names of a million characters",
    run: "const o = { ['f'.repeat(1e6)]() { throw new Error('x') } }; Object.values(o)[0]()",
  },
];
