import { assert, assertEquals } from "@std/assert";
import { errorsIn, program, realm, run, thrownBy } from "../../../tests/language/run.ts";
import type { Diagnostic } from "../../spec/mod.ts";
import { isError, type Value } from "../../value/mod.ts";
import { type CodeFailure, languageOf, Realm } from "../mod.ts";

const EXPORT_HINT = "write `export default function (args) { ... }`";
const IMPORT_HINT = "put all code that it needs into the snippet";

Deno.test("a module's default export is called, however it is written", () => {
  const table: [code: string, want: Value][] = [
    ["export default function (n) { return n + 1 }", 6],
    ["export default function named(n) { return n > 1 ? n * named(n - 1) : 1 }", 120],
    ["export default (n) => n * 2", 10],
    ["export default async function (n) { await null; return n }", 5],
    ["export default async (n) => (await n) + 1;", 6],
    ["const double = (n) => n * 2;\nexport default double", 10],
    ["const double = (n) => n * 2;\nexport { double as default };", 10],
    ['const double = (n) => n * 2;\nexport { double as "default", double as other }', 10],
    ["export { later as default };\nconst later = (n) => n + 3;", 8],
    ["export const base = 10, more = 1;\nexport function add(n) { return n + base + more }\nexport default add", 16],
    ["export class Adder { constructor(n) { this.n = n } }\nexport default (n) => new Adder(n).n", 5],
    ["export let n = 1; export { n as m };\nexport default () => n++", 1],
    ["export default (function () { return this === undefined })", true],
    ["export\n  default\n  (n) => n", 5],
    ["export default function () { return later() }\n(() => 1)\nfunction later() { return 7 }", 7],
    ["export default function () { return 1 }\n[1].length", 1],
    ["export default async function () { return 1 }\n`x`", 1],
    ["export default function (n) { return n };const more = 1", 5],
    ["const a = 1\nexport default (n) => a + n", 6],
    ["let a = 1\nexport {}\n(a)\nexport default () => a", 1],
    ["export default (0, (n) => n)", 5],
    ["export /* default */ default // default\n ((n) => n)", 5],
    ["export default [(n) => n][0]", 5],
    ["// comment\nexport default (n) => n // end", 5],
    ["export default (n) => n /* end */", 5],
    ["const $ = 2, $1 = 3;\nexport default (n) => $ + $1 + n", 10],
    ["var exports = 1, module = 2;\nexport default () => exports + module", 3],
    ["module.exports = (n) => n + 1", 6],
    ["module.exports = { default: (n) => n + 2 }", 7],
    ["exports.default = function (n) { return n + 3 }", 8],
    ["Object.defineProperty(exports, '__esModule', { value: true });\nexports.default = (n) => n", 5],
    ["export default function (n) { 'use strict'; return n }", 5],
    ["export default ({ a = 4 } = {}) => a", 4],
    ["using_ = 1; var using_; export default () => using_", 1],
    ["export default function* () { yield 1 }", null],
  ];
  for (const [code, want] of table) {
    const seen = run(code, 5);
    if (want === null) assert(isError(seen) && /an iterator/.test(seen.message));
    else assertEquals(seen, want, code);
    assertEquals(errorsIn("javascript", code), [], code);
  }
});

