import { isTestFile } from "../../spec/model/mod.ts";
import { isIgnored } from "./spec_tree.ts";

/**
 * Returns the test files that paths stand for: files, and folders, which are searched.
 *
 * @throws {Error} If a path does not exist or is no test file, or there are none.
 */
export async function findTestFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const info = await Deno.stat(path).catch(() => undefined);
    if (info === undefined) throw new Error(`no such file or folder: ${path}`);
    if (info.isDirectory) found.push(...await filesIn(path.replace(/(?<=.)\/+$/, "")));
    else if (isTestFile(path)) found.push(path);
    else throw new Error(`${path} is no test file: expected NAME_test.yaml or NAME.test.yaml`);
  }
  if (found.length > 0) return [...new Set(found)];
  throw new Error(`no test files in ${paths.join(", ")}: expected NAME_test.yaml or NAME.test.yaml`);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const found: string[] = [];
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (isIgnored(name)) continue;
    const path = folder === "." ? name : `${folder}/${name}`;
    if (isDirectory) found.push(...await filesIn(path));
    else if (isTestFile(name)) found.push(path);
  }
  return found;
}
