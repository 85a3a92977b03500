import { assertEquals, assertThrows } from "@std/assert";
import { readImportMap } from "../../scripts/npm/import_map.ts";
import { manifestOf } from "../../scripts/npm/manifest.ts";
import { javaScriptOf } from "../../scripts/npm/module_text.ts";

const imports = readImportMap({
  "@std/yaml": "./src/jsr/yaml.ts",
  "@weft/weft/kind": "./src/kind/mod.ts",
  "@weft/weft": "./mod.ts",
  "cel-js": "npm:@marcbachmann/cel-js@8.0.0",
  "nodemailer": "npm:nodemailer@10.6.1",
  "nodemailer/lib/addressparser": "npm:nodemailer@10.6.1/lib/addressparser",
});

function javaScript(source: string, path = "src/kinds/mail.ts"): { text: string; used: string[] } {
  const used = new Set<string>();
  return { text: javaScriptOf(source, { path, imports, used }), used: [...used] };
}

Deno.test("paths that a module imports end in .js", () => {
  const cases = {
    'import { a } from "./a.ts";': 'import { a } from "./a.js";',
    'export * from "../b.ts";': 'export * from "../b.js";',
    'const c = await import("./c.ts");': 'const c = await import("./c.js");',
    'new Worker(new URL("../workers/d.ts", import.meta.url));':
      'new Worker(new URL("../workers/d.js", import.meta.url));',
    'import v from "../../deno.json" with { type: "json" };':
      'import v from "../../package.json" with { type: "json" };',
    'import fs from "node:fs";': 'import fs from "node:fs";',
    // what is no specifier stays
    'new URL("./e.ts", base); const f = "./f.ts";': 'new URL("./e.ts", base); const f = "./f.ts";',
  };
  for (const [source, text] of Object.entries(cases)) assertEquals(javaScript(source).text, text);
});

Deno.test("names of the import map become paths and packages, which are dependencies", () => {
  const { text, used } = javaScript([
    'import { parse } from "@std/yaml";',
    'import { defineKind } from "@weft/weft/kind";',
    'import { a } from "cel-js/evaluator";',
    'const { default: b } = await import("nodemailer/lib/addressparser");',
    'import.meta.resolve("@std/yaml");',
  ].join("\n"));
  assertEquals(text.split("\n"), [
    'import { parse } from "../jsr/yaml.js";',
    'import { defineKind } from "../kind/mod.js";',
    'import { a } from "@marcbachmann/cel-js/evaluator";',
    'const { default: b } = await import("nodemailer/lib/addressparser");',
    'import.meta.resolve("../jsr/yaml.js");',
  ]);
  assertEquals(used, ["@marcbachmann/cel-js@8.0.0", "nodemailer@10.6.1"]);
  assertEquals(javaScript('import "@weft/weft";', "main.ts").text, 'import "./mod.js";');
});

Deno.test("types are removed, in place where it can be", () => {
  assertEquals(javaScript("const a: number = 1; b(a);").text, "const a         = 1; b(a);");
  assertEquals(
    javaScript('import type { A } from "./a.ts";\nexport const b = 1 as A;').text.trim(),
    "export const b = 1     ;",
  );
  // parameter properties need code
  const { text } = javaScript('import { C } from "./c.ts";\nclass A { constructor(readonly b: C = new C()) {} }');
  assertEquals(/this\.b = b/.test(text) && text.includes('from "./c.js"'), true, text);
});

Deno.test("a package without an exact version is refused", () => {
  const cases = ["npm:zod@^4", "npm:zod", "jsr:@std/yaml@1.0.0", "https://x.y/z.ts"];
  for (const to of cases) assertThrows(() => readImportMap({ zod: to })("zod"), Error, `invalid import "${to}"`);
});

Deno.test("the manifest pins Deno and the packages exactly, and exports what the project exports", () => {
  const config = { name: "@weft/weft", version: "1.2.3", license: "MIT", exports: { ".": "./mod.ts" } };
  const { dependencies, exports } = manifestOf(config, ["zod@4.6.7", "@a/b@1.0.0"], { types: true });
  assertEquals(dependencies, { "@a/b": "1.0.0", deno: "2.9.6", zod: "4.6.7" });
  assertEquals(exports, {
    ".": { types: "./mod.d.ts", default: "./mod.js" },
    "./package.json": "./package.json",
  });
});
