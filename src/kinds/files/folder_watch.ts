import { dirname } from "node:path";
import { asError, type Failure } from "../../value/mod.ts";
import { fileError, systemCode } from "./file_error.ts";
import type { Folder } from "./folder.ts";
import { type Entry, scan } from "./scan.ts";
import type { WatchEvent } from "./watch_event.ts";

/** How often somebody looks whether the path still means the same, in milliseconds. */
const LOOK = 500;
/** How often everything is looked at where the system tells of no changes, in milliseconds. */
const POLL = 5_000;
/** The pause between two looks at everything, in milliseconds; at least as long as the last one took. */
const BREATH = 20;

/** What is watched. */
export interface WatchOptions {
  /** The path of a file or folder below the granted one. */
  readonly path: string;
  /** Whether folders in folders are watched. */
  readonly deep: boolean;
  readonly hidden: boolean;
  /** How many files and folders there may be. */
  readonly limit: number;
}

/** Who is told. */
export interface WatchListener {
  /** How long a file has to be left alone before it is told of, in milliseconds. */
  readonly debounce: number;
  /** After which time everything is looked at in any case, in milliseconds. */
  readonly poll: number | undefined;
  changed(event: WatchEvent): void;
  /** The system has lost events: what they were about is found all the same, but not what was between. */
  overflowed(): void;
  /** The files cannot be looked at, or the system tells of no changes. */
  failed(error: Failure): void;
}

/** A file as it was when it was first seen to differ from what was told. */
interface Candidate {
  readonly entry: Entry | undefined;
  readonly since: number;
}

/**
 * Watches a path: compares what is there with what it has told, whenever the system tells of a change. What the system says
 * has changed is not relied on: it may lose events, and tells nothing of a folder that was replaced.
 */
export class FolderWatch {
  readonly #folder: Folder;
  readonly #options: WatchOptions;
  readonly #stop = new AbortController();
  /** What was told. */
  #told = new Map<string, Entry>();
  readonly #candidates = new Map<string, Candidate>();
  #listener: WatchListener | undefined;
  #watcher: Deno.FsWatcher | undefined;
  /** What is watched, and which one of that name it is. */
  #identity: string | undefined;
  /** Why the system cannot tell of changes. */
  #deaf: Failure | undefined;
  #wake = Promise.withResolvers<void>();
  #isDirty = false;
  #error = "";
  #running: Promise<void> = Promise.resolve();

