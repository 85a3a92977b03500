import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Diagnostic, hasErrors, readSpecs, type SourcedSpec } from "../spec/mod.ts";
import { asError, reasonOf } from "../value/mod.ts";

/** A folder with the specs of a module. */
export interface ModuleFolder {
  /** As it is shown. */
  readonly path: string;
  readonly specs: readonly SourcedSpec[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The folder of a module as it is shown, or why there is none. */
export type FoundModule =
  | { readonly path: string }
  | { readonly wrong: string; readonly hint?: string; readonly sought?: string };

/** What the specs of a module, and of everything but tests, are in. */
const SPECS = /\.ya?ml$/i;
const TESTS = /[._]test\.ya?ml$/i;

/**
 * Finds the folder of a module.
 *
 * @param from A folder, a `file:` URL, or `npm:NAME`.
 * @param base The folder of the file that imports it.
 */
export async function findModule(from: string, base: string): Promise<FoundModule> {
  const [, scheme] = /^([a-z][a-z0-9+.-]+):/i.exec(from) ?? [];
  if (scheme === "npm") return await findPackage(from.slice(4), base);
  if (scheme !== undefined && scheme !== "file" || /^[^/]+@[^/]+:/.test(from)) {
    return {
      wrong: `invalid from ${JSON.stringify(from)}: expected a folder, or npm:NAME`,
      hint: "nothing is fetched: clone it, and name the folder",
    };
  }
  const named = scheme === "file" ? fileURLToPath(from) : from;
  const path = shown(isAbsolute(named) ? named : join(base, named));
  return await isFolder(path) ? { path } : { wrong: `no such folder: ${path}`, sought: path };
}

async function findPackage(name: string, base: string): Promise<FoundModule> {
  const [, bare, version, inside = ""] = /^((?:@[^/@]+\/)?[^/@]+)(@[^/]*)?(\/.*)?$/.exec(name) ?? [];
  if (bare === undefined || version !== undefined || inside.split("/").includes("..")) {
    const hint = version === undefined ? undefined : `versions are asked for by the field "version"`;
    return {
      wrong: `invalid from ${JSON.stringify(`npm:${name}`)}: expected npm:NAME or npm:@SCOPE/NAME`,
      ...hint !== undefined && { hint },
    };
  }
  const start = await Deno.realPath(base === "" ? "." : base).catch(() => resolve(base));
  for (let folder = start;; folder = dirname(folder)) {
    const path = join(folder, "node_modules", bare + inside);
    if (await isFolder(path)) return { path: shown(path) };
    if (dirname(folder) === folder) break;
  }
  return {
    wrong: `the package ${bare}${inside} is not installed`,
    hint: `it is looked for in node_modules of ${shown(start)} and above; install it there with npm`,
  };
}

async function isFolder(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isDirectory ?? false;
}

/** Returns a path as it is shown: from the working folder, if it is in there. */
function shown(path: string): string {
  if (!isAbsolute(path)) return path;
  const inside = relative(Deno.cwd(), path);
  return inside.startsWith("..") || isAbsolute(inside) ? path : inside || ".";
}

/**
 * Returns the paths of the spec files of a module: `.yaml` and `.yml`, without hidden ones, tests, `node_modules`,
 * `weft.yaml`, and folders that have a `weft.yaml` of their own: those are projects.
 */
export async function moduleFiles(folder: string, isRoot = true): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  if (!isRoot && entries.some(({ name }) => name === "weft.yaml")) return [];
  const files: string[] = [];
  for (const { name, isDirectory, isSymlink } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (name.startsWith(".") || name === "node_modules" || name === "weft.yaml") continue;
    const path = join(folder, name);
    if (isDirectory || isSymlink && await isFolder(path)) {
      if (!isSymlink) files.push(...await moduleFiles(path, false));
    } else if (SPECS.test(name) && !TESTS.test(name)) files.push(path);
  }
  return files;
}

/** Reads the specs of a module. A folder in it that has a definition of its own is another module. */
export async function readModule(path: string): Promise<ModuleFolder> {
  const diagnostics: Diagnostic[] = [];
  const specs: SourcedSpec[] = [];
  const files = await moduleFiles(path);
  for (const file of files) {
    try {
      const read = readSpecs(await Deno.readTextFile(file), file);
      specs.push(...read.specs);
      diagnostics.push(...read.diagnostics.filter((diagnostic) => hasErrors([diagnostic])));
    } catch (error) {
      diagnostics.push({ location: { spec: file }, message: `cannot be read: ${reasonOf(asError(error))}` });
    }
  }
  const others = specs.flatMap(({ spec, source }) => {
    const folder = dirname(source.file);
    return spec.kind === "ns.definition" && resolve(folder) !== resolve(path) ? [folder] : [];
  });
  const isOther = (file: string) => others.some((folder) => isInside(folder, file));
  return {
    path,
    specs: specs.filter(({ source }) => !isOther(source.file)),
    diagnostics: diagnostics.filter(({ location }) => !isOther(location?.position?.file ?? location?.spec ?? "")),
  };
}

/** Reports whether a file is in a folder, or in one within it. */
export function isInside(folder: string, file: string): boolean {
  const path = relative(resolve(folder), resolve(file));
  return path !== "" && path !== ".." && !path.startsWith("../") && !isAbsolute(path);
}
