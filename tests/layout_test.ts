import { parse } from "acorn";
import { stripTypeScriptTypes } from "node:module";
import { assert, assertEquals } from "@std/assert";

// The folders of src/, each with those that it may import from; src/jsr is seen by all.
const MAY_IMPORT: Record<string, string[]> = {
  value: [],
  spec: ["value"],
  registry: ["value"],
  flow: ["value", "spec"],
  language: ["value", "spec", "flow"],
  kinds: ["value", "spec", "flow", "language"],
  executor: ["value", "spec", "flow", "language", "kinds"],
  pool: ["value", "flow"],
  runtime: ["value", "spec", "registry", "flow", "language", "kinds", "executor", "pool"],
  admin: ["value", "spec", "registry", "flow", "language", "kinds", "executor", "pool", "runtime"],
  cli: ["value", "spec", "registry", "flow", "language", "kinds", "executor", "pool", "runtime", "admin"],
  jsr: [],
};

// What goes past a folder's public face, because mod.ts would load more than may be loaded there.
const PAST_THE_FACE: Record<string, string> = {
  "src/executor/start.ts > src/kinds/executor.ts": "an executor loads no kind of the host",
  "src/pool/warden.ts > src/flow/note.ts": "the warden has to be up before anything heavy is loaded",
  "src/pool/warden_link.ts > src/value/error.ts": "the warden is started before anything heavy is loaded",
  "src/cli/config_file.ts > src/spec/compose.ts": "settings are read before the warden is started",
  "src/cli/config_file.ts > src/spec/line_map.ts": "settings are read before the warden is started",
  "src/cli/config_file.ts > src/spec/nearest.ts": "settings are read before the warden is started",
  "src/cli/config_file.ts > src/spec/node.ts": "settings are read before the warden is started",
  "src/cli/config_file.ts > src/spec/parse.ts": "settings are read before the warden is started",
  "src/cli/config_file.ts > src/spec/problem.ts": "settings are read before the warden is started",
  "src/cli/flag.ts > src/spec/nearest.ts": "the command line is read before the warden is started",
  "src/cli/mod.ts > src/spec/nearest.ts": "the command line is read before the warden is started",
  "src/cli/mod.ts > src/value/reason.ts": "the command line is read before the warden is started",
  "src/cli/start.ts > src/pool/warden_link.ts": "the warden is started before anything heavy is loaded",
};

const ROOT = new URL("../", import.meta.url);

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* sources(`${folder}${name}/`);
    else if (name.endsWith(".ts")) yield `${folder}${name}`;
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
      if (!allowed.includes(other!)) wrong.push(edge);
      else if (rest.join("/") !== "mod.ts" && PAST_THE_FACE[edge] === undefined) wrong.push(`${edge} (not mod.ts)`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("the core depends on no package", async () => {
  for (const folder of ["value", "flow", "pool", "executor"]) {
    for await (const file of sources(`src/${folder}/`)) {
      const bare = (await importsOf(file)).filter((from) => !from.startsWith("src/") && !from.startsWith("node:"));
      assertEquals(bare, [], file);
    }
  }
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
