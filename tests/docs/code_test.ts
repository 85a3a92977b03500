import { assert, assertEquals } from "@std/assert";
import manifest from "../../deno.json" with { type: "json" };
import { TEMPLATES } from "../../src/cli/project/mod.ts";
import { blocksOf, pagesOf } from "./page.ts";

// Every block of TypeScript in the pages type-checks, beside the others of its page, as in the folder of a user: the
// import map leads to this checkout. A block that begins with `// name.ts` is that file, so that others can import it.
const ROOT = new URL("../../", import.meta.url);

const LANGUAGES: Readonly<Record<string, string>> = { ts: "ts", typescript: "ts", tsx: "tsx" };

/** Writes the blocks of the pages to a folder. @returns The files with where they come from. */
async function extract(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const { path, text } of await pagesOf(ROOT)) {
    const blocks = blocksOf(text).filter(({ language }) => Object.hasOwn(LANGUAGES, language));
    if (blocks.length === 0) continue;
    const page = `${folder}/${path.replaceAll("/", "-").replace(/\.md$/, "")}`;
    await Deno.mkdir(page, { recursive: true });
    for (const [index, { language, body }] of blocks.entries()) {
      const name = /^\/\/ ([\w-]+\.tsx?)\n/.exec(body)?.[1] ?? `block_${index + 1}.${LANGUAGES[language]}`;
      const file = `${page}/${name}`;
      assert(!files.has(file), `${path}: two blocks are ${name}`);
      files.set(file, `${path}, block ${index + 1}`);
      // a module even if it imports nothing, so that names of different blocks do not clash
      await Deno.writeTextFile(file, `${body}\nexport {};\n`);
    }
  }
  return files;
}

/** Writes the modules that `weft init` makes to a folder. @returns The files with where they come from. */
async function extractTemplates(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const template of TEMPLATES) {
    await Deno.mkdir(`${folder}/${template.name}/extensions`, { recursive: true });
    for (const [path, text] of Object.entries(template.files)) {
      if (!path.endsWith(".ts")) continue;
      files.set(`${folder}/${template.name}/${path}`, `${path} of the template ${template.name}`);
      await Deno.writeTextFile(`${folder}/${template.name}/${path}`, text);
    }
  }
  return files;
}

/** Type-checks files in a folder. @returns What the compiler says; empty if nothing is wrong. */
async function checkTypes(folder: string, files: Iterable<string>): Promise<string> {
  const imports = Object.fromEntries(
    Object.entries(manifest.imports).map(([name, to]) => [name, to.startsWith("./") ? new URL(to, ROOT).href : to]),
  );
  const { compilerOptions, unstable } = manifest;
  const config = { imports, compilerOptions, unstable, nodeModulesDir: "none", lock: false };
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", ...files],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  return code === 0 ? "" : new TextDecoder().decode(stderr);
}

// in one test, as the compiler takes its time for each run
Deno.test("blocks of TypeScript in pages type-check, and so do the modules of new projects", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const files = await extract(folder);
    assert(files.size >= 10, `only ${files.size} blocks were found`);
    const modules = await extractTemplates(folder);
    assert(modules.size >= 8, `only ${modules.size} modules of templates were found`);
    for (const [file, where] of modules) files.set(file, where);
    let said = await checkTypes(folder, files.keys());
    for (const [file, where] of files) said = said.replaceAll(new URL(`file://${file}`).href, where);
    assertEquals(said, "");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a block with a type error is found", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/block.ts`,
      `import { defineKind } from "@weft/weft/kind";\nexport default defineKind({ name: 1 });\n`,
    );
    assert((await checkTypes(folder, [`${folder}/block.ts`])).includes("error"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
