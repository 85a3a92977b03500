import { assert, assertEquals } from "@std/assert";
import { parse } from "acorn";
import { stripTypeScriptTypes } from "node:module";

// The folders of src/ from the ground up, each with those that it may import from; src/jsr is seen by all.
const CORE = ["value", "protocol", "spec", "flow"];
const STORE = ["registry", "presence", "store"];
const MAY_IMPORT: Record<string, readonly string[]> = {
  value: [],
  protocol: ["value"],
  http: ["value"],
  spec: ["value"],
  flow: ["value", "spec/model"],
  database: ["value", "protocol", "pool"],
  storage: ["value", "database"],
  registry: ["value", "storage"],
  presence: ["value", "storage"],
  store: ["value", "storage", "registry", "presence"],
  language: ["value", "spec", "flow"],
  kind: ["value", "spec/model", "flow"],
  kinds: ["value", "storage", "http", "spec", "flow", "language", "kind", "database"],
  modules: ["value", "spec", "kinds"],
  executor: [...CORE, "language", "kind", "kinds"],
  pool: ["value", "protocol", "flow"],
  compiler: ["value", "protocol", "language", "pool"],
  runtime: [...CORE, "http", ...STORE, "language", "kind", "kinds", "modules", "executor", "pool", "compiler"],
  api: [...CORE, "http", ...STORE, "language", "kind", "kinds", "modules", "pool", "compiler", "runtime"],
  admin: ["value", "http", "runtime", "api"],
  cli: [
    ...CORE,
    "http",
    ...STORE,
    "language",
    "kind",
    "kinds",
    "modules",
    "executor",
    "pool",
    "compiler",
    "runtime",
    "api",
    "admin",
    "testing",
  ],
  testing: [...CORE, "http", ...STORE, "language", "kind", "kinds", "executor", "compiler", "runtime"],
  jsr: [],
};

const ROOT = new URL("../", import.meta.url);

/** The modules of a folder, without the tests that stand beside them. */
async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* sources(`${folder}${name}/`);
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) yield `${folder}${name}`;
  }
}

/** What a module imports: relative paths from the root, and bare names. Type imports count. */
async function importsOf(file: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(file, ROOT));
  const types = [...text.matchAll(/^(?:import|export) type [^;]*? from "([^"]+)"/gms)].map(([, from]) => from!);
  const ast = parse(stripTypeScriptTypes(text, { mode: "transform" }), {
    ecmaVersion: "latest",
    sourceType: "module",
  });
  const values = ast.body.flatMap((node) => "source" in node && node.source ? [String(node.source.value)] : []);
  const dynamic = [...text.matchAll(/import\("([^"]+)"\)/g)].map(([, from]) => from!);
  return [...new Set([...types, ...values, ...dynamic])].map((from) =>
    from.startsWith(".") ? new URL(from, new URL(file, ROOT)).href.slice(ROOT.href.length) : from
  );
}

Deno.test("a folder imports from those above it and by their public face", async () => {
  const wrong: string[] = [];
  for await (const file of sources("src/")) {
    const folder = file.split("/")[1]!;
    const allowed = MAY_IMPORT[folder];
    assert(allowed !== undefined, `src/${folder} is not in the layout`);
    for (const target of await importsOf(file)) {
      const [root, other, ...rest] = target.split("/");
      if (root !== "src") {
        if (target.startsWith("tests/") || target.startsWith("workers/")) wrong.push(`${file} > ${target}`);
        continue;
      }
      if (other === folder || other === "jsr") continue;
      const edge = `${file} > ${target}`;
      // a face is the mod.ts of a folder, or of a folder in it
      if (rest.at(-1) !== "mod.ts" || rest.length > 2) wrong.push(`${edge} (not a mod.ts)`);
      else if (!allowed.includes(other!) && !allowed.includes(`${other}/${rest[0]}`)) wrong.push(edge);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("the core depends on no package", async () => {
  for (const folder of ["value", "protocol", "flow", "pool", "executor"]) {
    for await (const file of sources(`src/${folder}/`)) {
      const bare = (await importsOf(file)).filter((from) => !from.startsWith("src/") && !from.startsWith("node:"));
      assertEquals(bare, [], file);
    }
  }
});

Deno.test("what is named as a test is one, as it is not published", async () => {
  const wrong: string[] = [];
  const look = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
      if (isDirectory) await look(`${folder}${name}/`);
      else if (name.endsWith("_test.ts")) {
        const text = await Deno.readTextFile(new URL(`${folder}${name}`, ROOT));
        if (/^export /m.test(text)) wrong.push(folder + name);
      }
    }
  };
  await look("src/");
  assertEquals(wrong, []);
});

Deno.test("files are named in snake_case and stay short", async () => {
  const long: string[] = [];
  for (const root of ["src/", "workers/"]) {
    for await (const file of sources(root)) {
      assert(/^[a-z0-9_]+\.ts$/.test(file.split("/").at(-1)!), `${file} is not in snake_case`);
      const lines = (await Deno.readTextFile(new URL(file, ROOT))).split("\n").length;
      if (lines > 450) long.push(`${file}: ${lines} lines`);
    }
  }
  assertEquals(long, []);
});
