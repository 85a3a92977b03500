import type { SpecFile } from "../../api/mod.ts";
import type { Terminal } from "../options/command.ts";
import { CONFIG_FILE } from "../options/config.ts";

/** Options of `readSpecFiles`. */
export interface SpecFilesOptions {
  /** Whether folders without spec files are allowed. Default false. */
  allowEmpty?: boolean;
}

const SPECS = /\.(ya?ml|json)$/i;

/**
 * Reads spec files. Each is named by its path; standard input is `<stdin>`.
 *
 * @param paths Files, folders (whose `.yaml`, `.yml` and `.json` files are read recursively, in order, except weft.yaml),
 * or `-` for standard input.
 * @throws {Error} If a path does not exist, a file is not UTF-8, or a folder has no spec files.
 */
export async function readSpecFiles(
  paths: readonly string[],
  terminal: Terminal,
  { allowEmpty = false }: SpecFilesOptions = {},
): Promise<SpecFile[]> {
  const files: SpecFile[] = [];
  for (const path of paths) {
    if (path === "-") {
      files.push({ name: "<stdin>", text: await terminal.input() });
      continue;
    }
    const names = await expand(path);
    if (names.length === 0 && !allowEmpty) throw new Error(`no .yaml, .yml or .json files in ${path}`);
    for (const name of names) files.push({ name, text: await readText(name) });
  }
  return files;
}

async function expand(path: string): Promise<string[]> {
  const info = await Deno.stat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) throw new Error(`no such file or folder: ${path}`);
    throw error;
  });
  return info.isDirectory ? await walk(path) : [path];
}

async function walk(folder: string): Promise<string[]> {
  const found: string[] = [];
  const entries = (await Array.fromAsync(Deno.readDir(folder))).sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    if (name.startsWith(".") || name === "node_modules" || name === CONFIG_FILE) continue;
    const path = `${folder.replace(/(?<=.)\/+$/, "")}/${name}`.replace(/^\/\//, "/");
    if (isDirectory) found.push(...await walk(path));
    else if (SPECS.test(name)) found.push(path);
  }
  return found;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

async function readText(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Error(`${path}: invalid UTF-8`);
  }
}
