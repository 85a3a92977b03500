import { pathToFileURL } from "node:url";
import { extensionFolder, type Extensions, loadExtensions, type Runtime } from "../../runtime/mod.ts";
import type { ListedExtensions } from "../options/extensions.ts";
import { watchFiles } from "./file_watch.ts";

/** What became of a change of extensions. */
export interface Reload {
  /** Why the kinds cannot be loaded or used: those of before stay. */
  error: unknown;
  /** Whether they were replaced. Neither this nor an error: the files are again what they were before an error. */
  isReloaded: boolean;
}

/** The extensions that a runtime was started with, which are loaded again when one of their files changes. */
export class WatchedExtensions {
  readonly #listed: ListedExtensions;
  /** The folder that copies of the modules are imported from; undefined if the files are not watched. */
  readonly #folder: string | undefined;
  #current: Extensions;

  private constructor(listed: ListedExtensions, folder: string | undefined, current: Extensions) {
    this.#listed = listed;
    this.#folder = folder;
    this.#current = current;
  }

  /** Loads extensions. @throws {Error} As `loadExtensions` does. */
  static async load(listed: ListedExtensions, isWatched: boolean): Promise<WatchedExtensions> {
    const folder = isWatched ? await extensionFolder() : undefined;
    const { urls, positions } = listed;
    const options = folder === undefined ? { positions } : { positions, folder };
    return new WatchedExtensions(listed, folder, await loadExtensions(urls, options));
  }

  /** The extensions that were loaded last. */
  get current(): Extensions {
    return this.#current;
  }

  /** The files and folders that executors may read: of watched extensions, the copies of all that will be loaded. */
  get readable(): readonly URL[] {
    return this.#folder === undefined ? this.#current.readable : [pathToFileURL(`${this.#folder}/`)];
  }

  /**
   * Replaces the kinds of a runtime whenever a file of the extensions has changed.
   *
   * @yields What became of a change.
   */
  async *reload(runtime: Runtime, signal: AbortSignal): AsyncGenerator<Reload> {
    let isBroken = false;
    while (!signal.aborted) {
      const { files } = this.#current;
      for await (const _ of watchFiles(files, signal)) {
        if (await this.#current.isCurrent()) {
          if (isBroken) yield { error: undefined, isReloaded: false };
          isBroken = false;
          continue;
        }
        const error = await this.#reload(runtime);
        isBroken = error !== undefined;
        yield { error, isReloaded: !isBroken };
        if (String(this.#current.files) !== String(files)) break; // they consist of other files now
      }
    }
  }

  async #reload(runtime: Runtime): Promise<unknown> {
    try {
      const next = await loadExtensions(this.#listed.urls, { ...this.#listed, folder: this.#folder! });
      await runtime.reload(this.#current, next);
      this.#current = next;
      return undefined;
    } catch (error) {
      return error;
    }
  }
}
