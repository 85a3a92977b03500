import { basename, dirname } from "node:path";
import { asError } from "../../value/mod.ts";
import { isIgnored, SpecTree, type TreeFolder } from "./spec_tree.ts";

/** The quiet time after a change before it is reported, in milliseconds: a single save causes several events. */
const DEBOUNCE = 100;

/**
 * Yields once files are watched, and then after each change of what the paths mean, debounced. Links are followed, and a
 * file, a folder, a link or a folder above them may be replaced.
 *
 * @param paths Files, and folders, which are watched recursively.
 * @param signal Ends the watch.
 */
export async function* watchFiles(paths: readonly string[], signal: AbortSignal): AsyncGenerator<void> {
  const watch = new Watch(paths, signal);
  try {
    while (!signal.aborted) {
      // first watch, then let the files be read: a change in between is not lost
      await watch.refresh();
      if (signal.aborted) return;
      yield;
      await watch.changed();
    }
  } finally {
    await watch.close();
  }
}

/** Watches the folders on which paths depend, as long as they depend on them. */
class Watch {
  readonly #paths: readonly string[];
  readonly #signal: AbortSignal;
  #folders: ReadonlyMap<string, TreeFolder> = new Map();
  /** Identifies the folders that are watched. */
  #identity = "";
  #watcher: Deno.FsWatcher | undefined;
  #running: Promise<void> = Promise.resolve();
  /** Why the watcher has ended by itself. */
  #failure: Error | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(paths: readonly string[], signal: AbortSignal) {
    this.#paths = paths;
    this.#signal = signal;
    signal.addEventListener("abort", this.#tell, { once: true });
  }

  /** Resolves after the next change. */
  async changed(): Promise<void> {
    await this.#changed.promise;
    this.#changed = Promise.withResolvers();
  }

  /** Watches the folders on which the paths depend now. */
  async refresh(): Promise<void> {
    for (;;) {
      try {
        return await this.#refresh();
      } catch (error) {
        // a folder went away meanwhile
        if (!(error instanceof Deno.errors.NotFound) || this.#signal.aborted) throw error;
        await new Promise((resolve) => setTimeout(resolve, DEBOUNCE));
      }
    }
  }

  async #refresh(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const tree = new SpecTree();
    for (const path of this.#paths) await tree.find(path);
    this.#folders = tree.folders;
    // a folder that was replaced has the same name
    const identities = await Promise.all([...tree.folders.keys()].map(identityOf));
    const identity = identities.join("\n");
    if (identity === this.#identity) return;
    // the old one first: Deno takes a folder of the same name for one that it watches already
    await this.#unwatch();
    this.#watcher = open([...tree.folders.keys()]);
    this.#identity = identity;
    this.#running = this.#run(this.#watcher);
    // what changed before it was open
    const now = await Promise.all([...tree.folders.keys()].map(identityOf));
    if (now.join("\n") !== identity) this.#schedule();
  }

  /** Ends the watch. */
  async close(): Promise<void> {
    this.#signal.removeEventListener("abort", this.#tell);
    clearTimeout(this.#timer);
    await this.#unwatch();
  }

  async #unwatch(): Promise<void> {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#identity = "";
    await this.#running;
  }

  async #run(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const { paths, kind } of watcher) {
        if (kind !== "access" && paths.some((path) => this.#matters(path))) this.#schedule();
      }
    } catch (error) {
      this.#failure = asError(error);
      this.#tell();
    }
  }

  #matters(path: string): boolean {
    if (this.#folders.has(path)) return true;
    const folder = this.#folders.get(dirname(path));
    const name = basename(path);
    return folder !== undefined && (folder.names.has(name) || folder.isRead && !isIgnored(name));
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (!this.#signal.aborted) this.#timer = setTimeout(this.#tell, DEBOUNCE);
  }

  readonly #tell = () => this.#changed.resolve();
}

async function identityOf(folder: string): Promise<string> {
  const info = await Deno.stat(folder).catch(() => undefined);
  return `${folder}:${info?.dev}:${info?.ino}`;
}

/** Watches folders; those that may not be watched, mostly above the files, are left out. */
function open(folders: readonly string[]): Deno.FsWatcher {
  try {
    return Deno.watchFs([...folders], { recursive: false });
  } catch (error) {
    const readable = folders.filter(isReadable);
    if (readable.length === 0 || readable.length === folders.length) throw error;
    return Deno.watchFs(readable, { recursive: false });
  }
}

function isReadable(folder: string): boolean {
  try {
    for (const _ of Deno.readDirSync(folder)) break;
    return true;
  } catch {
    return false;
  }
}
