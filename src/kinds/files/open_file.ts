import { constants, type FileHandle, open as openHandle } from "node:fs/promises";
import { failure } from "../../value/mod.ts";
import type { Folder } from "./folder.ts";

/**
 * Absent on Windows, where neither can be asked for. Where the program does not have all permissions, Deno follows links
 * itself before it opens a file; so it is `confirm` that makes sure of what was opened.
 */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_APPEND } = constants as Record<
  string,
  number
>;

/** How much is read at a time, in bytes. */
const CHUNK = 64 * 1024;

/** A regular file that is open. */
export interface OpenFile {
  readonly handle: FileHandle;
  /** How many bytes it had when it was opened. */
  readonly size: number;
}

/**
 * Opens a file to read it. Nothing but a regular file is opened: a pipe or a device may never end.
 *
 * @throws {Error} `not_a_file`; `forbidden`, if it lies outside of the folder.
 */
export async function openToRead(folder: Folder, filename: string): Promise<OpenFile> {
  const path = await folder.existing(filename);
  return await openRegular(folder, path, O_RDONLY!);
}

/** Opens a file to write behind its end; it is made if it is missing. */
export async function openToAppend(folder: Folder, path: string, isNew: boolean): Promise<OpenFile> {
  return isNew ? await openNew(folder, path, O_APPEND!) : await openRegular(folder, path, O_WRONLY! | O_APPEND!);
}

/** Makes a file. @throws {Error} If there is one of the name. */
export async function openNew(folder: Folder, path: string, flags = 0): Promise<OpenFile> {
  const handle = await openHandle(path, O_WRONLY! | O_CREAT! | O_EXCL! | O_NOFOLLOW | flags, 0o666);
  try {
    await folder.confirm(path, await handle.stat());
    return { handle, size: 0 };
  } catch (error) {
    await handle.close();
    // wherever it is now, it is empty
    await Deno.remove(path).catch(() => {});
    throw error;
  }
}

async function openRegular(folder: Folder, path: string, flags: number): Promise<OpenFile> {
  // looking first, as opening some devices does something
  const before = await Deno.lstat(path);
  if (before.isSymlink) throw failure("it was replaced by a link meanwhile", { code: "forbidden" });
  checkRegular(before);
  const handle = await openHandle(path, flags | O_NOFOLLOW | O_NONBLOCK);
  try {
    const info = await handle.stat();
    checkRegular({ isFile: info.isFile(), isDirectory: info.isDirectory() });
    await folder.confirm(path, info);
    return { handle, size: info.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function checkRegular({ isFile, isDirectory }: { isFile: boolean; isDirectory: boolean }): void {
  if (isFile) return;
  throw failure(isDirectory ? "it is a folder" : "it is neither a file nor a folder", { code: "not_a_file" });
}

/**
 * Reads a part of a file, and closes it.
 *
 * @returns The bytes; fewer, if the file has become shorter.
 */
export async function readPart(
  { handle }: OpenFile,
  offset: number,
  length: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(bytes, at, Math.min(CHUNK * 16, length - at), offset + at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return at === length ? bytes : bytes.slice(0, at);
  } finally {
    await handle.close();
  }
}

/** Returns a part of a file as a stream, which closes it at its end. */
export function streamPart({ handle }: OpenFile, offset: number, length: number): ReadableStream<Uint8Array> {
  let at = 0;
  let closing: Promise<void> | undefined;
  const close = () => closing ??= handle.close();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const chunk = new Uint8Array(Math.min(CHUNK, length - at));
        const { bytesRead } = at === length ? { bytesRead: 0 } : await handle.read(chunk, 0, chunk.length, offset + at);
        if (bytesRead === 0 && at < length) {
          throw failure("the file has become shorter while it was read", { code: "io_error" });
        }
        at += bytesRead;
        if (bytesRead > 0) controller.enqueue(chunk.subarray(0, bytesRead));
        if (at < length) return;
        await close();
        controller.close();
      } catch (error) {
        await close();
        controller.error(error);
      }
    },
    cancel: close,
  }, { highWaterMark: 0 });
}