  private constructor(folder: Folder, options: WatchOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /**
   * Begins to watch.
   *
   * @param isNew Whether what is there now is told as created.
   * @throws {Failure} If the files cannot be looked at. That nothing is there is no error.
   */
  static async open(folder: Folder, options: WatchOptions, isNew: boolean): Promise<FolderWatch> {
    const watch = new FolderWatch(folder, options);
    try {
      await watch.#follow();
      const entries = await watch.#scan();
      if (!isNew) watch.#told = entries;
    } catch (thrown) {
      watch.#unwatch();
      throw watch.#failure(thrown);
    }
    return watch;
  }

  /** Tells a listener from now on, in the place of another. */
  attach(listener: WatchListener): void {
    const isFirst = this.#listener === undefined;
    this.#listener = listener;
    if (!isFirst) return this.#touch();
    if (this.#deaf !== undefined) listener.failed(this.#deaf);
    this.#isDirty = true;
    this.#running = this.#run();
  }

  /** Ends the watch. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#wake.resolve();
    this.#unwatch();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let looked = performance.now();
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (await this.#follow()) this.#isDirty = true;
        const { poll = this.#deaf !== undefined ? POLL : Infinity } = this.#listener!;
        const isDue = this.#isDirty || this.#candidates.size > 0 || performance.now() - looked >= poll;
        if (isDue) {
          this.#isDirty = false;
          looked = performance.now();
          this.#compare(await this.#scan());
          this.#error = "";
          failures = 0;
          await this.#pause(Math.max(BREATH, performance.now() - looked));
        }
      } catch (thrown) {
        if (signal.aborted) return;
        this.#isDirty = true;
        this.#tellFailure(this.#failure(thrown));
        // what is too much to look at is not looked at all the time
        await this.#pause(Math.min(LOOK * 2 ** failures++, POLL));
      }
      if (this.#isDirty || signal.aborted) continue;
      await this.#changed(this.#candidates.size > 0 ? this.#remaining() : LOOK);
    }
  }

  /** Watches what the path means now. @returns Whether that is something else than before. */
  async #follow(): Promise<boolean> {
    const found = await this.#meant();
    if (this.#stop.signal.aborted) return false;
    if (found?.identity === this.#identity && (this.#watcher !== undefined || this.#deaf !== undefined)) return false;
    // the old one first: Deno takes a folder of the same name for one that it watches already
    this.#unwatch();
    this.#identity = found?.identity;
    if (found === undefined) return true;
    try {
      this.#watcher = Deno.watchFs([...found.folders], { recursive: found.isFolder && this.#options.deep });
      this.#deaf = undefined;
      void this.#hear(this.#watcher);
    } catch (thrown) {
      const reason = asError(thrown).message.replace(/ ?about \[.*\]$/s, "");
      this.#deaf = this.#failure(
        new Error(`the system does not tell of changes (${reason}): looking every ${POLL / 1_000} s`),
      );
      this.#tellFailure(this.#deaf);
    }
    return true;
  }

  /** Returns what the path means. @returns Undefined if there is nothing. */
  async #meant(): Promise<{ identity: string; folders: Set<string>; isFolder: boolean } | undefined> {
    try {
      const { path } = this.#options;
      const real = await this.#folder.existing(path);
      const { dev, ino, isDirectory } = await Deno.stat(real);
      if (isDirectory) return { identity: `${real} ${dev} ${ino}`, folders: new Set([real]), isFolder: true };
      // a file is replaced by another, and a link to it turned
      const folders = new Set([dirname(real), (await this.#folder.place(path)).parent]);
      const identities = await Promise.all(Array.from(folders, async (folder) => {
        const { dev, ino } = await Deno.stat(folder);
        return `${folder} ${dev} ${ino}`;
      }));
      return { identity: identities.join("\n"), folders, isFolder: false };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async #hear(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const { kind, flag } of watcher) {
        if (flag === "rescan") this.#listener?.overflowed();
        if (kind !== "access") this.#touch();
      }
    } catch {
      // a new one is opened
    }
    if (this.#watcher !== watcher) return;
    this.#watcher = undefined;
    this.#touch();
  }

  async #scan(): Promise<Map<string, Entry>> {
    try {
      const entries = await scan(this.#folder, this.#options.path, { ...this.#options, signal: this.#stop.signal });
      return new Map(entries.map((entry) => [entry.filename, entry]));
    } catch (error) {
      if (isMissing(error)) return new Map();
      throw error;
    }
  }

  /** Tells what differs from what was told, once it has been so for a while. */
  #compare(now: ReadonlyMap<string, Entry>): void {
    const { debounce, changed } = this.#listener!;
    const time = performance.now();
    for (const filename of new Set([...this.#told.keys(), ...now.keys(), ...this.#candidates.keys()])) {
      const [before, entry] = [this.#told.get(filename), now.get(filename)];
      if (before?.identity === entry?.identity) {
        this.#candidates.delete(filename);
        continue;
      }
      const candidate = this.#candidates.get(filename);
      if (candidate === undefined || candidate.entry?.identity !== entry?.identity) {
        this.#candidates.set(filename, { entry, since: time });
        continue;
      }
      if (time - candidate.since < debounce) continue;
      this.#candidates.delete(filename);
      if (entry === undefined) {
        this.#told.delete(filename);
        changed({ change: "remove", entry: before! });
      } else {
        this.#told.set(filename, entry);
        // a folder in the place of a file is no change of the file
        const isOther = before !== undefined && before.type !== entry.type;
        if (isOther) changed({ change: "remove", entry: before });
        changed({ change: before === undefined || isOther ? "create" : "change", entry });
      }
    }
  }

  /** Returns how long it takes until a candidate can be told of, in milliseconds. */
  #remaining(): number {
    let oldest = Infinity;
    for (const { since } of this.#candidates.values()) oldest = Math.min(oldest, since);
    return Math.max(1, oldest + this.#listener!.debounce - performance.now());
  }

  /** Waits for a change, no longer than a time. */
  async #changed(ms: number): Promise<void> {
    const timer = setTimeout(this.#wake.resolve, ms);
    await this.#wake.promise;
    clearTimeout(timer);
    this.#wake = Promise.withResolvers();
  }

  async #pause(ms: number): Promise<void> {
    if (this.#stop.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#stop.signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#stop.signal.addEventListener("abort", end);
    });
  }

  #touch(): void {
    this.#isDirty = true;
    this.#wake.resolve();
  }

  #unwatch(): void {
    const watcher = this.#watcher;
    this.#watcher = undefined;
    watcher?.close();
  }

  #failure(thrown: unknown): Failure {
    return fileError({ deed: "watch", folder: this.#folder.name, filename: this.#options.path }, thrown);
  }

  /** Tells of a failure, unless it is the one that was told last. */
  #tellFailure(error: Failure): void {
    if (error.message === this.#error) return;
    this.#error = error.message;
    this.#listener?.failed(error);
  }
}

function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "");
}
