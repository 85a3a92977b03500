import type { FileHandle } from "node:fs/promises";
import { open as openHandle } from "node:fs/promises";
import { failure, Stream } from "../../value/mod.ts";
import { systemCode } from "./file_error.ts";
import type { FileContent } from "./file_encoding.ts";
import type { Folder, Place } from "./folder.ts";
import { openNew, openToAppend } from "./open_file.ts";

/** How a file is written. */
export interface WriteOptions {
  /** Whether a file that is there is replaced; otherwise that is an error. */
  readonly overwrite: boolean;
  /** Whether missing folders are made. */
  readonly createFolders: boolean;
  /** Whether what is written is on the disk before it is answered. */
  readonly sync: boolean;
  /** How many bytes may be written. */
  readonly maxSize?: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Writes a file as a whole or not at all: whoever reads it sees the old content or the new one.
 *
 * @returns How many bytes were written.
 */
export async function writeWhole(
  folder: Folder,
  filename: string,
  content: FileContent,
  options: WriteOptions,
): Promise<number> {
  const place = await folder.target(filename, options.createFolders);
  checkReplaceable(place, options.overwrite);
  const temporary = `${place.parent}/.weft-${crypto.randomUUID()}.tmp`;
  const { handle } = await openNew(folder, temporary);
  try {
    let size: number;
    try {
      size = await writeAll(handle, content, options);
      if (options.sync) await handle.sync();
      // a file that replaces another may be used by the same people
      if (place.info !== undefined && place.info.mode !== null) await handle.chmod(place.info.mode & 0o777);
    } finally {
      await handle.close();
    }
    options.signal.throwIfAborted();
    await put(temporary, place.path, options.overwrite);
    if (options.sync) await syncFolder(place.parent);
    return size;
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/**
 * Writes behind the end of a file, which is made if it is missing. What fails leaves it as it was. Nobody else may write to
 * the file meanwhile.
 *
 * @returns How many bytes were written.
 */
export async function append(
  folder: Folder,
  filename: string,
  content: FileContent,
  options: WriteOptions,
): Promise<number> {
  options.signal.throwIfAborted();
  const place = await folder.target(filename, options.createFolders);
  const isNew = place.info === undefined;
  const { handle, size: before } = await openToAppend(folder, place.path, isNew);
  try {
    const size = await writeAll(handle, content, options);
    if (options.sync) await handle.sync();
    if (options.sync && isNew) await syncFolder(place.parent);
    return size;
  } catch (error) {
    await handle.truncate(before).catch(() => {});
    if (isNew) await Deno.remove(place.path).catch(() => {});
    throw error;
  } finally {
    await handle.close();
  }
}

/** Moves a file to a path. @param overwrite Whether one that is there is replaced; otherwise that is an error. */
export async function put(from: string, to: string, overwrite: boolean): Promise<void> {
  if (overwrite) return await Deno.rename(from, to);
  try {
    // unlike a rename, a link replaces nothing
    await Deno.link(from, to);
  } catch (error) {
    if (!NO_LINKS.has(systemCode(error) ?? "")) throw error;
    (await Deno.open(to, { write: true, createNew: true })).close();
    return await Deno.rename(from, to);
  }
  await Deno.remove(from);
}

/** What file systems without hard links say. */
const NO_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "EACCES", "EMLINK", "ENOSYS"]);

function checkReplaceable({ info }: Place, overwrite: boolean): void {
  if (info === undefined) return;
  if (info.isDirectory) throw failure("it is a folder", { code: "not_a_file" });
  if (!info.isFile) throw failure("it is neither a file nor a folder", { code: "not_a_file" });
  if (!overwrite) throw failure("it already exists", { code: "exists" });
}

async function writeAll(handle: FileHandle, content: FileContent, options: WriteOptions): Promise<number> {
  const { maxSize = Infinity, signal } = options;
  let size = 0;
  const write = async (chunk: Uint8Array) => {
    signal.throwIfAborted();
    size += chunk.byteLength;
    if (size > maxSize) throw failure(`it would have more than ${maxSize} bytes`, { code: "too_large" });
    for (let at = 0; at < chunk.byteLength;) {
      at += (await handle.write(chunk, at, chunk.byteLength - at, null)).bytesWritten;
    }
  };
  if (!(content instanceof Stream)) {
    await write(content);
    return size;
  }
  const reader = content.take().getReader();
  const stop = () => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      await write(value);
    }
    signal.throwIfAborted();
    return size;
  } catch (error) {
    await reader.cancel(error).catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Makes sure that the names in a folder are on the disk, where the system can do that. */
async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await openHandle(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // a file system that cannot sync a folder has written it already
  }
}
