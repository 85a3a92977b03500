import { join, parse, resolve } from "node:path";
import { type Diagnostic, isTestFile } from "../../spec/mod.ts";
import { asError, reasonOf } from "../../value/mod.ts";
import { CONFIG_FILE } from "../options/config.ts";

/** A spec file that paths stand for. */
export interface SpecPath {
  /** As the user sees it: through the links of folders, not as those resolve. */
  name: string;
  /** Why it is not read. */
  unread?: Diagnostic;
}

/** What of a folder matters. */
export interface TreeFolder {
  /** The names that lead on. */
  readonly names: Set<string>;
  /** Whether it is read as a whole, but for what `isIgnored` names. */
  isRead: boolean;
}

const SPECS = /\.(ya?ml|json)$/i;
/** How many links may lead from one to another. */
const MAX_LINKS = 40;

/**
 * Finds the spec files that paths stand for: files, and folders, which are read recursively, without hidden files,
 * node_modules, weft.yaml and test files. Links are followed; what has been found is not found again by another path or link.
 */
export class SpecTree {
  /** The folders on which the result depends, links on the way to them included, by their paths without links. */
  readonly folders = new Map<string, TreeFolder>();
  /** By path without links: the name under which it was found. */
  readonly #found = new Map<string, string>();
  #files: SpecPath[] = [];
  readonly #withTests: boolean;

  /** @param options.tests Whether test files in folders are found too. Default false. */
  constructor({ tests = false } = {}) {
    this.#withTests = tests;
  }

  /**
   * Finds the spec files of a path, in the order in which they are read, and what is left out although it looks like one.
   *
   * @returns Undefined if the path does not exist.
   */
  async find(path: string): Promise<SpecPath[] | undefined> {
    this.#files = [];
    const real = await this.#follow(resolve(path));
    const info = await statOf(path);
    if (info === undefined) return undefined;
    if (info.isDirectory) await this.#folder(path.replace(/(?<=.)\/+$/, ""), real ?? resolve(path));
    else this.#file(path, real ?? path);
    return this.#files;
  }

  /** Follows the links in an absolute path and notes on what they depend. @returns Undefined if they lead nowhere. */
  async #follow(path: string, links = 0): Promise<string | undefined> {
    let { root: at } = parse(path);
    const steps = path.slice(at.length).split(/[/\\]/).filter((step) => step !== "");
    for (const [index, step] of steps.entries()) {
      this.#treeFolder(at).names.add(step);
      const next = join(at, step);
      const info = await Deno.lstat(next).catch(() => undefined);
      if (info === undefined) return undefined;
      if (info.isSymlink) {
        if (links >= MAX_LINKS) return undefined;
        const target = await Deno.readLink(next).catch(() => undefined);
        if (target === undefined) return undefined;
        return await this.#follow(join(resolve(at, target), ...steps.slice(index + 1)), links + 1);
      }
      at = next;
    }
    return at;
  }

  #treeFolder(path: string): TreeFolder {
    let folder = this.folders.get(path);
    if (folder === undefined) this.folders.set(path, folder = { names: new Set(), isRead: false });
    return folder;
  }

  async #folder(path: string, real: string): Promise<void> {
    if (this.#isKnown(path, real)) return;
    this.#treeFolder(real).isRead = true;
    let entries: Deno.DirEntry[];
    try {
      entries = await Array.fromAsync(Deno.readDir(real));
    } catch (error) {
      this.#unread(path, `cannot be read: ${reasonOf(asError(error))}`);
      return;
    }
    entries.sort((a, b) => a.name < b.name ? -1 : 1);
    for (const entry of entries) {
      const { name } = entry;
      if (isIgnored(name)) continue;
      await this.#entry(entry, `${path}/${name}`.replace(/^\/\//, "/"), join(real, name));
    }
  }

  async #entry({ name, isDirectory, isFile, isSymlink }: Deno.DirEntry, path: string, real: string): Promise<void> {
    if (isDirectory) return await this.#folder(path, real);
    const isSpec = SPECS.test(name) && (this.#withTests || !isTestFile(name));
    if (!isSymlink) {
      if (isSpec && isFile) this.#file(path, real);
      else if (isSpec) this.#skip(path, "it is no file");
      return;
    }
    const target = await this.#follow(real);
    const info = target === undefined ? undefined : await statOf(target);
    if (info?.isDirectory) await this.#folder(path, target!);
    else if (!isSpec) return;
    else if (info === undefined) this.#unread(path, "cannot be read: it links to what does not exist");
    else if (info.isFile) this.#file(path, target!);
    else this.#skip(path, "it links to what is no file");
  }

  #file(path: string, real: string): void {
    if (!this.#isKnown(path, real)) this.#files.push({ name: path });
  }

  #isKnown(path: string, real: string): boolean {
    const known = this.#found.get(real);
    if (known === undefined) this.#found.set(real, path);
    else this.#skip(path, known === path ? "it is named twice" : `it leads to ${known}, which is read already`);
    return known !== undefined;
  }

  #skip(path: string, why: string): void {
    const unread: Diagnostic = { location: { spec: path }, message: `skipped: ${why}`, severity: "warning" };
    this.#files.push({ name: path, unread });
  }

  #unread(path: string, message: string): void {
    this.#files.push({ name: path, unread: { location: { spec: path }, message } });
  }
}

/** Reports whether a name in a folder is never read. */
export function isIgnored(name: string): boolean {
  return name.startsWith(".") || name === "node_modules" || name === CONFIG_FILE;
}

async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.FilesystemLoop) return undefined;
    throw error;
  }
}
