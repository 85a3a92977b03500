import { assert, assertEquals, assertMatch } from "@std/assert";
import { MAIN, WORKERS } from "../../scripts/compile.ts";

const ROOT = new URL("../../", import.meta.url);

let embeddedModules: Promise<Set<string>> | undefined;

/** Returns the project's own modules that are reached from the program and its workers, those at run time too. It is looked up once: each module takes a run of Deno. */
function embeddedInProgram(): Promise<Set<string>> {
  return embeddedModules ??= reached([MAIN, ...WORKERS]);
}

/** Returns the project's own modules that are reached from some of them by imports. */
async function reached(from: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const module of from) {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", module],
      cwd: ROOT,
      stderr: "null",
    }).output();
    assertEquals(code, 0);
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: { specifier: string }[] };
    for (const { specifier } of modules) {
      if (specifier.startsWith(ROOT.href)) found.add(specifier.slice(ROOT.href.length));
    }
  }
  return found;
}

async function* modulesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* modulesIn(`${folder}${name}/`);
    else if (!name.endsWith("_test.ts")) yield `${folder}${name}`;
  }
}

async function compile(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", "scripts/compile.ts", ...args],
    cwd: ROOT,
    env,
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("whatever is named by new URL(..., import.meta.url) is embedded", async () => {
  const named = new Set<string>();
  const embedded = await embeddedInProgram();
  for (const module of embedded) {
    const text = module.endsWith(".ts") ? await Deno.readTextFile(new URL(module, ROOT)) : "";
    for (const [, path] of text.matchAll(/new URL\(\s*"([^"]+\.\w+)"\s*,\s*import\.meta\.url\s*,?\s*\)/g)) {
      named.add(new URL(path!, new URL(module, ROOT)).href.slice(ROOT.href.length));
    }
  }
  assertEquals([...named].sort(), [...WORKERS].sort(), "what is in workers/ is what the modules name");
  assertEquals([...named].filter((module) => !embedded.has(module)), []);
});

Deno.test("every module of src/ and workers/ is embedded, and nothing of tests/", async () => {
  const embedded = await embeddedInProgram();
  for (const folder of ["src/", "workers/"]) {
    for await (const module of modulesIn(folder)) {
      // what only tests import: the assertions, the library for tests, and the faces that the program does not use
      const isForTests = module === "src/jsr/assert.ts" || module.startsWith("src/testing/");
      if (!isForTests && !module.endsWith("/mod.ts")) {
        assert(embedded.has(module), `${module} is not embedded`);
      }
    }
  }
  assertEquals([...embedded].filter((module) => !/^(main\.ts|deno\.json|src\/.*|workers\/.*)$/.test(module)), []);
});

Deno.test("modules are imported at run time by names that can be followed", async () => {
  const computed: string[] = [];
  for (const module of await embeddedInProgram()) {
    if (!/^src\/.*\.ts$/.test(module)) continue;
    const text = await Deno.readTextFile(new URL(module, ROOT));
    if (/\bawait import\((?!")/.test(text)) computed.push(module);
  }
  // these two import extensions, which are no part of the program
  assertEquals(computed.sort(), ["src/executor/start.ts", "src/runtime/extensions.ts"]);
});

Deno.test("where there is no denort, one sentence says what to do", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "weft-compile-" });
  // the types are those that were checked anyway
  const { code, err } = await compile({ DENORT_BIN: `${folder}/none` }, "--no-check", `--output=${folder}/weft`);
  assertEquals(code, 1);
  assertEquals(err.trimEnd().split("\n").length, 1);
  assertMatch(err, /DENORT_BIN/);
  Deno.removeSync(folder, { recursive: true });
});
