import { assert, assertEquals } from "@std/assert";
import { errorsIn, program, thrownBy } from "../../../tests/language/run.ts";
import type { Diagnostic } from "../../spec/mod.ts";
import { isError, type Value } from "../../value/mod.ts";
import type { CodeFailure } from "../mod.ts";

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
    assertEquals(errorsIn("typescript", code), [], code);
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
    ["export default (a: number => a", { message: 'expected ",", got the end of the code', location: { offset: 30 } }],
    ["const y: string = ;\nexport default () => 1", { message: "expression expected", location: { offset: 18 } }],
    ["export default (a: number) => {", { message: 'expected "}", got the end of the code', location: { offset: 31 } }],
    ["const s = '\t漢é😀'; let x: = 3", { message: 'unexpected "="', location: { offset: 26 } }],
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
    assertEquals(errorsIn("typescript", code), [diagnostic], code);
    const thrown = thrownBy(() => program(code, "typescript"));
    assertEquals([thrown.code, thrown.offset], ["bad_code", diagnostic.location?.offset]);
  }
});
