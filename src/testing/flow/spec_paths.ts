import { dirname, join, resolve } from "node:path";
import type { ManifestFile } from "../../runtime/mod.ts";
import { isTestFile } from "../../spec/mod.ts";

/**
 * Reads files of specs, and folders of them, but no test files.
 *
 * @throws {Error} If one does not exist.
 */
export async function readSpecPaths(paths: readonly string[]): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const path of paths) {
    const info = await Deno.stat(path).catch(() => undefined);
    if (info === undefined) throw new Error(`no such file or folder: ${path}`);
    for (const name of info.isDirectory ? await filesIn(path) : [path]) {
      files.push({ name, text: await Deno.readTextFile(name) });
    }
  }
  return files;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const found: string[] = [];
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (name.startsWith(".") || name === "node_modules" || name === "weft.yaml") continue;
    const path = join(folder, name);
    if (isDirectory) found.push(...await filesIn(path));
    else if (/\.(?:ya?ml|json)$/i.test(name) && !isTestFile(name)) found.push(path);
  }
  return found;
}

/** Returns the paths of a test file's `specs`, which are relative to it. Without, its folder. */
export function specPathsOf(testFile: string, specs: readonly string[] | undefined): string[] {
  const folder = dirname(testFile);
  return specs === undefined ? [folder] : specs.map((path) => resolve(path) === path ? path : join(folder, path));
}
