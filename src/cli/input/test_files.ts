import { isTestFile } from "../../spec/model/mod.ts";
import { SpecTree } from "./spec_tree.ts";

/** What tests stand in. */
export interface TestSource {
  /** A test file, or what the results of suites are listed under. */
  readonly name: string;
  /** The files and folders with specs of kind `test` among them; undefined for a test file. */
  readonly specs?: readonly string[];
}

/**
 * Returns what tests stand in: test files, and specs of kind `test`.
 *
 * @param paths Files, and folders, which are searched.
 * @param configured The files and folders of specs that weft.yaml names: all specs of kind `test` in them are tests too.
 * @throws {Error} If a path does not exist, or there are no tests.
 */
export async function findTests(paths: readonly string[], configured: readonly string[]): Promise<TestSource[]> {
  const files = new Set<string>();
  const suites = new Map<string, TestSource>();
  const add = (name: string, specs: readonly string[]) => suites.set(name, { name, specs });
  for (const path of paths) {
    const info = await Deno.stat(path).catch(() => undefined);
    if (info === undefined) throw new Error(`no such file or folder: ${path}`);
    if (!info.isDirectory) {
      if (isTestFile(path)) files.add(path);
      else if (await hasSuites(path)) add(path, [path]);
      else throw new Error(`no tests in ${path}: expected NAME_test.yaml, NAME.test.yaml, or specs of kind test`);
      continue;
    }
    const folder = path.replace(/(?<=.)\/+$/, "");
    for (const { name } of await new SpecTree({ tests: true }).find(folder) ?? []) {
      const found = name.replace(/^\.\//, "");
      if (isTestFile(found)) files.add(found);
      // the specs of a project are run together, others with those of their folder
      else if (configured.length === 0 && await hasSuites(found)) {
        const parent = found.includes("/") ? found.slice(0, found.lastIndexOf("/")) : ".";
        add(parent, [parent]);
      }
    }
  }
  if (configured.length > 0 && await anyHasSuites(configured)) add(configured.join(", "), configured);
  const found = [...Array.from(files, (name) => ({ name })), ...suites.values()];
  if (found.length > 0) return found;
  throw new Error(`no tests in ${paths.join(", ")}: expected files NAME_test.yaml or NAME.test.yaml`);
}

async function anyHasSuites(paths: readonly string[]): Promise<boolean> {
  const tree = new SpecTree();
  for (const path of paths) {
    for (const { name, unread } of await tree.find(path) ?? []) {
      if (unread === undefined && await hasSuites(name)) return true;
    }
  }
  return false;
}

/** Reports whether a file may have specs of kind `test`, by its text: reading every YAML file of a folder would be slow. */
async function hasSuites(path: string): Promise<boolean> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return /\bkind["']?\s*:\s*["']?test\b(?!["']?\s*:)/.test(text);
}