Deno.test("errors of invalid code have an offset and a hint", () => {
  const table: [code: string, diagnostic: Diagnostic][] = [
    ["const a = 1", { message: "the code has no default export", hint: EXPORT_HINT, location: { offset: 0 } }],
    ["", { message: "the code has no default export", hint: EXPORT_HINT, location: { offset: 0 } }],
    ["(n) => n", { message: "the code has no default export", hint: EXPORT_HINT, location: { offset: 0 } }],
    ["export default 5", {
      message: "the default export is a constant: expected a function",
      hint: EXPORT_HINT,
      location: { offset: 15 },
    }],
    ["export default { a: 1 }", {
      message: "the default export is an object: expected a function",
      hint: EXPORT_HINT,
      location: { offset: 15 },
    }],
    ["export default class {}", {
      message: "the default export is a class: expected a function",
      hint: EXPORT_HINT,
      location: { offset: 15 },
    }],
    ["export default `x`", {
      message: "the default export is a string: expected a function",
      hint: EXPORT_HINT,
      location: { offset: 15 },
    }],
    ["import fs from 'node:fs';\nexport default () => fs", {
      message: "a snippet cannot import",
      hint: IMPORT_HINT,
      location: { offset: 0 },
    }],
    ["\nimport 'npm:x'", { message: "a snippet cannot import", hint: IMPORT_HINT, location: { offset: 1 } }],
    ["export * from 'x'", { message: "a snippet cannot import", hint: IMPORT_HINT, location: { offset: 0 } }],
    ["export { a as default } from 'x'", {
      message: "a snippet cannot import",
      hint: IMPORT_HINT,
      location: { offset: 0 },
    }],
    ["export default () => import('node:fs')", {
      message: "a snippet cannot import",
      hint: IMPORT_HINT,
      location: { offset: 21 },
    }],
    ["export default () => import.meta.url", {
      message: "a snippet cannot use `import.meta`",
      location: { offset: 21 },
    }],
    ["const a = await 1; export default () => a", {
      message: "`await` is not allowed at the top level",
      hint: "use `await` inside an async function",
      location: { offset: 10 },
    }],
    ["for await (const x of []) {} export default () => a", {
      message: "`await` is not allowed at the top level",
      hint: "use `await` inside an async function",
      location: { offset: 0 },
    }],
    ["export default (a) => {\n  return a +;\n}", { message: 'unexpected ";"', location: { offset: 36 } }],
    ["export default (a) => {", { message: "unexpected end of the code", location: { offset: 23 } }],
    ["export default (a) => 'x", { message: "unterminated string constant", location: { offset: 22 } }],
    ["export default () => 1; export default () => 2", {
      message: "duplicate export 'default'",
      location: { offset: 31 },
    }],
    ["export { missing as default }", { message: "export 'missing' is not defined", location: { offset: 9 } }],
    ["return 1", { message: "'return' outside of function", location: { offset: 0 } }],
    ["with (Math) {} export default () => 1", { message: "'with' in strict mode", location: { offset: 0 } }],
    ["export default () => 010", { message: "invalid number", location: { offset: 21 } }],
    ["export default (a, a) => a", { message: "argument name clash", location: { offset: 19 } }],
    ["export default () => /(/", {
      message: "invalid regular expression: /(/: Unterminated group",
      location: { offset: 22 },
    }],
    ["export default 0}), (function(){ return 7", { message: 'unexpected "}"', location: { offset: 16 } }],
    ["export default (a, b) => a<!--b", {
      message: "`<!--` starts a comment",
      hint: "put a space between the characters",
      location: { offset: 26 },
    }],
    ["let a = 1;\n--> gone\nexport default () => a", { message: 'unexpected ">"', location: { offset: 13 } }],
    ["let n = 3;\nexport default () => { while (n\n--> 0); return n }", {
      message: 'unexpected "-"',
      location: { offset: 43 },
    }],
  ];
  for (const [code, diagnostic] of table) {
    const seen = errorsIn("javascript", code);
    assertEquals(seen, [diagnostic], code);
    const thrown = thrownBy(() => program(code));
    assertEquals(thrown.code, "bad_code", code);
    if (thrown.offset !== undefined) assertEquals(thrown.offset, seen[0]!.location?.offset, code);
  }
});

Deno.test("comment markers in strings and in expressions are accepted", () => {
  assertEquals(
    run("let n = 3; export default () => { while (n --> 0); return '<!-- -->' + n + /<!--/.source }"),
    "<!-- -->-1<!--",
  );
});

Deno.test("a default export that is not a function at run time is an error", () => {
  for (
    const code of ["let f = 4; export { f as default }", "module.exports = 5", "exports.x = 1", "module.exports = null"]
  ) {
    const seen = run(code) as CodeFailure;
    assertEquals([seen.code, seen.message], ["bad_code", `the default export is not a function; ${EXPORT_HINT}`]);
  }
});

Deno.test("code that is too long or nested too deeply is rejected", () => {
  for (const code of [`${"[".repeat(1e5)}`, `export default () => ${"(".repeat(5e4)}1${")".repeat(5e4)}`]) {
    assertEquals(errorsIn("javascript", code), [{ message: "the code is nested too deeply" }]);
  }
  const long = `export default () => 1 //${" ".repeat(300_000)}`;
  assertEquals(errorsIn("javascript", long), []);
  assertEquals(errorsIn("typescript", long)[0]!.message, "the code exceeds 262144 characters");
  const longer = `export default () => 1 //${" ".repeat(2 ** 21)}`;
  assertEquals(errorsIn("javascript", longer)[0]!.message, "the code exceeds 2097152 characters");
});

