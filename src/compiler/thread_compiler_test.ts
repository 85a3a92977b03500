import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { WardenLink } from "../pool/mod.ts";
import { ThreadCompiler } from "./thread_compiler.ts";

const GOOD = "export default (n) => n + 1";

/** TypeScript that overflows the stack of its parser. */
const DEEP = [
  `export default () => ${"(".repeat(20_000)}1${")".repeat(20_000)}`,
  `let x: ${"A<".repeat(20_000)}1${">".repeat(20_000)}; export default () => 1`,
  `export default () => ${"!".repeat(50_000)}1`,
  `const p = o?.of\n/ (${"!".repeat(20_000)}1) /g`,
  `${"class A { x = ".repeat(10_000)}1${"}".repeat(10_000)}; export default () => 1`,
  `export default ${"() => ".repeat(20_000)}1`,
];

Deno.test("code is parsed to what a program is made of, or to its errors", async () => {
  using compiler = new ThreadCompiler();
  const [js, ts, cel, bad] = await Promise.all([
    compiler.parse("javascript", GOOD),
    compiler.parse("typescript", "export default (n: number): number => n + 1"),
    compiler.parse("cel", "self.n + env.step"),
    compiler.parse("javascript", "export default (n) => n +"),
  ]);
  assertEquals(js.diagnostics, []);
  assertMatch(js.parsed!.body, /n \+ 1/);
  assertMatch(ts.parsed!.body, /\(n {8}\) {9}=> n \+ 1/);
  assertEquals(cel, { diagnostics: [], env: [{ name: "step", offset: 9 }] });
  assertEquals(bad, { diagnostics: [{ message: "unexpected end of the code", location: { offset: 25 } }] });
});

Deno.test("code that was parsed is not parsed again", async () => {
  using compiler = new ThreadCompiler();
  const [first, same] = await Promise.all([compiler.parse("javascript", GOOD), compiler.parse("javascript", GOOD)]);
  assert(first === same);
  assert(first === await compiler.parse("javascript", GOOD));
  assert(first !== await compiler.parse("typescript", GOOD));
});

Deno.test("code that overflows the parser has an error; what is parsed beside it has its own result", async () => {
  using compiler = new ThreadCompiler();
  const good = Array.from({ length: 40 }, (_, index) => `export default (n: number) => n + ${index}`);
  const all = good.flatMap((code, index) => index < DEEP.length ? [code, DEEP[index]!] : [code]);
  const parsed = await Promise.all(all.map((code) => compiler.parse("typescript", code)));
  for (const [index, { diagnostics, parsed: made }] of parsed.entries()) {
    const isDeep = DEEP.includes(all[index]!);
    assertEquals(diagnostics.map(({ message }) => message), isDeep ? ["the code is nested too deeply"] : []);
    if (!isDeep) assertMatch(made!.body, new RegExp(`n \\+ ${all[index]!.split(" ").at(-1)}`));
  }
});

Deno.test("code that takes too long has an error that says so, and nothing else does", async () => {
  using compiler = new ThreadCompiler();
  const slow: [language: string, code: string][] = [
    ["typescript", "<T>(".repeat(23)],
    ["javascript", Array.from({ length: 120_000 }, (_, index) => `let v${index}=1;`).join("")],
  ];
  const good = Array.from({ length: 20 }, (_, index) => compiler.parse("javascript", `export default () => ${index}`));
  const found = await Promise.all(slow.map(([language, code]) => compiler.parse(language, code)));
  for (const [index, { diagnostics: [error, ...more] }] of found.entries()) {
    assertEquals([error!.message, more], [
      `the code cannot be parsed within ${1_000 + Math.ceil(slow[index]![1].length / 1_024)} ms`,
      [],
    ]);
  }
  for (const { diagnostics } of await Promise.all(good)) assertEquals(diagnostics, []);
});

Deno.test("code that takes too much memory has an error that says so", async () => {
  using compiler = new ThreadCompiler({ memory: 32 });
  const { diagnostics } = await compiler.parse("javascript", `export default () => [${"a,".repeat(800_000)}]`);
  assertEquals(diagnostics, [{ message: "the code cannot be parsed with 32 MiB of memory" }]);
  assertEquals((await compiler.parse("javascript", GOOD)).diagnostics, []);
});

Deno.test("an unknown language and a closed compiler are errors", async () => {
  const compiler = new ThreadCompiler();
  await assertRejects(() => compiler.parse("cobol", ""), Error, 'unknown language "cobol": expected text, html, json');
  const waiting = compiler.parse("javascript", GOOD);
  compiler[Symbol.dispose]();
  await assertRejects(() => waiting, Error, "the compiler was closed");
  await assertRejects(() => compiler.parse("javascript", "1"), Error, "the compiler was closed");
});

Deno.test("a warden that is lost takes nothing with it that is not parsed by the next", async () => {
  const RealWorker = globalThis.Worker;
  const wardens: Worker[] = [];
  globalThis.Worker = class extends RealWorker {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      wardens.push(this);
    }
  };
  try {
    const warden = new WardenLink();
    {
      using compiler = new ThreadCompiler({ warden });
      const parsed = Promise.all(Array.from({ length: 100 }, (_, n) => compiler.parse("javascript", `${GOOD} + ${n}`)));
      wardens[0]!.dispatchEvent(new ErrorEvent("error", { message: "lost", cancelable: true }));
      for (const { diagnostics } of await parsed) assertEquals(diagnostics, []);
      assertEquals(wardens.length, 2);
    }
    await warden.close();
  } finally {
    globalThis.Worker = RealWorker;
  }
});
