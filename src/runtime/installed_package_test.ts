import { assertEquals } from "@std/assert";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { resolveInstalled } from "./installed_package.ts";

/** Runs a test in a folder with packages, each with its `package.json` and empty files. */
async function withPackages(
  packages: Record<string, { config: unknown; files?: string[] }>,
  test: (resolve: (specifier: string, from?: string) => Promise<string | undefined>) => Promise<void>,
): Promise<void> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "weft packages " }));
  try {
    for (const [name, { config, files = [] }] of Object.entries(packages)) {
      const folder = `${root}/${name}`;
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(config));
      for (const file of files) {
        await Deno.mkdir(dirname(`${folder}/${file}`), { recursive: true });
        await Deno.writeTextFile(`${folder}/${file}`, "");
      }
    }
    await test(async (specifier, from = "src/kinds/a.ts") => {
      const url = await resolveInstalled(specifier, pathToFileURL(`${root}/${from}`).href);
      return url === undefined ? undefined : fileURLToPath(url).slice(root.length + 1);
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("a package without exports stands for its main, and for its files", async () => {
  await withPackages({
    "node_modules/plain": { config: {}, files: ["index.js", "lib/a.js", "b/index.js"] },
    "node_modules/@a/main": { config: { main: "./lib/main" }, files: ["lib/main.js"] },
  }, async (resolve) => {
    assertEquals(await resolve("plain"), "node_modules/plain/index.js");
    assertEquals(await resolve("plain/lib/a.js"), "node_modules/plain/lib/a.js");
    assertEquals(await resolve("plain/lib/a"), "node_modules/plain/lib/a.js");
    assertEquals(await resolve("plain/b"), "node_modules/plain/b/index.js");
    assertEquals(await resolve("@a/main"), "node_modules/@a/main/lib/main.js");
    assertEquals([await resolve("plain/none"), await resolve("absent"), await resolve("@a/absent")], [
      undefined,
      undefined,
      undefined,
    ]);
    for (const other of ["./plain", "/plain", "node:fs", "#plain"]) assertEquals(await resolve(other), undefined);
  });
});

Deno.test("exports say what an import leads to, by conditions, subpaths and patterns", async () => {
  const exports = {
    ".": { types: "./a.d.ts", require: "./a.cjs", import: [{ browser: "./b.js" }, "./a.mjs"], default: "./a.cjs" },
    "./sub": "./sub.js",
    "./deep/*": "./deep/*.js",
    "./deep/own/*.js": "./own/*.js",
    "./hidden": null,
    "./only": { browser: "./b.js" },
  };
  await withPackages({
    "node_modules/mixed": {
      config: { exports, main: "a.cjs" },
      files: ["a.mjs", "a.cjs", "b.js", "sub.js", "deep/x/y.js", "own/z.js", "secret.js"],
    },
    "node_modules/single": { config: { exports: "./one.js" }, files: ["one.js"] },
    "node_modules/conditions": { config: { exports: { import: "./one.js" } }, files: ["one.js"] },
  }, async (resolve) => {
    assertEquals(await resolve("mixed"), "node_modules/mixed/a.mjs");
    assertEquals(await resolve("mixed/sub"), "node_modules/mixed/sub.js");
    assertEquals(await resolve("mixed/deep/x/y"), "node_modules/mixed/deep/x/y.js");
    assertEquals(await resolve("mixed/deep/own/z.js"), "node_modules/mixed/own/z.js");
    for (const none of ["mixed/secret.js", "mixed/hidden", "mixed/only", "mixed/deep/none", "single/one.js"]) {
      assertEquals(await resolve(none), undefined, none);
    }
    assertEquals(await resolve("single"), "node_modules/single/one.js");
    assertEquals(await resolve("conditions"), "node_modules/conditions/one.js");
  });
});

Deno.test("the nearest folder above the module has the package", async () => {
  await withPackages({
    "node_modules/a": { config: {}, files: ["index.js"] },
    "node_modules/b": { config: {}, files: ["index.js"] },
    "src/node_modules/a": { config: {}, files: ["index.js"] },
  }, async (resolve) => {
    assertEquals(await resolve("a"), "src/node_modules/a/index.js");
    assertEquals(await resolve("b"), "node_modules/b/index.js");
    assertEquals(await resolve("a", "x.ts"), "node_modules/a/index.js");
  });
});
