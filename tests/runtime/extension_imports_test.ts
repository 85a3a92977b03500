import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { loadExtensions } from "../../src/runtime/mod.ts";
import { inFolder } from "./extension_folder.ts";
import { World } from "./world.ts";

// Names that an extension imports mean what the files beside it say, not what Weft's own deno.json says.

/** Returns the source of a kind called `probe`, whose answer is an expression of `payload`. */
function kind(imports: string, answer: string, options = ""): string {
  return `import { defineKind } from "@weft/weft/kind";
import { z } from "zod";
${imports}
export default defineKind({ name: "probe", summary: "K.", fields: z.object({}), ${options}
  ports: { in: ["in"], out: ["out", "error"] }, prepare: () => ({ in: (payload) => ${answer} }) });
`;
}

/** Returns what the kind `probe` answers on a real engine. */
async function answer(...urls: string[]): Promise<string> {
  const flow = JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "a", port: "in" }] } },
    { kind: "probe", name: "a" },
  ]);
  await using world = await World.start(flow, { extensions: urls });
  return (await world.fetch("/")).text;
}

const USE = `import Negotiator from "glass";
const languages = new Negotiator({ headers: { "accept-language": "ko" } }).languages().join();`;

Deno.test("a name is what imports of the extension's deno.json map it to, on executors and on the host", () =>
  inFolder({
    "deno.json": `{
      // comments and a comma at the end, as Deno allows them
      "imports": { "glass": "npm:negotiator@1.1.0", "#lib/": "./lib/", },
    }`,
    "probe.ts": kind(`${USE}\nimport { mark } from "#lib/mark.ts";`, "languages + mark"),
    "host.ts": kind(
      `${USE}\nimport { mark } from "#lib/mark.ts";`,
      "languages + mark",
      'place: "host", effect: "none",',
    ),
    "lib/mark.ts": `export { mark } from "./deep/mark.ts";`,
    "lib/deep/mark.ts": "enum Mark { One = 41 }\nexport const mark = Mark.One + 1;",
  }, async (folder) => {
    assertEquals(await answer(`file://${folder}/probe.ts`), "ko42");
    assertEquals(await answer(`file://${folder}/host.ts`), "ko42");
  }));

Deno.test("a name is what a package.json or an outer deno.json maps it to; the nearest counts", () =>
  inFolder({
    "deno.json": `{ "imports": { "word": "./outer.ts", "other": "./outer.ts" } }`,
    "outer.ts": 'export const word = "outer";',
    "a/package.json": `{ "dependencies": { "glass": "npm:negotiator@1.1.0" } }`,
    "a/probe.ts": kind(`${USE}\nimport { word } from "word";`, "languages + word"),
    "b/deno.json": `{ "imports": { "word": "./inner.ts" }, "scopes": { "./scope/": { "word": "./scoped.ts" } } }`,
    "b/inner.ts": 'export const word = "inner";',
    "b/scoped.ts": 'export const word = "scoped";',
    "b/scope/word.ts": 'export * from "word";',
    "b/probe.ts": kind('import { word } from "word";\nimport * as scope from "./scope/word.ts";', "word + scope.word"),
  }, async (folder) => {
    assertEquals(await answer(`file://${folder}/a/probe.ts`), "koouter");
    assertEquals(await answer(`file://${folder}/b/probe.ts`), "innerscoped");
  }));

Deno.test("Weft's own modules are those that run, whatever version is named", () =>
  inFolder({
    "deno.json":
      `{ "imports": { "@weft/weft/kind": "jsr:@weft/weft@^7.1.0/kind", "weft": "npm:@weft/weft@9.0.0/kind" } }`,
    "probe.ts": kind('import { defineKind as same } from "weft";', "same === defineKind"),
  }, async (folder) => assertEquals(await answer(`file://${folder}/probe.ts`), "true")));

Deno.test("modules whose names mean the same to Weft are imported as they are, not as copies", () =>
  inFolder({
    "deno.json": `{ "imports": { "@weft/weft/kind": "jsr:@weft/weft@0.1.0/kind", "zod": "npm:zod@4.6.7" } }`,
    "probe.ts": kind("export const self = {};", "1"),
  }, async (folder) => {
    const { modules } = await loadExtensions([`file://${folder}/probe.ts`]);
    assertEquals(modules, [`file://${folder}/probe.ts`]);
  }));

Deno.test("import.meta is that of the file that the user wrote", () =>
  inFolder({
    "deno.json": `{ "imports": { "word": "./word.ts" } }`,
    "word.ts": `export const word = "";`,
    "probe.ts": kind(
      'import { word } from "word";\nconst { url, dirname } = { url: import.meta.url, dirname: import.meta.dirname };',
      "word + [url, dirname, import.meta.filename].join()",
    ),
  }, async (folder) => {
    const path = `${folder}/probe.ts`;
    assertEquals(await answer(`file://${path}`), [`file://${path}`, folder, path].join());
  }));

Deno.test("a folder stands for the modules that its deno.json exports, or for its mod.ts", () =>
  inFolder({
    "a/deno.json": '{ "exports": { "./probe": "./probe.ts", }, /* as Deno allows it */ }',
    "a/probe.ts": kind("", '"exported"'),
    "b/mod.ts": kind("", '"main"'),
    "c/probe.ts": kind("", "1"),
    "d/deno.json": "{ nonsense",
  }, async (folder) => {
    assertEquals(await answer(`file://${folder}/a`), "exported");
    assertEquals(await answer(`file://${folder}/b/`), "main");
    const reason = async (name: string) => {
      const { message, cause } = await assertRejects(() => loadExtensions([`file://${folder}/${name}`])) as Error;
      return `${message}: ${(cause as Error).message}`;
    };
    const start = (name: string) => `extension file://${folder}/${name} cannot be loaded: `;
    assertEquals(await reason("c"), `${start("c")}expected "exports" in its deno.json, or a file mod.ts`);
    assertStringIncludes(await reason("d"), `${start("d")}${folder}/d/deno.json: `);
  }));

Deno.test("a name that nothing maps is told with the place of its import", () =>
  inFolder({
    "probe.ts": kind('import { a } from "./lib/a.ts";', "a"),
    "lib/a.ts": '// the first line\nexport { a } from "nowhere";',
  }, async (folder) => {
    const error = await assertRejects(() => loadExtensions([`file://${folder}/probe.ts`])) as Error;
    assertStringIncludes(String(error.cause), `${folder}/lib/a.ts:2:19: unknown import "nowhere": expected a path`);
    assertStringIncludes(error.message, `extension file://${folder}/probe.ts cannot be loaded`);
  }));
