import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { answerOf, program, run, stopped, timed } from "../../../tests/language/run.ts";
import type { CodeFailure, Waiting } from "../mod.ts";

Deno.test("a call waits for its timers", async () => {
  const table: [code: string, want: unknown][] = [
    ["() => new Promise((done) => setTimeout(done, 5, 'late'))", "late"],
    [
      "async () => { const from = Date.now(); await new Promise((done) => setTimeout(done, 30)); return Date.now() - from >= 29 }",
      true,
    ],
    [
      "() => new Promise((done) => { const seen = []; setTimeout(() => done(seen), 150); setTimeout(() => seen.push(2), 100); setTimeout(() => seen.push(1)) })",
      [1, 2],
    ],
    [
      "() => new Promise((done) => { let n = 0; const id = setInterval(() => { if (++n === 3) { clearInterval(id); done(n) } }, 1) })",
      3,
    ],
    [
      "() => new Promise((done) => { const id = setTimeout(() => done('wrong'), 1); clearTimeout(id); setTimeout(() => done('right'), 5) })",
      "right",
    ],
    [
      "() => new Promise((done) => { const seen = []; setTimeout(() => { seen.push('a'); Promise.resolve().then(() => seen.push('b')) }); setTimeout(() => done([...seen])) })",
      ["a", "b"],
    ],
    ["() => { setTimeout(() => { throw new Error('never') }, 0); return 'at once' }", "at once"],
    [
      "async () => { const seen = []; setTimeout(() => seen.push('timer')); setImmediate((a, b) => seen.push(a + b), 'im', 'mediate'); queueMicrotask(() => seen.push('microtask')); await new Promise((done) => setTimeout(done, 2)); return seen }",
      ["microtask", "timer", "immediate"],
    ],
    [
      "async () => { const id = setImmediate(() => { throw 1 }); clearImmediate(id); clearTimeout(undefined); clearTimeout({}); await new Promise(setImmediate); return 'cleared' }",
      "cleared",
    ],
    ["async () => { for (let i = 0; i < 2000; i++) await new Promise(setImmediate); return 'many' }", "many"],
    ["() => new Promise((done) => setTimeout(function () { done(this === undefined) }))", true],
    ["(a) => new Promise((done) => setTimeout(() => done(a), 1))", "argument"],
  ];
  for (const [code, want] of table) {
    const answer = await answerOf(program(`export default ${code}`), "argument");
    assertEquals(answer, want as never, code);
  }
});

Deno.test("what a timer throws is the call's error, with its place", async () => {
  const code = "export default () => new Promise(() => { setTimeout(() => { throw new RangeError('r') }, 1) })";
  const seen = await answerOf(program(code)) as CodeFailure;
  assertEquals([seen.name, seen.message, code.slice(seen.offset).slice(0, 9)], ["RangeError", "r", "new Range"]);
  const wrong = run("export default () => setTimeout('code', 1)") as Error;
  assertEquals(wrong.message, "setTimeout: expected a function, got string");
  const many = run("export default () => { for (;;) setTimeout(() => {}, 1000) }") as Error;
  assertEquals(many.message, "setTimeout: a call may have at most 10000 timers");
});

Deno.test("timers die with their call, and with the top level that set them", async () => {
  const made = program(`
    let n = 0;
    setInterval(() => n++, 1);
    export default (go) => {
      if (!go) return n;
      setInterval(() => n++, 1);
      return new Promise((done) => setTimeout(done, 20));
    };
  `);
  await answerOf(made, true);
  const after = made.call(false) as number;
  assert(after > 0, `${after}`);
  await new Promise((done) => setTimeout(done, 20));
  await answerOf(program("export default () => new Promise((done) => setTimeout(done, 20))"));
  assertEquals(made.call(false), after);
  const waiting = made.call(true) as Waiting;
  waiting.cancel();
  const then = made.call(false);
  await new Promise((done) => setTimeout(done, 20));
  await answerOf(program("export default () => new Promise((done) => setTimeout(done, 20))"));
  assertEquals(made.call(false), then);
});

Deno.test("calls that wait do not disturb each other", async () => {
  const made = program(
    "export default async (n) => { await new Promise((done) => setTimeout(done, n * 50)); console.log(n); return { n } }",
  );
  const other = program(
    "let release; export default (n) => n ? release?.(n) : new Promise((done) => { release = done; setTimeout(() => {}, 500) })",
  );
  const waiting = answerOf(other, 0);
  const answers = [9, 3, 6].map((n) => answerOf(made, n));
  assertEquals(
    run("export default () => { clearTimeout(1); for (let i = 0; i < 100; i++) clearTimeout(i); return 1 }"),
    1,
  );
  other.call(7);
  assertEquals(await Promise.all(answers), [{ n: 9 }, { n: 3 }, { n: 6 }]);
  assertEquals(await waiting, 7);
  assertEquals(made.takeLogs().map(({ text }) => text), ["3", "6", "9"]);
});

Deno.test("a timer that never ends is stopped, and the next call is not affected", async () => {
  const made = program(
    "export default (go) => go ? new Promise(() => setTimeout(() => { setInterval(() => {}); for (;;); })) : 1",
  );
  const waiting = made.call(true) as Waiting;
  await new Promise((done) => setTimeout(done, 5));
  assertStrictEquals(timed(30, () => waiting.resume()), stopped);
  assertEquals(made.call(false), 1);
  assertEquals((run("export default () => new Promise(() => {})") as CodeFailure).code, "never_settles");
});
