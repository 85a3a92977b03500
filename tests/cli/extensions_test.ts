import { assertEquals, assertMatch } from "@std/assert";
import { Project } from "./project.ts";

/** Returns a module with a kind whose summary is an expression. */
function kind(name: string, summary = '""', imports = ""): string {
  return `import { defineKind } from "@weft/weft/kind";
import { z } from "zod";
${imports}
export default defineKind({ name: "${name}", summary: ${summary}, fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] }, prepare: () => ({ in: (payload) => payload }) });
`;
}

const pack = (name: string, more: Record<string, unknown>) => ({ name, version: "1.2.3", type: "module", ...more });

/** The folder of a user: packages are in `node_modules`, and nothing of it in a registry. */
const FOLDER = {
  "conf/kinds/own.ts": kind("own"),
  "conf/kinds/url.ts": kind("url"),
  "node_modules/@acme/kinds/package.json": pack("@acme/kinds", {
    exports: { ".": { types: "./main.d.ts", import: "./lib/main.js" }, "./parts/*": "./lib/*.js" },
    dependencies: { "only-here": "^2.0.0", negotiator: "1.1.0" },
  }),
  "node_modules/@acme/kinds/lib/main.js": kind(
    "packed",
    "text + new Negotiator({ headers: { 'accept-language': 'ko' } }).languages()",
    'import { text } from "only-here/text";\nimport Negotiator from "negotiator";',
  ),
  "node_modules/@acme/kinds/lib/second.js": kind("second"),
  "node_modules/only-here/package.json": pack("only-here", { version: "2.1.0", exports: { "./text": "./text.js" } }),
  "node_modules/only-here/text.js": 'export * from "./deep/text.js";',
  "node_modules/only-here/deep/text.js": 'export const text = "from a package, ";',
};

Deno.test("extensions in weft.yaml are a path, a file: URL and an npm: package that is only in node_modules", async () => {
  await using project = new Project({
    ...FOLDER,
    "conf/weft.yaml": "extensions:\n  - kinds/own.ts\n  - file:kinds/url.ts\n  - npm:@acme/kinds\n" +
      "  - npm:@acme/kinds@^1.0.0/parts/second\n",
  });
  const kinds: { name: string; summary: string }[] = await project.json("kinds --config conf/weft.yaml");
  const summaries = new Map(kinds.map(({ name, summary }) => [name, summary]));
  for (const name of ["own", "url", "second"]) assertEquals(summaries.get(name), "", name);
  // with a package of its own that is installed, and one that only Deno's cache has
  assertEquals(summaries.get("packed"), "from a package, ko");
  const flow = [{ kind: "own", name: "a" }, { kind: "packed", name: "b" }];
  project.write("flow.json", flow);
  assertEquals(await project.weft("check --config conf/weft.yaml flow.json"), "2 specs in 1 file: no errors");
  // and by a flag, from the folder that one is in
  assertEquals(
    await project.weft("check --extension npm:@acme/kinds -", { input: "kind: packed" }),
    "1 spec in 1 file: no errors",
  );
});

Deno.test("what is wrong with an extension in weft.yaml is told with its place there", async () => {
  await using project = new Project({
    ...FOLDER,
    "throws.ts": "throw new Error('out of paint');",
    "clash.ts": kind("nop"),
    "empty/a.txt": "",
  });
  const errorOf = async (specifier: string) => {
    project.write("weft.yaml", `namespace: shop\nextension: [conf/kinds/own.ts, "${specifier}"]\n`);
    const [code, err] = await project.fail("kinds");
    assertEquals(code, 1);
    return err.replaceAll(`file://${Deno.cwd()}/`, "");
  };
  assertEquals(await errorOf("throws.ts"), "weft.yaml:2:32: extension throws.ts cannot be loaded: out of paint");
  assertMatch(
    await errorOf("clash.ts"),
    /^weft\.yaml:2:32: extension clash\.ts cannot be loaded: invalid name "nop" of kind nop/,
  );
  assertMatch(await errorOf("none.ts"), /^weft\.yaml:2:32: extension none\.ts cannot be loaded: Module not found/);
  assertMatch(
    await errorOf("empty"),
    /^weft\.yaml:2:32: extension empty cannot be loaded: expected "exports" in its deno\.json/,
  );
  assertEquals(
    await errorOf("https://example.com/a.ts"),
    'weft.yaml:2:32: invalid extension "https://example.com/a.ts": expected a path, a file: URL or an npm: specifier',
  );
});
