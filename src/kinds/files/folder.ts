import { dirname, sep } from "node:path";
import { failure, kindOf, type Value } from "../../value/mod.ts";
import { systemCode } from "./file_error.ts";
import type { GrantedFolder } from "./granted_folders.ts";

/** How long a path may be, in characters. */
const LONGEST = 4_096;

/** Where something is, or would be: its folder exists, and lies in the granted one. */
export interface Place {
  /** The real path of the folder that it is in. */
  readonly parent: string;
  /** Its real path, once it exists: no part of it is a link, but the last may be one. */
  readonly path: string;
  /** What is there, without following a link; undefined if nothing is. */
  readonly info: Deno.FileInfo | undefined;
}

/** A folder whose files a node may use, by paths below it. */
export class Folder {
  readonly name: string;
  readonly #path: string;

  private constructor({ name, path }: GrantedFolder) {
    this.name = name;
    this.#path = path;
  }

  /** Opens a folder. @throws {Failure} `invalid`, if it is no folder. */
  static async open(granted: GrantedFolder): Promise<Folder> {
    const info = await Deno.stat(granted.path).catch(() => undefined);
    if (info?.isDirectory === true) return new Folder(granted);
    throw failure(
      `folder "${granted.name}" is ${info === undefined ? "missing" : "no folder"}: see --allow-files`,
      { code: "invalid" },
    );
  }

  /** Returns its real path, which changes when a link above it is turned. */
  async root(): Promise<string> {
    return await Deno.realPath(this.#path);
  }

  /**
   * Returns the real path of what exists at a path, with links followed.
   *
   * @throws {Error} `forbidden`, if the path or a link leads out of the folder; if nothing is there.
   */
  async existing(filename: string): Promise<string> {
    const segments = segmentsOf(filename);
    const root = await this.root();
    return within(root, await Deno.realPath([root, ...segments].join("/")));
  }

  /**
   * Returns where a path leads to, whether or not something is there. The last part of it is not followed if it is a link.
   *
   * @param makeFolders Whether folders on the way are made if they are missing.
   * @throws {Error} `forbidden`, if the path or a link leads out of the folder; if a folder on the way is missing.
   */
  async place(filename: string, makeFolders = false): Promise<Place> {
    const segments = segmentsOf(filename);
    const name = segments.pop();
    if (name === undefined) throw failure("it is the granted folder itself", { code: "invalid" });
    const root = await this.root();
    let parent = root;
    for (const segment of segments) parent = await this.#step(root, `${parent}/${segment}`, makeFolders);
    const path = `${parent === "/" ? "" : parent}/${name}`;
    return { parent, path, info: await infoOf(path) };
  }

  /**
   * Returns where a file is to be written: where `place` says, but at the end of links.
   *
   * @throws {Error} As `place` does; `forbidden` for a link that leads nowhere.
   */
  async target(filename: string, makeFolders = false): Promise<Place> {
    const place = await this.place(filename, makeFolders);
    if (place.info?.isSymlink !== true) return place;
    let path: string;
    try {
      path = await Deno.realPath(place.path);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
      throw failure("it is a link that leads nowhere", { code: "forbidden" });
    }
    within(await this.root(), path);
    return { parent: dirname(path), path, info: await infoOf(path) };
  }

  /** Checks that something that was just opened or made is still where it was meant to be. @throws {Failure} `forbidden`. */
  async confirm(path: string, opened: { readonly dev: number; readonly ino: number }): Promise<void> {
    const real = await Deno.realPath(path).catch(() => undefined);
    const info = real === undefined ? undefined : await infoOf(real);
    const isSame = info !== undefined && (info.ino === null || (info.ino === opened.ino && info.dev === opened.dev));
    if (!isSame || real !== path) {
      throw failure("it was replaced while it was opened, by a link or by another file", { code: "forbidden" });
    }
    within(await this.root(), path);
  }

  /** Goes one folder down. */
  async #step(root: string, path: string, make: boolean): Promise<string> {
    try {
      return within(root, await Deno.realPath(path));
    } catch (error) {
      if (!make || systemCode(error) !== "ENOENT") throw error;
    }
    try {
      await Deno.mkdir(path);
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error; // somebody else has made it, or it is a link that leads nowhere
    }
    return within(root, await Deno.realPath(path));
  }
}

/** Returns what is at a path, without following a link. */
async function infoOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Returns a real path that lies in a folder, or is it. @throws {Failure} `forbidden`. */
function within(root: string, real: string): string {
  if (real === root || real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) return real;
  throw failure("a link leads out of the folder", { code: "forbidden" });
}

const isWindows = Deno.build.os === "windows";

/**
 * Returns the parts of a path below a folder, without empty ones and `.`.
 *
 * @throws {Failure} `forbidden`, if it leads out of the folder; `invalid`, if it is no path.
 */
export function segmentsOf(filename: Value): string[] {
  if (typeof filename !== "string") {
    throw failure(`expected a path as text, got ${kindOf(filename)}`, { code: "invalid" });
  }
  if (filename.length > LONGEST) throw failure("the path is too long", { code: "invalid" });
  if (filename.includes("\0")) throw failure("a path cannot have a NUL", { code: "invalid" });
  const path = isWindows ? filename.replaceAll("\\", "/") : filename;
  if (path.startsWith("/") || (isWindows && path.includes(":"))) {
    throw failure("expected a path below the folder, got an absolute one", { code: "forbidden" });
  }
  const segments = path.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..")) throw failure("a path with .. leads out of the folder", { code: "forbidden" });
  return segments;
}
