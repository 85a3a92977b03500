import { LRUCache } from "lru-cache";
import { contentTypeOf, type Encoding } from "../../http/mod.ts";

/** A file that is served. */
export interface ServedFile {
  /** Its real path. */
  readonly path: string;
  readonly size: number;
  /** When it was changed last, in milliseconds since 1970. */
  readonly modified: number;
  readonly etag: string;
  /** `modified`, as a header has it. */
  readonly modifiedText: string;
  readonly type: string;
  /** How its bytes are encoded. */
  readonly encoding: Encoding | undefined;
  /** The bytes of a small one. */
  readonly bytes: Uint8Array | undefined;
  /** Tells it from what may come to be at the same path. */
  readonly identity: string;
}

/** What is at a path: a file and how else it is encoded, or a folder. */
export type Found = { readonly file: ServedFile; readonly variants: readonly ServedFile[] } | "folder";

/** What is known of a path, and until when nobody looks whether it has changed, as `performance.now()`. */
interface Known {
  found: Exclude<Found, "folder">;
  fresh: number;
}

/** The size up to which the bytes of a file are kept, in bytes. */
const SMALL = 64 * 1024;
/** How many files are kept, and how many bytes of them. */
const KEPT = 1_000;
const KEPT_BYTES = 32 * 1024 * 1024;
/** How long a file is served without a look whether it has changed, in milliseconds. */
const FRESH = 100;

const VARIANTS: readonly (readonly [Encoding, string])[] = [["br", ".br"], ["gzip", ".gz"]];

/** The files below a folder. */
export class ServedFolder {
  readonly #root: string;
  readonly #precompressed: boolean;
  readonly #kept = new LRUCache<string, Known>({
    max: KEPT,
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ found: { file, variants } }) =>
      [file, ...variants].reduce((size, { bytes }) => size + (bytes?.length ?? 0), 1_000),
  });

  private constructor(root: string, precompressed: boolean) {
    this.#root = root;
    this.#precompressed = precompressed;
  }

  /** @param precompressed Whether files beside others that end with `.br` and `.gz` are these, encoded. */
  static async open(root: string, precompressed: boolean): Promise<ServedFolder> {
    const real = await Deno.realPath(root);
    if (!(await Deno.stat(real)).isDirectory) throw new Deno.errors.NotADirectory("it is not a folder");
    return new ServedFolder(real, precompressed);
  }

  /** Returns what is known of a path and was looked at just now. */
  peek(path: string): Exclude<Found, "folder"> | undefined {
    const known = this.#kept.get(path);
    return known !== undefined && performance.now() < known.fresh ? known.found : undefined;
  }

  /** Returns what is at a path below the root; undefined if there is nothing, or what there is lies outside. */
  async find(path: string): Promise<Found | undefined> {
    const known = this.#kept.get(path);
    if (known !== undefined) {
      if (performance.now() < known.fresh) return known.found;
      // one request looks, those that come meanwhile do not wait for it
      known.fresh = performance.now() + FRESH;
      if (await this.#isSame(path, known.found)) return known.found;
      this.#kept.delete(path);
    }
    const file = await this.#read(path, path, undefined);
    if (file === undefined || file === "folder") return file;
    const variants: ServedFile[] = [];
    for (const [encoding, ending] of this.#precompressed ? VARIANTS : []) {
      const variant = await this.#read(path + ending, path, encoding);
      if (variant !== undefined && variant !== "folder") variants.push(variant);
    }
    const found = { file, variants };
    this.#kept.set(path, { found, fresh: performance.now() + FRESH });
    return found;
  }

  async #isSame(path: string, { file, variants }: Exclude<Found, "folder">): Promise<boolean> {
    const checks = [this.#identity(path).then((identity) => identity === file.identity)];
    for (const [encoding, ending] of this.#precompressed ? VARIANTS : []) {
      const variant = variants.find((variant) => variant.encoding === encoding);
      checks.push(this.#identity(path + ending).then((identity) => identity === variant?.identity));
    }
    return (await Promise.all(checks)).every((same) => same);
  }

  async #identity(path: string): Promise<string | undefined> {
    return await Deno.stat(`${this.#root}/${path}`).then(identityOf, () => undefined);
  }

  /** @param name Whose content it is, encoded or not. */
  async #read(path: string, name: string, encoding: Encoding | undefined): Promise<ServedFile | "folder" | undefined> {
    try {
      const real = await Deno.realPath(`${this.#root}/${path}`);
      if (!this.#has(real)) return undefined;
      const info = await Deno.stat(real);
      if (info.isDirectory) return "folder";
      if (!info.isFile) return undefined; // reading a pipe or a device may never end
      const bytes = info.size <= SMALL ? await Deno.readFile(real) : undefined;
      const size = bytes?.length ?? info.size;
      const modified = info.mtime?.getTime() ?? 0;
      return {
        path: real,
        size,
        modified,
        etag: `"${size.toString(36)}-${modified.toString(36)}${encoding === undefined ? "" : `-${encoding}`}"`,
        modifiedText: new Date(modified).toUTCString(),
        type: contentTypeOf(name),
        encoding,
        bytes,
        identity: identityOf(info),
      };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  #has(real: string): boolean {
    return real === this.#root || real.startsWith(this.#root.endsWith("/") ? this.#root : `${this.#root}/`);
  }
}

/** What Deno throws where there is no file that may be read. */
const ABSENT = [
  Deno.errors.NotFound,
  Deno.errors.NotADirectory,
  Deno.errors.FilesystemLoop,
  Deno.errors.PermissionDenied,
  Deno.errors.InvalidData,
];

function isAbsent(error: unknown): boolean {
  return ABSENT.some((absent) => error instanceof absent) || (error as { code?: string }).code === "ENAMETOOLONG";
}

function identityOf({ dev, ino, size, mtime }: Deno.FileInfo): string {
  return `${dev} ${ino} ${size} ${mtime?.getTime()}`;
}

/** How much of a file is read at a time, in bytes. */
const CHUNK = 64 * 1024;

/** Returns a part of a file as a stream, which opens the file when it is read. */
export function readPart(path: string, start: number, length: number): ReadableStream<Uint8Array> {
  let file: Deno.FsFile | undefined;
  let left = length;
  const close = () => {
    file?.close();
    file = undefined;
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        if (file === undefined) {
          file = await Deno.open(path);
          if (start > 0) await file.seek(start, Deno.SeekMode.Start);
        }
        const chunk = new Uint8Array(Math.min(CHUNK, left));
        const count = left === 0 ? 0 : await file.read(chunk);
        if (count === null) throw new Error("the file has become shorter");
        left -= count;
        if (count > 0) controller.enqueue(chunk.subarray(0, count));
        if (left > 0) return;
        close();
        controller.close();
      } catch (error) {
        close();
        controller.error(error);
      }
    },
    cancel: close,
  }, { highWaterMark: 0 });
}
