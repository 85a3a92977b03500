import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import vm from "node:vm";
import { program, run, stopped, timed } from "../../../tests/language/run.ts";
import type { Value } from "../../value/mod.ts";
import { type CodeFailure, Realm } from "../mod.ts";

Deno.test("a call returns what its promise resolves to", () => {
  const table: [code: string, want: Value | undefined][] = [
    ["async (a) => { await null; return a }", 5],
    ["(a) => Promise.resolve(a)", 5],
    ["(a) => new Promise((done) => queueMicrotask(() => done(a)))", 5],
    ["async (a) => (await Promise.all([a, Promise.resolve(1)])).concat(await Promise.race([2]))", [5, 1, 2]],
    ["async (a) => { let sum = 0; for await (const n of [a, Promise.resolve(1)]) sum += n; return sum }", 6],
    ["async (a) => { async function* g() { yield a; yield 2 } return Array.fromAsync(g()) }", [5, 2]],
    ["(a) => ({ then(done) { done(a) } })", 5],
    ["(a) => ({ then(done) { done({ then(inner) { inner(a) } }) } })", 5],
    ["(a) => ({ then(done, fail) { done(a); done(6); fail(7); throw 8 } })", 5],
    ["async (a) => { await using x = { async [Symbol.asyncDispose]() { a = 9 } }; return [a] }", [5]],
    ["(a) => Promise.try(() => a).finally(() => 3)", 5],
    ["async (a) => ({ nested: Promise.resolve(a) })", "error"],
    ["(a) => Object.assign(Promise.resolve(a), { then: null })", "error"],
    ["async (a) => a.then", undefined],
    ["(a) => void a", undefined],
    ["async () => null", null],
  ];
  for (const [code, want] of table) {
    const seen = run(`export default ${code}`, 5);
    if (want === "error") assert(seen instanceof Error, code);
    else assertEquals(seen, want, code);
  }
});

Deno.test("a call returns the error that its promise rejects with", () => {
  for (
    const code of [
      "async () => { throw new RangeError('r') }",
      "() => Promise.reject(new RangeError('r'))",
      "() => ({ then(_, fail) { fail(new RangeError('r')) } })",
      "() => ({ then() { throw new RangeError('r') } })",
      "() => ({ get then() { throw new RangeError('r') } })",
    ]
  ) {
    const seen = run(`export default ${code}`);
    assert(seen instanceof RangeError && seen.message === "r", code);
  }
});

Deno.test("a promise that can no longer settle is an error", () => {
  for (const code of ["() => new Promise(() => {})", "async () => { await { then() {} } }", "() => ({ then() {} })"]) {
    const seen = run(`export default ${code}`) as CodeFailure;
    assertEquals([seen.message, seen.code], ["the promise never settles", "never_settles"]);
  }
});

Deno.test("a promise that settles later is not taken for the result of another call", () => {
  const made = program(`
    const waiting = [];
    export default (n) => {
      if (n === 3) { for (const done of waiting) done("late"); return n }
      if (n === 4) { for (const done of waiting) done("late"); return Promise.resolve(n) }
      return new Promise((done) => waiting.push(done));
    };
  `);
  assertEquals((made.call(1) as Error).message, "the promise never settles");
  assertEquals((made.call(2) as Error).message, "the promise never settles");
  assertEquals(made.call(3), 3);
  assertEquals((made.call(1) as Error).message, "the promise never settles");
  assertEquals(made.call(4), 4);
});

