import { failure } from "../../value/mod.ts";
import { systemCode } from "./file_error.ts";
import type { Folder } from "./folder.ts";
import { segmentsOf } from "./folder.ts";

/** Something in a folder. */
export interface Entry {
  /** Its path below the granted folder. */
  readonly filename: string;
  /** What it is; a link is what it leads to, unless that is missing or outside of the folder. */
  readonly type: "file" | "folder" | "link" | "other";
  /** How many bytes it has; 0 for all but files. */
  readonly size: number;
  /** When its content changed last, in milliseconds since 1970. */
  readonly modified: number;
  /** Differs from what else was, or will be, at its path. */
  readonly identity: string;
}

/** What is looked at. */
export interface ScanOptions {
  /** Whether folders in folders are looked into. */
  readonly deep: boolean;
  /** Whether folders whose names begin with a dot are looked into. */
  readonly hidden: boolean;
  /** How many entries there may be. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** How many entries are asked for at the same time. */
const BATCH = 64;

/**
 * Returns what is below a path: the file itself, or what is in the folder. Folders that are links are not looked into. What
 * goes away meanwhile is left out.
 *
 * @throws {Error} If there is nothing at the path, or more than the limit.
 */
export async function scan(folder: Folder, path: string, options: ScanOptions): Promise<Entry[]> {
  const segments = segmentsOf(path);
  const root = await folder.root();
  const real = await folder.existing(path);
  const info = await Deno.stat(real);
  if (!info.isDirectory) return [entryOf(segments.join("/"), info)];
  const entries: Entry[] = [];
  const folders: [real: string, filename: string][] = [[real, segments.join("/")]];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const [real, filename] = next;
    const names = await namesIn(real, next === folders[0]);
    for (let at = 0; at < names.length; at += BATCH) {
      options.signal.throwIfAborted();
      const batch = await Promise.all(
        names.slice(at, at + BATCH).map(async (name) => {
          const below = filename === "" ? name : `${filename}/${name}`;
          return [name, await lookAt(root, `${real}/${name}`, below)] as const;
        }),
      );
      for (const [name, entry] of batch) {
        if (entry === undefined) continue;
        const { isLink, ...found } = entry;
        entries.push(found);
        const isEntered = options.deep && found.type === "folder" && !isLink;
        if (isEntered && (options.hidden || !name.startsWith("."))) folders.push([`${real}/${name}`, found.filename]);
      }
      if (entries.length > options.limit) {
        throw failure(`there are more than ${options.limit} files and folders`, { code: "too_large" });
      }
    }
  }
  return entries;
}

async function namesIn(path: string, isFirst: boolean): Promise<string[]> {
  try {
    return await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  } catch (error) {
    // a folder in the folder went away, or may not be read
    if (!isFirst && ["ENOENT", "ENOTDIR", "EACCES"].includes(systemCode(error) ?? "")) return [];
    throw error;
  }
}

async function lookAt(root: string, path: string, filename: string): Promise<Entry & { isLink: boolean } | undefined> {
  try {
    const info = await Deno.lstat(path);
    if (!info.isSymlink) return { ...entryOf(filename, info), isLink: false };
    const real = await Deno.realPath(path).catch(() => undefined);
    const isInside = real !== undefined && (real === root || real.startsWith(root === "/" ? root : `${root}/`));
    if (!isInside) return { ...entryOf(filename, info), isLink: true };
    const target = await Deno.stat(real);
    return { ...entryOf(filename, target), isLink: true };
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES", "ELOOP"].includes(systemCode(error) ?? "")) return undefined;
    throw error;
  }
}

function entryOf(filename: string, info: Deno.FileInfo): Entry {
  const type = info.isFile ? "file" : info.isDirectory ? "folder" : info.isSymlink ? "link" : "other";
  const size = info.isFile ? info.size : 0;
  const modified = info.mtime?.getTime() ?? 0;
  const changed = info.isDirectory ? "" : `${size} ${modified} ${info.ctime?.getTime() ?? ""}`;
  return { filename, type, size, modified, identity: `${info.dev} ${info.ino} ${changed}` };
}
