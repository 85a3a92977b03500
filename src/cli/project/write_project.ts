import { dirname, join } from "node:path";

/** What became of the files of a project. */
export interface WrittenProject {
  /** The paths of the files that were written. */
  readonly created: readonly string[];
  /** The paths of those that were there already, and were left alone. */
  readonly kept: readonly string[];
}

/** What may be in a folder that counts as empty: what other tools put there before a project is made. */
const IGNORED = new Set([
  ".DS_Store",
  ".git",
  ".idea",
  "LICENSE",
  "deno.lock",
  "node_modules",
  "package-lock.json",
  "package.json",
]);

/** Returns the names in a folder that keep it from being empty; none if there is no folder at the path. */
export async function contentsOf(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.map(({ name }) => name).filter((name) => !IGNORED.has(name)).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

/**
 * Writes files into a folder, which is created. Files that are there are left alone. If one cannot be written, those that
 * were are removed again.
 *
 * @param files The text of each by its path in the folder.
 * @throws {Error} If a file cannot be written.
 */
export async function writeProject(folder: string, files: Readonly<Record<string, string>>): Promise<WrittenProject> {
  const created: string[] = [];
  const kept: string[] = [];
  const folders: string[] = [];
  try {
    await makeFolder(folder, folders);
    for (const [path, text] of Object.entries(files)) {
      const target = join(folder, path);
      if (await exists(target)) {
        kept.push(path);
        continue;
      }
      await makeFolder(dirname(target), folders);
      created.push(path);
      await Deno.writeTextFile(target, text, { createNew: true });
    }
    return { created, kept };
  } catch (error) {
    // what cannot be removed either stays; the error says what happened
    for (const path of created) await Deno.remove(join(folder, path)).catch(() => {});
    for (const path of folders.reverse()) await Deno.remove(path).catch(() => {});
    throw error;
  }
}

/** Makes a folder and those above it, and notes those that it made, from the outermost. */
async function makeFolder(path: string, made: string[]): Promise<void> {
  if (await exists(path)) {
    if (!(await Deno.stat(path)).isDirectory) throw new Error(`invalid folder ${JSON.stringify(path)}: it is a file`);
    return;
  }
  await makeFolder(dirname(path), made);
  await Deno.mkdir(path);
  made.push(path);
}

/** Reports whether there is something at a path, be it a link that leads nowhere. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    // the second: a file is where a folder above it would be
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}