Deno.test("microtasks that a call queues run before it ends", () => {
  const table = [
    "Promise.resolve().then(() => { n++ })",
    "queueMicrotask(() => { n++ })",
    "const G = globalThis; G['Pro' + 'mise'].resolve().then(() => { n++ })",
    "Array['from' + 'Async']([1]).then(() => { n++ })",
    "new Promise((done) => done({ then() { n++ } }))",
    "Reflect.get(globalThis, 'queueMicrotask')(() => { n++ })",
    "Object.getOwnPropertyDescriptor(Object.getPrototypeOf(globalThis), 'Promise').get().resolve().then(() => { n++ })",
    "const stack = new AsyncDisposableStack(); stack.defer(() => { n++ }); stack.disposeAsync()",
  ];
  for (const code of table) {
    const made = program(`let n = 0; export default (read) => { if (read) return n; ${code}; return "done" }`);
    assertEquals(made.call(false), "done");
    assertEquals(made.call(true), 1, code);
  }
  // Taken while the top level runs, used in a call.
  const early = program(
    "const P = Promise; let n = 0; export default () => { P.resolve().then(() => { n++ }); return n }",
  );
  assertEquals([early.call(null), early.call(null)], [0, 1]);
  const syntax = program(
    "let n = 0; const later = async () => { await null; n++ }; export default () => { later(); return n }",
  );
  assertEquals([syntax.call(null), syntax.call(null)], [0, 1]);
});

Deno.test("what is left behind is stopped in the call that has left it, however that came about", () => {
  const table: [name: string, code: string][] = [
    [
      "what the parser takes for a regular expression",
      "let q; const g = 1, o = { of: 1 };\nexport default () => { const p = o?.of\n/ (q = async () => { await null; for (;;); }) /g; q(); return p }",
    ],
    [
      "what settles the promise of an earlier call",
      "let settle; export default () => { if (!settle) return { then(done) { settle = done } }; settle({ then() { for (;;); } }); return 1 }",
    ],
    [
      "a global object of its own",
      "globalThis.x = 1; export default () => { Promise.resolve().then(() => { for (;;); }); return x }",
    ],
    [
      "a rejection of crypto.subtle",
      "const again = () => { for (;;); }; export default () => { crypto.subtle.digest({ get name() { throw 1 } }, new Uint8Array(1)).catch(again); return 1 }",
    ],
    [
      "another rejection of crypto.subtle",
      "const again = () => { for (;;); }; export default () => { SubtleCrypto.prototype.exportKey('raw', 1).catch(again); return 1 }",
    ],
    [
      "a promise of Array.fromAsync",
      "export default () => { Array.fromAsync([]).then(() => { for (;;); }); return 1 }",
    ],
  ];
  const other = program("export default async () => { await null; return 'unharmed' }");
  for (const [name, code] of table) {
    const made = program(code);
    assertEquals(timed(1000, () => other.call(null)), "unharmed", name);
    let seen: unknown;
    for (let call = 0; call < 2 && seen !== stopped; call++) seen = timed(100, () => made.call(null));
    assertStrictEquals(seen, stopped, name);
    assertEquals(timed(1000, () => other.call(null)), "unharmed", name);
  }
});

Deno.test("an unhandled rejection affects no other call", async () => {
  assertEquals(run("export default () => { Promise.reject(new Error('loose')); return 1 }"), 1);
  await new Promise((done) => setTimeout(done, 10));
  assertEquals(run("export default () => 2"), 2);
});

