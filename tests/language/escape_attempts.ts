/**
 * Known and possible ways out of a sandbox. Each attempt runs as the body of an async function that is called with `args`
 * and passes everything it obtains to `got`. What it throws is examined as well.
 */
export const ATTEMPTS: Record<string, string> = {
  "constructor of this": "got(this, this?.constructor)",
  "constructor of a function called without a receiver": "(function () { got(this) })(); got((() => this)())",
  "constructor of the argument": "got(args, args.constructor, args.constructor.constructor)",
  "constructor of everything in the argument":
    "for (const key of Object.keys(args)) got(args[key], args[key]?.constructor)",
  "constructor of bytes and their buffer":
    "got(args.bytes, args.bytes.buffer, args.bytes.constructor, args.bytes.subarray(0))",
  "constructor of a date": "got(args.date, args.date.constructor, args.date.toJSON)",
  "constructor of an error payload":
    "got(args.error, args.error.constructor, args.error.cause, args.error.errors, args.error.error)",
  "constructor of a stream's token": "got(args.stream, Object.getPrototypeOf(args.stream), args.stream.constructor)",
  "constructor of a lazy field": "got(args.lazy.good, args.lazy.header, args.lazy.form)",
  "constructor of what a lazy field throws":
    "for (const key of ['bad', 'broken']) try { args.lazy[key] } catch (error) { got(error, error.cause, error.details) }",
  "getter of an unread lazy field":
    "const { get } = Object.getOwnPropertyDescriptor(args.lazy, 'good'); got(get, get(), get.call({}), get.constructor)",
  "a lazy map's own proxy":
    "got(args.lazy, Object.getPrototypeOf(args.lazy)); try { Proxy.revocable(args.lazy, { get(...all) { got(...all) } }).proxy.good } catch (e) { got(e) }",
  "code from a string: eval": "got(eval('globalThis'))",
  "code from a string: indirect eval": "got((0, eval)('this'))",
  "code from a string: Function": "got(new Function('return this')())",
  "code from a string: through a function": "got((() => {}).constructor('return this')())",
  "code from a string: AsyncFunction": "got(await (async () => {}).constructor('return this')())",
  "code from a string: GeneratorFunction": "got((function* () {}).constructor('yield this')().next())",
  "code from a string: AsyncGeneratorFunction": "got(await (async function* () {}).constructor('yield this')().next())",
  "code from a string: Reflect.construct": "got(Reflect.construct(Function, ['return this'], class {})())",
  "code from a string: bound and applied":
    "got(Reflect.apply(Function.prototype.bind, Function, [null, 'return this'])()())",
  "code from a string: timers": "got(globalThis.setTimeout?.('1'), globalThis.setInterval?.('1'))",
  "Error.prepareStackTrace assigned":
    "Error.prepareStackTrace = (_, sites) => { got(_, sites, ...sites); return sites }; got(new Error().stack)",
  "Error.prepareStackTrace defined":
    "Object.defineProperty(Error, 'prepareStackTrace', { value: (_, sites) => { got(sites) } }); got(new Error().stack)",
  "Error.prepareStackTrace of a subclass":
    "class E extends Error { static prepareStackTrace(_, sites) { got(sites, ...sites.map((s) => s.getThis?.())); return sites } } got(new E().stack)",
  "Error.prepareStackTrace inherited":
    "Object.setPrototypeOf(Error, { prepareStackTrace: (_, s) => { got(s) } }); got(new Error().stack)",
  "Error.prepareStackTrace of Function.prototype":
    "Function.prototype.prepareStackTrace = (_, s) => { got(s) }; got(new Error().stack)",
  "Error.prepareStackTrace of Object.prototype":
    "Object.prototype.prepareStackTrace = (_, s) => { got(s) }; got(new Error().stack)",
  "Error replaced on the global":
    "globalThis.Error = { prepareStackTrace: (_, s) => { got(s) } }; got(new TypeError().stack)",
  "Error shadowed":
    "const Error = { prepareStackTrace: (_, s) => { got(s) } }; try { null.x } catch (e) { got(e, e.stack) }",
  "captureStackTrace with a hook of its own":
    "const o = { prepareStackTrace: (_, s) => { got(s) } }; Error.captureStackTrace(o); got(o.stack)",
  "captureStackTrace on the global": "Error.captureStackTrace(globalThis); got(globalThis.stack)",
  "stackTraceLimit with a getter":
    "class E extends Error { static get stackTraceLimit() { got(this); return 1 } } got(new E().stack)",
  "name as a symbol":
    "const e = new Error(); e.name = Symbol(); got(e, e.stack); e.message = Symbol(); got(e.stack, String(e))",
  "name that throws while the stack is made":
    "const e = Object.create(Error.prototype, { name: { get() { throw new Error('n') } } }); Error.captureStackTrace(e); got(e.stack)",
  "accessors of the stack":
    "const d = Object.getOwnPropertyDescriptor(new Error(), 'stack'); got(d, d.get, d.set, d.get?.call({}), d.get?.call(args), d.set?.call({}, 1))",
  "stack of a proxied error":
    "const p = new Proxy(new Error('x'), { get(...all) { got(...all); return Reflect.get(...all) } }); got(p.stack)",
  "stack overflow, caught at every depth":
    "const f = (n) => { try { f(n + 1) } catch (e) { got(e); try { got(e.stack, e.constructor) } catch (x) { got(x) } } }; f(0)",
  "stack overflow in a proxy's trap": "const p = new Proxy({}, { get(t, k, r) { return r[k] } }); p.x",
  "stack overflow in a promise's executor":
    "const f = () => new Promise(() => f()); f().catch(got); try { f() } catch (e) { got(e) }",
  "stack overflow in the realm's own code":
    "const f = () => { try { f() } catch { } try { console.log({ a: [args] }); structuredClone(args.list); new URL('http://h/') } catch (e) { got(e) } }; f()",
  "stack overflow in toString": "const a = []; a.push(a, { toString() { return String(a) + this } }); String(a[1])",
  "errors of the engine":
    "for (const f of [() => new Array(-1), () => 'a'.repeat(2 ** 30), () => new ArrayBuffer(2 ** 53), () => 2n ** 2n ** 40n, () => JSON.parse('{'), " +
    "() => decodeURIComponent('%'), () => RegExp('('), () => new Intl.NumberFormat('x-'), () => null.x, () => Symbol() + '', () => new (class { constructor() { this.x } })().x.y, " +
    "() => 1n / 0n, () => new Date(NaN).toISOString(), () => structuredClone(() => 1), () => atob('?'), () => undefined_(), () => Reflect.construct(1), () => new Proxy(1, 1), " +
    "() => Temporal.Instant.from('x'), () => Object.defineProperty(1), () => [].reduce((a) => a), () => 'x'.normalize('y'), () => (0).toFixed(101), () => class extends null {}.x.y, " +
    "() => [...1], () => { const [a] = {} }, () => { x; let x }, () => new Uint8Array(2 ** 40), () => Uint8Array.fromBase64('?'), () => new TextDecoder('x'), () => new URL('x')]) try { f() } catch (e) { got(e) }",
  "rejections of the engine":
    "for (const f of [async () => null.x, () => Promise.all(1), () => Promise.any([]), () => Array.fromAsync(1), async () => { for await (const x of 1); }, async () => { await { get then() { throw new Error('t') } } }]) await f().catch(got)",
  "import, hidden behind a comment of scripts": "const x = 1, y = 2; x<!--y + `\n; got(await import('node:fs')) //`",
  "import()": "got(await import('node:fs'))",
  "import() with a computed name": "got(await import('node:' + ['fs']))",
  "import() in a default value": "const f = (x = import('node:fs')) => x; got(await f())",
  "import() spelled with an escape": "got(await \\u0069mport('node:fs'))",
  "import.meta": "got(import.meta)",
  "import source": "got(await import.source('x'))",
  "import defer": "got(await import.defer('x'))",
  "require and process":
    "got(globalThis.process, globalThis.require, globalThis.module, globalThis.Deno, globalThis.Buffer)",
  "the end of the function": "}); got(globalThis); (async () => {",
  "the end of a template": "`}`; }); (() => { got(this)",
  "arguments of the module": "got(moduleArguments, ...moduleArguments, Object.getPrototypeOf(moduleArguments))",
  "arguments.callee": "(function () { got(arguments.callee) })()",
  "callee's accessor":
    "(function () { const d = Object.getOwnPropertyDescriptor(arguments, 'callee'); got(d.get, d.set, d.get?.caller) })()",
  "caller of a function": "function f() { return f.caller } got(f(), f.arguments)",
  "caller through the prototype's accessor":
    "got(Object.getOwnPropertyDescriptor(Function.prototype, 'caller')?.get?.call(got))",
  "with and unscopables": "with ({ [Symbol.unscopables]: { got: true } }) got(this)",
  "prototypes above the global":
    "for (let at = Object.getPrototypeOf(Object.getPrototypeOf(globalThis)); at !== null; at = Object.getPrototypeOf(at)) got(at, at.constructor)",
  "globals through their descriptors":
    "for (const at of [globalThis, Object.getPrototypeOf(globalThis)]) for (const d of Object.values(Object.getOwnPropertyDescriptors(at))) got(d.value === Object.getPrototypeOf(globalThis) ? null : d.value, d.get, d.get?.call(args), d.set)",
  "WebAssembly and shared memory":
    "got(globalThis.WebAssembly, globalThis.SharedArrayBuffer, globalThis.Atomics, globalThis.ShadowRealm)",
  "memory shared by a resizable buffer":
    "const b = new ArrayBuffer(8, { maxByteLength: 16 }); got(b, b.transfer(), new Uint8Array(args.bytes.buffer))",
  "weak references": "got(globalThis.WeakRef, globalThis.FinalizationRegistry)",
  "custom inspection":
    "const o = { [Symbol.for('nodejs.util.inspect.custom')](...all) { got(this, ...all) }, [Symbol.for('Deno.customInspect')](...all) { got(this, ...all) }, " +
    "inspect(...all) { got(...all) } }; console.log(o); console.log('%o', o); answer({ o: [1] }); throw o",
  "console's functions":
    "got(console, console.log, console.log.constructor); console.log(new Proxy({}, { ownKeys(...all) { got(this, ...all); return [] }, getPrototypeOf(...all) { got(...all); return null } }))",
  "console with inconsistent traps":
    "console.log(new Proxy(function () {}, { getOwnPropertyDescriptor(...all) { got(...all); return undefined }, get(...all) { got(...all) } }))",
  "getters of the result":
    "answer({ get a() { got(this, arguments, new Error().stack); return { get b() { got(this); return 1 } } } })",
  "traps of the result":
    "const trap = (target) => new Proxy(target, new Proxy({}, { get: (_, name) => (...all) => { got(...all); return Reflect[name](...all) } })); answer(trap({ a: trap([trap({})]), b: trap(new Map()), c: trap(new Error('x')) }))",
  "getPrototypeOf of the result": "answer(new Proxy({}, { getPrototypeOf(t) { got(this, t); return Map.prototype } }))",
  "a proxy that pretends to be an error":
    "answer(new Proxy({}, { getPrototypeOf: () => Error.prototype, get(...all) { got(...all) } }))",
  "iterators of the result":
    "answer({ a: Object.assign([1], { [Symbol.iterator](...all) { got(this, ...all); return [][Symbol.iterator]() } }), b: Object.assign(new Set([1]), { [Symbol.iterator]() { got(this) } }) })",
  "methods of the result":
    "answer([Object.assign(new Map([[1, 2]]), { entries() { got(this) }, get: got }), Object.assign(new Date(), { getTime() { got(this) } }), Object.assign([1], { map: got, toJSON: null })])",
  "toJSON of the result": "answer(new (class { toJSON(...all) { got(this, ...all); return this.x } })())",
  "symbols of the result":
    "answer({ [Symbol.toPrimitive](...all) { got(this, ...all) }, [Symbol.toStringTag]: { toString() { got(this) } } })",
  "species of bytes in the answer":
    "class B extends Uint8Array { static get [Symbol.species]() { got(this); return function (...all) { got(this, ...all); return new Uint8Array(9) } } } answer([new B(2), new B(3).buffer])",
  "objects that pretend to be bytes":
    "answer([Object.create(Uint8Array.prototype), Object.create(Date.prototype), Object.create(Map.prototype), Object.create(Error.prototype), Object.create(Promise.prototype)])",
  "bytes that shrink while they are copied":
    "const b = new ArrayBuffer(8, { maxByteLength: 8 }); answer({ get a() { b.resize(1); return 1 }, b: new Uint8Array(b, 4), c: new DataView(b, 0) })",
  "bytes that are detached while they are copied":
    "const b = new Uint8Array(8); answer([b, { get a() { b.buffer.transfer(); return 1 } }, b])",
  "a list that grows and shrinks while it is copied":
    "const a = [1, 2, 3]; Object.defineProperty(a, 1, { get() { a.length = 1; got(this); return 2 } }); answer([a, a])",
  "a map that grows while it is copied":
    "const m = new Map([['a', { get x() { m.set('b', 1); return 1 } }]]); answer([m, m])",
  "holes and accessors of Array.prototype":
    "Object.defineProperty(Array.prototype, 0, { set(v) { got(this, v) } }); answer([, 1])",
  "accessors of Object.prototype":
    "for (const key of ['d', 'value', 'get', 'then', '0', 'a', 'status']) Object.prototype.__defineSetter__(key, function (v) { got(this, v) }); answer({ a: [1] })",
  "__proto__ of the argument":
    "args.__proto__ = { polluted: 1 }; Object.prototype.__lookupSetter__('__proto__').call(args.list, { get x() { got(this) } }); answer(args)",
  "__proto__ of Object.prototype": "Object.prototype.__proto__ = new Proxy({}, { get(...all) { got(...all) } })",
  "a key called __proto__":
    'answer(JSON.parse(\'{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}\'))',
  "then of the result": "answer({ then(...all) { got(this, ...all, ...all.map((f) => f.constructor)); all[0](1) } })",
  "then as a getter":
    "let n = 0; answer({ get then() { got(this, arguments); return n++ ? undefined : (...all) => got(...all) } })",
  "then of a proxy":
    "answer(new Proxy({}, { get(...all) { got(...all); return (...inner) => { got(...inner); inner[0](1) } } }))",
  "species of a promise":
    "const p = Promise.resolve(1); p.constructor = { [Symbol.species]: function (run) { run((...all) => got(...all), (...all) => got(...all)) } }; answer(p)",
  "a promise of a subclass":
    "class P extends Promise { constructor(run) { super((...all) => { got(run, ...all); run(...all) }) } then(...all) { got(...all); return super.then(...all) } } answer(P.resolve(1))",
  "then of a promise": "const p = Promise.resolve(1); p.then = (...all) => { got(...all); all[0]?.(1) }; answer(p)",
  "catch and finally replaced": "Promise.prototype.catch = (...all) => got(...all)",
  "a promise rejected with something odd":
    "answer(Promise.reject(new Proxy({}, { get(...all) { got(...all) }, getPrototypeOf() { got(this); return Error.prototype } })))",
  "an unhandled rejection":
    "Promise.reject({ get message() { got(this) }, get stack() { got(this) }, toString() { got(this) }, [Symbol.for('nodejs.util.inspect.custom')]: got })",
  "microtasks":
    "queueMicrotask(function (...all) { got(this, ...all) }); await new Promise((done) => queueMicrotask(done))",
  "async stack":
    "const inner = async () => { await null; throw new Error('x') }; try { await inner() } catch (e) { got(e, e.stack) }",
  "getters of what is thrown":
    "throw { get message() { got(this, arguments); return 'm' }, get code() { got(this) }, get details() { got(this) } }",
  "getters of a thrown error":
    "throw Object.defineProperties(new Error(), Object.fromEntries(['name', 'message', 'code', 'stack', 'cause', 'details', 'errors'].map((key) => [key, { get() { got(this); return new Error(key) } }])))",
  "fields of a thrown error that are not strings":
    "throw Object.assign(new Error(), { name: { toString: got }, message: { [Symbol.toPrimitive]: got }, code: { valueOf: got }, stack: [{ toString: got }] })",
  "a thrown proxy":
    "throw new Proxy(new Error('x'), { get(...all) { got(this, ...all); return all[0] }, has(...all) { got(...all) } })",
  "a thrown proxy that is revoked": "const { proxy, revoke } = Proxy.revocable(new Error(), {}); revoke(); throw proxy",
  "an answer that is revoked": "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); answer(proxy)",
  "an error's causes and errors":
    "throw new AggregateError([{ get message() { got(this) } }, new Proxy([], { get(...all) { got(...all) } })], 'm', { cause: { toString() { got(this) }, toJSON() { got(this) } } })",
  "errors that are not a list":
    "throw Object.assign(new AggregateError([]), { errors: new Proxy([1], { get(...all) { got(...all); return Reflect.get(...all) } }) })",
  "reviver and replacer":
    "JSON.parse('{\"a\": [1]}', function (...all) { got(this, ...all) }); JSON.stringify({ a: 1, toJSON(...all) { got(this, ...all) } }, function (...all) { got(this, ...all); return 1 })",
  "regular expressions' symbols":
    "const r = /a/g; r.exec = function (...all) { got(this, ...all); return null }; 'a'.replace(r, got); 'a'.match({ [Symbol.match](...all) { got(this, ...all) } }); 'a'.split({ [Symbol.split](...all) { got(this, ...all) } })",
  "regular expressions' last match":
    "/(secret)/.exec('secret'); got(RegExp.$1, RegExp.lastMatch, RegExp.input, RegExp['$_']); if (RegExp.$1 !== undefined) got('escaped')",
  "lastIndex with a valueOf": "const r = /a/y; r.lastIndex = { valueOf() { got(this); return 0 } }; r.test('a')",
  "comparators and callbacks":
    "[2, 1].sort(function (...all) { got(this, ...all); return 0 }); [1].map(function (...all) { got(this, ...all) }); 'a'.replace(/a/, function (...all) { got(this, ...all) }); new Map([[1, 1]]).forEach(function (...all) { got(this, ...all) })",
  "generators":
    "const g = (function* () { got(this); try { yield 1 } finally { got('done') } })(); got(g, g.next(), g.return({}), Object.getPrototypeOf(g), Object.getPrototypeOf(Object.getPrototypeOf(g)), g.constructor)",
  "async generators":
    "const g = (async function* () { yield 1 })(); got(g, await g.next(), Object.getPrototypeOf(Object.getPrototypeOf(Object.getPrototypeOf(g))))",
  "methods of iterators":
    "const i = Iterator.from({ next(...all) { got(this, ...all); return { done: true } } }); got(i, Object.getPrototypeOf(i), i.map((...all) => got(...all)), [...i])",
  "methods of WeakMap and Map": "WeakMap.prototype.get = Map.prototype.get = function (...all) { got(this, ...all) }",
  "private names of the realm":
    "class Stamp extends (function (o) { return o }) { #x = 1; static read(o) { return o.#x } } new Stamp(args.stream); got(Stamp.read(args.stream), args.stream)",
  "newTarget with a prototype of its own":
    "got(Reflect.construct(Error, ['x'], Object.defineProperty(function () {}.bind(), 'prototype', { get() { got(this); return null } })), Reflect.construct(Map, [], Array))",
  "newTarget of bytes":
    "got(Reflect.construct(Uint8Array, [1], new Proxy(function () {}, { get(...all) { got(...all); return undefined } })))",
  "structuredClone of odd things":
    "for (const v of [new Proxy({}, { ownKeys(...all) { got(...all); return [] } }), { get a() { got(this); return 1 } }, Object.assign(() => 1), new (class extends Map { entries() { got(this) } })()]) try { got(structuredClone(v)) } catch (e) { got(e) }",
  "structuredClone with odd options":
    "got(structuredClone({}, { get transfer() { got(this); return [][Symbol.iterator]() } })); try { structuredClone({}, { transfer: [{}] }) } catch (e) { got(e, e.constructor) }",
  "TextDecoder of other objects":
    "try { new TextDecoder().decode(Object.create(Uint8Array.prototype)) } catch (e) { got(e) } got(new TextEncoder().encodeInto('a', new Proxy([], { set(...all) { got(...all); return true }, get(...all) { got(...all); return Reflect.get(...all) } })))",
  "random values into other objects":
    "class U extends Uint8Array { get buffer() { got(this); return args.bytes.buffer } } got(crypto.getRandomValues(new U(2)), crypto, crypto.constructor)",
  "a URL with hooks":
    "got(new URL({ toString() { got(this); return 'http://h/' } }), new URLSearchParams(new Proxy({}, { ownKeys(...all) { got(...all); return [] } })), new URLSearchParams([[1, 2]]).entries())",
  "a URL's private parts":
    "for (const key of Reflect.ownKeys(URL.prototype)) try { got(Reflect.get(URL.prototype, key, {})) } catch (e) { got(e) }",
  "Intl":
    "const f = new Intl.DateTimeFormat('en'); got(f, f.format, f.formatToParts(), f.resolvedOptions(), new Intl.Segmenter().segment('a')[Symbol.iterator](), new Intl.Locale('en'), Intl.supportedValuesOf('unit'))",
  "Temporal":
    "got(Temporal.Now.plainDateISO(), Temporal.PlainDate.from({ get year() { got(this); return 2000 }, month: 1, day: 1 }), Temporal.Duration.from({ hours: 1 }))",
  "Date replaced":
    "class D extends Date { getTime() { got(this); return 1 } [Symbol.toPrimitive](...all) { got(...all) } } answer([new D(), new D(NaN)])",
  "stacks of disposed resources":
    "{ using x = { [Symbol.dispose](...all) { got(this, ...all); throw new Error('d') } }; throw new Error('e') }",
  "set methods":
    "new Set([1]).union({ size: 1, has(...all) { got(this, ...all) }, keys(...all) { got(this, ...all); return [][Symbol.iterator]() } })",
  "fromAsync":
    "got(await Array.fromAsync({ [Symbol.asyncIterator](...all) { got(this, ...all); return { next: (...inner) => { got(...inner); return { done: true } } } } }))",
  "tagged templates":
    "const t = (...all) => all; got(t`a${1}b`, t`a`[0].raw, String.raw({ get raw() { got(this); return [] } }))",
  "symbols of the registry":
    "got(Symbol.for('nodejs.util.promisify.custom'), Symbol.keyFor(Symbol.for('x')), Symbol.prototype.constructor)",
  "labels and comma": "a: { b: for (;;) { break a } } got((0, this), void 0, typeof this)",
  "frozen objects through their prototypes":
    "Object.prototype.hasOwnProperty.call = got; Function.prototype.apply = got; Reflect.apply = got",
  "class fields over built-ins": "class A extends Function { constructor() { super('return this') } } got(new A()())",
  "subclass of Function with a proxy":
    "const P = new Proxy(Function, { construct: (t, a) => Reflect.construct(t, a) }); got(new P('return this')())",
  "the memory of a stream's ticket":
    "answer({ stream: args.stream, ...args.stream }); got(Object.keys(args.stream), JSON.stringify(args.stream))",
  "a getter that runs after the call":
    "let late; answer({ get a() { late = new Error(); got(late, late.stack); queueMicrotask(() => got(this)); return 1 } })",
  "import() in what the parser takes for a regular expression":
    "const g = 1, o = { of: 1 }; const p = o?.of\n/ (import('node:fs').then(got, got)) /g; await new Promise((done) => setTimeout(done, 5)); got(p)",
  "what a timer passes to its callback":
    "await new Promise((done) => setTimeout(function (...all) { got(this, arguments, new Error().stack, ...all); done() }, 1, args, got))",
  "what timers convert":
    "const odd = { [Symbol.toPrimitive](...all) { got(this, ...all); return 1 } }; got(setTimeout(got, odd), setInterval(got, odd), setImmediate(got, odd)); clearTimeout(odd); try { setTimeout(odd) } catch (e) { got(e) } await new Promise((done) => setTimeout(done, 5))",
  "timers as constructors and methods":
    "for (const f of [setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate]) { try { new f(got) } catch (e) { got(e) } got(f, f.constructor, f.prototype); Reflect.apply(f, args, [got]) }",
  "what a timer throws":
    "await new Promise(() => setTimeout(() => { throw { get message() { got(this, arguments); return 'm' }, get stack() { got(this) } } }))",
  "a timer that runs after the call":
    "answer(1); setTimeout(() => got('escaped'), 0); setInterval(() => got('escaped'), 1)",
  "timers of other calls":
    "const mine = setTimeout(() => {}, 5); for (let id = mine - 50; id < mine + 50; id++) clearTimeout(id); got(mine)",
  "what crypto.subtle returns":
    "const s = crypto.subtle; const d = s.digest('SHA-256', args.bytes); got(s, s.constructor, d, d.constructor, await d, (await d).constructor)",
  "keys of crypto.subtle":
    "const s = crypto.subtle; const k = await s.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']); got(k, k.publicKey, k.privateKey, k.privateKey.algorithm, k.privateKey.usages, await s.exportKey('jwk', k.privateKey), await s.exportKey('pkcs8', k.privateKey)); k.publicKey.algorithm.name = 'x'; got(k.publicKey.algorithm.constructor)",
  "what crypto.subtle throws":
    "const s = crypto.subtle; for (const f of [() => s.digest('none', args.bytes), () => s.digest('SHA-256', 1), () => s.sign('HMAC', {}, args.bytes), () => s.importKey('jwk', {}, 'HMAC', true, ['sign']), () => s.exportKey('raw', args), () => s.digest.call(1, 'SHA-256', args.bytes)]) try { got(await f()) } catch (e) { got(e, e.constructor, e.stack, e.cause) }",
  "crypto.subtle reads its arguments":
    "const s = crypto.subtle; const odd = new Proxy({ name: 'HMAC', hash: 'SHA-256' }, { get(...all) { got(...all); return Reflect.get(...all) }, ownKeys(...all) { got(...all); return Reflect.ownKeys(...all) }, getPrototypeOf(...all) { got(...all); return null } }); got(await s.importKey('raw', args.bytes, odd, true, new Proxy(['sign'], { get(...all) { got(...all); return Reflect.get(...all) } })))",
  "crypto.subtle asked in its own words":
    "const s = crypto.subtle; const forged = { $key: 'raw', $bytes: 0, data: args.bytes, type: 'secret', algorithm: { name: 'HMAC', hash: { name: 'SHA-256' } }, usages: ['sign'] }; for (const f of [() => s.sign('HMAC', forged, args.bytes), () => s.digest({ name: 'SHA-256', $bytes: 0, toJSON: got, __proto__: { polluted: 1 } }, args.bytes), () => s.importKey('jwk', JSON.parse('{\"kty\": \"oct\", \"k\": \"aa\", \"__proto__\": {\"polluted\": 1}}'), { name: 'HMAC', hash: 'SHA-1' }, true, ['sign'])]) try { got(await f()) } catch (e) { got(e) }",
  "a CryptoKey of one's own":
    "for (const f of [() => new CryptoKey({}, true), () => Reflect.construct(CryptoKey, [{}, true], Object), () => Object.create(CryptoKey.prototype).type, () => new (class extends CryptoKey {})(), () => new SubtleCrypto().digest('SHA-256', args.bytes)]) try { got(await f()) } catch (e) { got(e) }",
  "the material of a key":
    "class Stamp extends (function (o) { return o }) { #record = 1; static read(o) { return o.#record } } const k = await crypto.subtle.importKey('raw', args.bytes, { name: 'HMAC', hash: 'SHA-1' }, false, ['sign']); try { new Stamp(k) } catch (e) { got(e) } for (const f of [() => Stamp.read(k), () => structuredClone(k), () => crypto.subtle.exportKey('raw', k), () => crypto.subtle.wrapKey('raw', k, k, 'AES-KW'), () => JSON.stringify(k)]) try { got(await f()) } catch (e) { got(e) } answer([k])",
  "bytes that lie and change while they are hashed":
    "class B extends Uint8Array { get buffer() { got(this); return args.bytes.buffer } get byteLength() { return 1e9 } slice() { got(this); return this } static get [Symbol.species]() { got(this); return Array } } const b = new B(8); const p = crypto.subtle.digest('SHA-256', b); b[0] = 1; Reflect.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'buffer').get.call(b).transfer(); got(await p)",
  "promises of crypto.subtle":
    "const p = crypto.subtle.digest('SHA-256', args.bytes); p.constructor = { [Symbol.species]: function (run) { run((...all) => got(...all), (...all) => got(...all)) } }; p.then = (...all) => { got(...all); all[0]?.(1) }; got(p.finally(() => got(p))); answer(p)",
};