Deno.test("an error has the offset where it arose", () => {
  const table: [code: string, at: string][] = [
    ["export default (a) => { throw new Error('x') }", "new Error"],
    ["export default (a) => {\n  return a.zz.yy;\n}", "yy"],
    ["export default (a) => {\r\n  return a.zz.yy;\r\n}", "yy"],
    ["/* \u2028 é 😀 */ export default (a) => 1 + a.zz.yy", "yy"],
    ["export default async (a) => {\n  await null;\n  return a.zz.yy;\n}", "yy"],
    ["const inner = (a) => a.zz.yy;\n\nexport default inner", "yy"],
    ["export default function (a) {\n\treturn [1].map(() => a.zz.yy)\n}", "yy"],
    ["export default (a) => { const e = new Error('returned');\n return e }", "new Error"],
    ["module.exports = (a) => a.zz.yy", "yy"],
    ["export default (a) => JSON.parse('{')", "parse"],
    ["export default () => missing", "missing"],
    ["export const a = 1; export default () => a.b.c", "c"],
    ["export default () => { const text = `\n\n`; null.x }", "x }"],
    ["export default () => crypto.getRandomValues(1)", "getRandomValues"],
  ];
  for (const [code, at] of table) {
    const seen = run(code, {}) as CodeFailure;
    assert(isError(seen), code);
    assertEquals(seen.offset, code.lastIndexOf(at), `${code}\n${seen.stack}`);
  }
});

Deno.test("start throws an error of the top level, with its offset", () => {
  const made = program("const a = 1;\nnull.x;\nexport default () => 1");
  for (let i = 0; i < 2; i++) {
    const thrown = thrownBy(() => made.start());
    assertEquals(thrown.offset, 18);
    assertEquals((made.call(null) as CodeFailure).offset, 18);
  }
});

Deno.test("the top level runs once for each program", () => {
  const made = program("console.log('top'); let n = 0; export default () => ++n");
  made.start();
  made.start();
  assertEquals([made.call(null), made.call(null)], [1, 2]);
  assertEquals(made.takeLogs().length, 1);
  const lazy = program("let n = 0; export default () => ++n");
  assertEquals([lazy.call(null), lazy.call(null)], [1, 2]);
});

Deno.test("equal code is compiled once, shares no variables, and is released", () => {
  const own = new Realm();
  const { compile } = languageOf("javascript");
  const code = "let n = 0; export default () => ++n";
  const [first, second] = [compile(code, { realm: own }), compile(code, { realm: own })];
  assertEquals(own.size, 1);
  assertEquals([first.call(null), first.call(null), second.call(null)], [1, 2, 1]);
  first.release();
  first.release();
  assertEquals([own.size, second.call(null)], [1, 2]);
  second.release();
  assertEquals(own.size, 0);
  assertEquals(compile(code, { realm: own }).call(null), 1);
});

Deno.test("a released program cannot be called", () => {
  const made = program("export default () => 1");
  made.release();
  assertEquals(thrownBy(() => made.call(null)).message, "the program was released");
  assertEquals(made.takeLogs(), []);
});

Deno.test("isolate gives a program built-ins of its own", () => {
  const size = realm.size;
  const made = program(
    "export default (a) => { const x = [a, new Map(), new URL('http://h/')]; return x.length + a }",
    "javascript",
    true,
  );
  assertEquals([made.call(1), realm.size], [4, size]);
  assertEquals(
    program("export default () => { Array.prototype.x = 1 }", "javascript", true).call(null) instanceof Error,
    true,
  );
  made.release();
});

Deno.test("decorators and `accessor` are named, at their own place", () => {
  const table: [code: string, at: string, message: string][] = [
    ["function d(v) { return v }\n@d class A {}", "@d", "decorators are not supported"],
    ["class A { @d() m() {} }", "@d", "decorators are not supported"],
    ["class A { constructor(@d x) {} }", "@d", "decorators are not supported"],
    ["@d export default class A {}", "@d", "decorators are not supported"],
    ["const f = (@d x) => 1", "@d", "decorators are not supported"],
    ["class A { accessor x = 1 }", "accessor", "`accessor` is not supported"],
    ["class A { static accessor [1] = 1 }", "accessor", "`accessor` is not supported"],
    ["class A { accessor #x = 1 }", "accessor", "`accessor` is not supported"],
  ];
  for (const [start, at, message] of table) {
    const code = start.includes("export") ? start : `${start}\nexport default () => 1`;
    for (const language of ["javascript", "typescript"]) {
      const [diagnostic] = errorsIn(language, code);
      assertEquals(
        [diagnostic?.message, diagnostic?.location?.offset],
        [message, code.indexOf(at)],
        `${language}: ${code}`,
      );
    }
  }
  const other = "class A { accessor() {} static accessor() {} }\nexport default () => 1 @ 2";
  assertEquals(errorsIn("javascript", other)[0]?.message, "unexpected character '@'");
});