Deno.test("an endless loop is stopped wherever it runs, and the realm stays usable", () => {
  const table = [
    "export default () => { for (;;); }",
    "export default () => { try { for (;;); } finally { for (;;); } }",
    "export default async () => { for (;;) await null; }",
    "export default async () => { await null; for (;;); }",
    "export default () => { const f = () => Promise.resolve().then(f); f(); return 1 }",
    "export default () => { const f = () => Promise.resolve().then(f); f(); for (;;); }",
    "export default () => /(a+)+$/.test('a'.repeat(40) + 'b')",
    "for (;;); export default () => 1",
    "export default () => ({ get a() { for (;;); } })",
    "export default () => new Proxy({}, { ownKeys() { for (;;); } })",
    "export default () => new Proxy([], { get() { for (;;); } })",
    "export default () => { throw { get message() { for (;;); } } }",
    "export default () => { throw Object.defineProperty(new Error(), 'stack', { get() { for (;;); } }) }",
    "export default () => ({ then(done) { for (;;); } })",
    "export default () => ({ get then() { for (;;); } })",
    "export default () => ({ x: new (class { toJSON() { for (;;); } })() })",
    "export default () => { console.log(new Proxy({}, { getPrototypeOf() { for (;;); } })) }",
    "export default (a) => { for (;;) a.body }",
    "export default () => { const b = new Uint8Array(65536); for (;;) crypto.getRandomValues(b) }",
    "export default () => { for (;;) structuredClone([1, [2]]) }",
    "export default () => { for (;;) new URL('http://h/a/b') }",
    "export default () => Array.from({ length: 1e9 }, (_, i) => i).length",
    "export default () => [3, 1, 2].sort(() => { for (;;); })",
    "export default () => JSON.parse('[1]', () => { for (;;); })",
    "export default () => 'a'.replace(/a/, () => { for (;;); })",
    "export default () => { const m = new Map([[1, 1]]); for (const [k] of m) { m.delete(k); m.set(k + 1, 1) } }",
  ];
  const neighbour = program(
    "let n = 0; export default async (a) => { console.log('neighbour'); await null; return { n: ++n, a } }",
  );
  let calls = 0;
  for (const code of table) {
    const made = program(code);
    assertStrictEquals(timed(30, () => made.call({ body: 1 })), stopped, code);
    assertEquals(timed(1000, () => neighbour.call("x")), { n: ++calls, a: "x" }, code);
    assertEquals(neighbour.takeLogs().map(({ text }) => text), ["neighbour"]);
  }
});

Deno.test("microtasks of a stopped call do not run", () => {
  const made = program(`
    let n = 0;
    export default (a) => {
      if (a === "read") return n;
      const f = () => { n++; return Promise.resolve().then(f) };
      Promise.resolve().then(f);
      for (;;);
    };
  `);
  assertStrictEquals(timed(20, () => made.call("go")), stopped);
  const other = program("export default async () => { await null; return 1 }");
  assertEquals(other.call(null), 1);
  const after = made.call("read");
  other.call(null);
  assertEquals(made.call("read"), after);
});

const endlessMicrotasks = "export default () => { const f = () => Promise.resolve().then(f); f(); for (;;); }";

/** Runs a task with another function in the place of `Script.runInContext` where that has a time limit. */
function withTimedScripts(replacement: (run: () => unknown) => unknown, task: () => void): void {
  const { runInContext } = vm.Script.prototype;
  vm.Script.prototype.runInContext = function (context, options) {
    const run = () => runInContext.call(this, context, options);
    return (options as vm.RunningScriptOptions | undefined)?.timeout === undefined ? run() : replacement(run);
  };
  try {
    task();
  } finally {
    vm.Script.prototype.runInContext = runInContext;
  }
}

Deno.test("microtasks of a stopped call end, even if the time to discard them is over before that begins", () => {
  const made = program(endlessMicrotasks);
  const other = program("export default async () => { await null; return 1 }");
  // on a machine that is overloaded a script may be stopped before its first instruction
  let early = 2;
  const stopEarly = (run: () => unknown) => {
    if (early-- > 0) throw new Error("Script execution timed out after 10ms");
    return run();
  };
  assertStrictEquals(timed(20, () => made.call(null), () => {}), stopped);
  withTimedScripts(stopEarly, () => assertEquals(timed(1000, () => other.call(null), () => {}), 1));
  assertEquals(early, -1);
});

Deno.test("what a stopped call has left is discarded with its output, not within the time of the next call", () => {
  const made = program(endlessMicrotasks);
  const other = program("export default async () => { await null; return 1 }");
  let discards = 0;
  const count = (run: () => unknown) => {
    discards++;
    return run();
  };
  withTimedScripts(count, () => {
    assertStrictEquals(timed(20, () => made.call(null), () => made.takeLogs()), stopped);
    assertEquals([discards, timed(1000, () => other.call(null)), discards], [1, 1, 1]);
  });
});

