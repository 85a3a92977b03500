import { assert, assertEquals } from "@std/assert";
import { program, thrownBy } from "../../../tests/language/run.ts";
import type { Diagnostic } from "../../spec/mod.ts";
import { isError, type Value } from "../../value/mod.ts";
import { type CodeFailure, languageOf } from "../mod.ts";

Deno.test("types are removed", () => {
  const table: [code: string, want: Value][] = [
    ["export default function (n: number): number { return n + 1 }", 6],
    [
      "interface A { n: number }\ntype B<T> = T extends infer U ? U : never;\nexport default (n: B<A['n']>) => n satisfies number",
      5,
    ],
    ["export default <T,>(n: T): T => n as T", 5],
    [
      "declare const outside: string;\nexport type { X } from 'types';\nimport type { Y } from 'types';\nexport default (n: Y) => n",
      5,
    ],
    [
      "class P { readonly x: number = 1; private y?: string; #z: number = 2; get z(): number { return this.#z } }\nexport default (n: number) => n + new P().x + new P().z",
      8,
    ],
    ["abstract class Q { abstract a(): void; b!: number }\nexport default (n: number) => n!", 5],
    ["function over(a: string): string;\nfunction over(a: any) { return a }\nexport default (n: any) => over(n)", 5],
    ["export default async (n: number): Promise<number> => await n", 5],
    ["export default (n: number) => [n].map<number>((x) => x)[0]", 5],
    ["const f = (n: number) => n;\nexport { f as default }", 5],
    ["export default (a, n = a) => n", 5],
  ];
  for (const [code, want] of table) {
    assertEquals(languageOf("typescript").check(code), [], code);
    assertEquals(program(code, "typescript").call(5), want, code);
  }
});

Deno.test("an error has its offset in the TypeScript code", () => {
  for (
    const code of [
      "export default (a: { b?: { c: number } }): number => {\n  const x: Map<string, 'é😀'> = new Map();\n  return a.b!.c;\n}",
      "interface A {\n  b: string;\n}\nexport default (a: any) => (a as any as A & { b: { c: 1 } }).b.c",
    ]
  ) {
    const seen = program(code, "typescript").call({}) as CodeFailure;
    assert(isError(seen));
    assertEquals(seen.offset, code.lastIndexOf(".c") + 1, code);
  }
});

Deno.test("syntax that cannot be removed is an error with an offset", () => {
  const TYPES_HINT = "types are removed, not compiled: use the JavaScript equivalent";
  const table: [code: string, diagnostic: Diagnostic][] = [
    ["const a = 1;\nenum A { B }\nexport default () => A", {
      message: "TypeScript enum is not supported",
      hint: TYPES_HINT,
      location: { offset: 13 },
    }],
    ["namespace N { export const a = 1 }\nexport default () => N", {
      message: "TypeScript namespace declaration is not supported",
      hint: TYPES_HINT,
      location: { offset: 0 },
    }],
    ["class A {\n  constructor(private é: number) {}\n}\nexport default () => A", {
      message: "TypeScript parameter property is not supported",
      hint: TYPES_HINT,
      location: { offset: 32 },
    }],
    ["let x: = 3; export default () => x", { message: 'unexpected "="', location: { offset: 7 } }],
    ["export default (a: number => a", { message: 'unexpected "="', location: { offset: 26 } }],
    ["const y: string = ;\nexport default () => 1", { message: 'unexpected ";"', location: { offset: 18 } }],
    ["export default (a: number) => {", { message: "unexpected end of the code", location: { offset: 31 } }],
    ["import x from 'y';\nexport default () => x", {
      message: "a snippet cannot import",
      hint: "put all code that it needs into the snippet",
      location: { offset: 0 },
    }],
    ["const a: number = 1", {
      message: "the code has no default export",
      hint: "write `export default function (args) { ... }`",
      location: { offset: 0 },
    }],
  ];
  for (const [code, diagnostic] of table) {
    assertEquals(languageOf("typescript").check(code), [diagnostic], code);
    const thrown = thrownBy(() => program(code, "typescript"));
    assertEquals([thrown.code, thrown.offset], ["bad_code", diagnostic.location?.offset]);
  }
});

Deno.test("code that is nested deeply cannot overflow the stack of the native parser", () => {
  const deep = (n: number): string[] => [
    `export default () => ${"(".repeat(n)}1${")".repeat(n)}`,
    `${"[".repeat(n)}${"]".repeat(n)}; export default () => 1`,
    `let x: ${"[".repeat(n)}${"]".repeat(n)}; export default () => 1`,
    `let x: ${"(".repeat(n)}1${")".repeat(n)}; export default () => 1`,
    `let x: ${"A<".repeat(n)}1${">".repeat(n)}; export default () => 1`,
    `export default ${"() => ".repeat(n)}1`,
    `export default () => ${"!".repeat(n)}1`,
    `export default () => ${"1 ? 1 : ".repeat(n)}1`,
    `export default () => ${"-".repeat(2 * n).replace(/--/g, "- -")}1`,
    `${"{".repeat(n)}${"}".repeat(n)}; export default () => 1`,
    `${"if (1) ".repeat(n)}; export default () => 1`,
    `${"a: ".repeat(0)}${"for (;;) ".repeat(n)}; export default () => 1`,
    `export default () => ${"`${".repeat(n)}1${"}`".repeat(n)}`,
    `export default () => ${"f(".repeat(n)}1${")".repeat(n)}`,
    `export default () => ${"{a:".repeat(0)}(${"{a:".repeat(n)}1${"}".repeat(n)})`,
    `${"class A { x = ".repeat(n)}1${"}".repeat(n)}; export default () => 1`,
    `type X = ${"keyof ".repeat(n)}1; export default () => 1`,
    `type X = ${"1 extends 1 ? 1 : ".repeat(n)}1; export default () => 1`,
    `export default (${"[".repeat(n)}a${"]".repeat(n)}) => 1`,
    `export default () => 1${" ** 1".repeat(n)}`,
    `let a; a${" = a".repeat(n)}; export default () => 1`,
    `export default () => ${"async () => await ".repeat(n)}1`,
    `export default () => ${"new ".repeat(n)}X`,
    `export default () => 1${" as any".repeat(n)}`,
    `export default () => a${"!".repeat(n)}`,
  ];
  for (const count of [600, 5000, 20_000]) {
    for (const code of deep(count)) {
      // It returns, without an error where the nesting is flat to the parsers.
      assert(languageOf("typescript").check(code).length <= 1, code.slice(0, 60));
    }
  }
  for (const code of deep(30)) {
    const [diagnostic] = languageOf("typescript").check(code);
    assert(
      diagnostic === undefined || !/deep/.test(diagnostic.message),
      `${code.slice(0, 60)}: ${diagnostic?.message}`,
    );
  }
});
