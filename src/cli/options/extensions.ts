import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { asError } from "../../value/mod.ts";

/**
 * Returns the URLs of the modules that an extension consists of.
 *
 * @param specifier The path of a module or of a folder, a `file:` URL or an `npm:` specifier. A folder stands for the
 * modules that its `deno.json` exports, or for its `mod.ts`.
 * @throws {Error} If it has another scheme, because code is never fetched from other sources; if a folder has neither.
 */
export function extensionUrls(specifier: string): string[] {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(specifier)?.[1]?.toLowerCase();
  if (scheme === "file" || scheme === "npm") return [specifier];
  if (scheme !== undefined) {
    throw new Error(
      `invalid --extension ${JSON.stringify(specifier)}: expected a path, a file: URL or an npm: specifier`,
    );
  }
  const path = resolve(specifier);
  const modules = isFolder(path) ? exportsOf(path) : [path];
  return modules.map((module) => pathToFileURL(module).href);
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // importing it tells what is wrong
  }
}

/** Returns the paths of the modules that a folder exports. */
function exportsOf(folder: string): string[] {
  for (const name of ["deno.json", "deno.jsonc"]) {
    const path = join(folder, name);
    const exports = readExports(path);
    if (exports === undefined) continue;
    const files = typeof exports === "string" ? [exports] : Object.values(exports);
    return files.map((file) => join(folder, file));
  }
  const main = join(folder, "mod.ts");
  try {
    Deno.statSync(main);
  } catch {
    throw new Error(
      `invalid --extension ${JSON.stringify(folder)}: expected "exports" in its deno.json, or a file mod.ts`,
    );
  }
  return [main];
}

/** Returns the `exports` of a `deno.json`; undefined if there is no such file, or it has none. */
function readExports(path: string): string | Record<string, string> | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
  try {
    return (JSON.parse(text) as { exports?: string | Record<string, string> }).exports;
  } catch (error) {
    throw new Error(`${path}: ${asError(error).message}`);
  }
}
