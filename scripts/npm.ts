// Builds the npm package of Weft, with the command `weft`, and packs it.
//
//   deno task npm [--out DIR] [--no-types] [--repository URL]
//
// Prints the path of the tarball. `npm` has to be installed.

import { parseArgs } from "@std/cli/parse-args";
import { resolve } from "node:path";
import { declarations } from "./npm/declarations.ts";
import { launcher } from "./npm/launcher.ts";
import { manifestOf } from "./npm/manifest.ts";
import { readImportMap } from "./npm/import_map.ts";
import { javaScriptOf } from "./npm/module_text.ts";

const ROOT = new URL("../", import.meta.url);
/** The modules of the package, and the folders of modules. */
const MODULES = ["main.ts", "mod.ts", "src", "workers"];
/** What is copied as it is, by its path in the package. */
const COPIED = { "LICENSE": "LICENSE", "CHANGELOG.md": "CHANGELOG.md", "README.md": "scripts/npm/README.md" };
const OUTPUT = "dist/npm";

/** What its `deno.json` holds besides unstable features: how Deno runs a package whose dependencies npm has installed. */
const DENO_CONFIG = { nodeModulesDir: "manual", lock: false };

/** Options of `buildPackage`. */
export interface PackageOptions {
  /** Whether it has type declarations, which take half a minute. Default true. */
  readonly types?: boolean;
  /** Where the source is, as npm compares it with where a package was published from. Default: not told. */
  readonly repository?: string | undefined;
}

/** Writes the package into a folder, which is created. */
export async function buildPackage(folder: string, { types = true, repository }: PackageOptions = {}): Promise<void> {
  const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const imports = readImportMap(config.imports);
  const used = new Set<string>();
  const files = new Map<string, string>();
  for await (const path of modulesIn(MODULES)) {
    const source = await Deno.readTextFile(new URL(path, ROOT));
    if (!path.endsWith(".ts")) files.set(path, source);
    else files.set(path.replace(/\.ts$/, ".js"), javaScriptOf(source, { path, imports, used }));
  }
  if (types) {
    for (const [path, text] of await declarations(ROOT)) {
      if (files.has(path.replace(/\.d\.ts$/, ".js"))) files.set(path, text);
    }
  }
  for (const [path, from] of Object.entries(COPIED)) files.set(path, await Deno.readTextFile(new URL(from, ROOT)));
  files.set("bin/weft.js", await launcher(config.tasks.weft));
  files.set("deno.json", json({ ...DENO_CONFIG, unstable: config.unstable }));
  files.set("package.json", json(manifestOf(config, [...used], { types, repository })));
  for (const [path, text] of files) {
    const target = `${folder}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(target, text);
  }
  await Deno.chmod(`${folder}/bin/weft.js`, 0o755);
}

/** Packs a folder that holds a package. @returns The path of the tarball. */
export async function pack(folder: string, destination: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("npm", {
    args: ["pack", "--json", "--ignore-scripts", "--pack-destination", destination],
    cwd: folder,
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) throw new Error(`npm pack failed: ${decoder.decode(stderr)}`);
  const [{ filename }] = JSON.parse(decoder.decode(stdout)) as [{ filename: string }];
  return `${destination}/${filename}`;
}

/** The paths of modules and of the text that they import, without tests and what only they import. */
async function* modulesIn(paths: readonly string[]): AsyncGenerator<string> {
  for (const path of paths) {
    if ((await Deno.stat(new URL(path, ROOT))).isFile) {
      if (!path.endsWith("_test.ts") && path !== "src/jsr/assert.ts") yield path;
      continue;
    }
    const entries = await Array.fromAsync(Deno.readDir(new URL(`${path}/`, ROOT)));
    yield* modulesIn(entries.map(({ name }) => `${path}/${name}`).sort());
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function main(args: readonly string[]): Promise<number> {
  const { out = OUTPUT, types = true, repository, _: unexpected } = parseArgs([...args], {
    string: ["out", "repository"],
    boolean: ["types"],
    negatable: ["types"],
  });
  if (unexpected.length > 0) throw new Error(`unexpected argument ${JSON.stringify(unexpected[0])}`);
  const destination = resolve(out);
  await Deno.mkdir(destination, { recursive: true });
  const folder = await Deno.makeTempDir({ prefix: "weft-npm-" });
  try {
    await buildPackage(folder, { types, repository });
    console.log(await pack(folder, destination));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