Deno.test("the output of a stopped call is kept, for its own program only", () => {
  const made = program("export default () => { console.log('before'); for (;;); }");
  const other = program("export default () => { console.log('other') }");
  timed(20, () => made.call(null));
  other.call(null);
  assertEquals(other.takeLogs().map(({ text }) => text), ["other"]);
  assertEquals(made.takeLogs().map(({ text }) => text), ["before"]);
  timed(20, () => made.call(null));
  assertEquals(made.takeLogs().map(({ text }) => text), ["before"]);
  assertEquals(made.takeLogs(), []);
});

Deno.test("a stopped top level leaves the realm usable", () => {
  const made = program("let go = 0; while (Date.now() % 1000 >= 0 && go++ < 1e9); export default () => go");
  assertStrictEquals(timed(20, () => made.start()), stopped);
  const other = program("export default () => 1");
  assertEquals(other.call(null), 1);
});

Deno.test("an isolated program is stopped without affecting others", () => {
  const made = program("export default (a) => { if (a) for (;;); return 1 }", "javascript", true);
  assertStrictEquals(timed(20, () => made.call(true)), stopped);
  assertEquals([made.call(false), run("export default () => 2")], [1, 2]);
});

Deno.test("random values never repeat, even if calls are stopped while they draw them", () => {
  const made = program(`
    export const seen = new Set();
    export default (count) => {
      if (count === 0) for (;;) seen.add(crypto.randomUUID());
      const before = seen.size;
      for (let i = 0; i < count; i++) seen.add(crypto.randomUUID());
      return seen.size - before;
    };
  `);
  for (let i = 0; i < 20; i++) {
    assertStrictEquals(timed(5 + i % 3, () => made.call(0)), stopped);
    assertEquals(made.call(100), 100);
  }
});

Deno.test("a stack overflow anywhere leaves the realm usable", () => {
  // Each attempt runs code of the realm itself ever closer to the end of the stack.
  const attempts = [
    "console.log(args)",
    "args.body.n",
    "new URL('http://user@h:1/a/../b?c#d').href",
    "structuredClone({ a: [1, { b: 2 }] })",
    "crypto.randomUUID()",
    "new TextDecoder().decode(new TextEncoder().encode('é'))",
    "btoa(atob('YQ=='))",
    "new URL('http://ü.com/').href",
    "new TextDecoder('gbk').decode(new Uint8Array([0x81, 0x40]))",
    "args.error()",
    "new URLSearchParams('a=1').toString()",
    "JSON.stringify(args)",
    "Promise.resolve().then(() => 1)",
    "new DOMException('x').name",
    "Math.random()",
    "({}).toString()",
    "Object.keys(args)",
  ];
  for (const attempt of attempts) {
    const code = `export default (args) => {
      const errors = new Set();
      const deep = (n) => {
        try { deep(n + 1) } catch (error) { errors.add(error) }
        try { ${attempt} } catch (error) { errors.add(error) }
      };
      deep(0);
      for (const error of errors) {
        if (!(error instanceof Error)) return "a foreign error";
        if (error.constructor.constructor !== Function) return "a foreign constructor";
      }
      return "own";
    }`;
    assertEquals(timed(20_000, () => run(code, { body: { n: 1 } })), "own", attempt);
    assertEquals(run("export default (a) => ({ a, b: crypto.randomUUID().length })", [1]), { a: [1], b: 36 });
  }
});

Deno.test("a stack overflow while a value is copied out is an error of the call", () => {
  const code = `export default () => {
    const deep = { get a() { return deep.a } };
    return deep;
  }`;
  assert(/Maximum call stack/.test((run(code) as Error).message));
  const thrown = `export default () => { throw { get message() { return this.message } } }`;
  assertEquals((run(thrown) as Error).message, "an error that cannot be read was thrown");
  assertEquals(run("export default () => ({ fine: 1 })"), { fine: 1 });
});

Deno.test("many realms can be created", () => {
  for (let i = 0; i < 20; i++) {
    const own = new Realm();
    assertEquals(own.size, 0);
  }
});
