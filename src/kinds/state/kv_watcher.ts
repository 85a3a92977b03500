import { asError, failure } from "../../value/mod.ts";
import type { EventQueue, EventQueueOptions } from "../event_queue.ts";
import { type Change, type KvStore, REMEMBERED } from "./kv_store.ts";

/** A change that is to be told. */
export interface Told {
  readonly change: Change;
  /** Whether changes of the key came before it that were not told. */
  readonly hasMissed: boolean;
}

/** What the events of a queue are: the last change of each key. */
export const CHANGES: EventQueueOptions<Told> = {
  keyOf: ({ change }) => change.key,
  coalesce: (_, { change }) => ({ change, hasMissed: true }),
  pause: [100, 100],
};

/** How many keys may wait for their change to be told. */
const WAITING = 10_000;

/** Which keys are watched. */
export interface KvWatchOptions {
  /** With what they begin. */
  readonly prefix: string;
  /** Whether what is there at the start is told. */
  readonly initial: boolean;
}

/** Who is told of what goes wrong, and how often to ask. */
export interface KvWatchListener {
  /** The store; a change of the connection brings another one. */
  readonly store: KvStore;
  readonly poll: number;
  /** Called once when changes cannot be asked for, and when some may be missing. */
  failed(error: Error): void;
}

/** How many changes are asked for at a time. */
const PAGE = 500;

/** Finds the changes of a store, and puts them into a queue, each once. */
export class KvWatch {
  readonly #options: KvWatchOptions;
  readonly #queue: EventQueue<Told>;
  /** The version up to which all changes are in the queue. */
  #version: number;
  /** The version after which changes of a key may have been passed over, because others came before them. */
  #begin: number;
  /** When it was last known that nothing is missing. */
  #complete = performance.now();
  #listener: KvWatchListener | undefined;
  #stop: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> | undefined;
  #isRung = false;
  #hasFailed = false;

  private constructor(options: KvWatchOptions, queue: EventQueue<Told>, version: number) {
    this.#options = options;
    this.#queue = queue;
    this.#version = this.#begin = version;
  }

  /** Begins to watch: what is changed from here on is found. */
  static async open(store: KvStore, options: KvWatchOptions, queue: EventQueue<Told>): Promise<KvWatch> {
    return new KvWatch(options, queue, options.initial ? 0 : await store.version());
  }

  /** Looks for changes from now on. */
  attach(listener: KvWatchListener): void {
    this.detach();
    this.#listener = listener;
    void this.#listen(listener);
  }

  /** Looks for no more changes, unless another listener was attached since. */
  detach(listener = this.#listener): void {
    if (listener !== this.#listener) return;
    this.#listener = undefined;
    this.#stop?.();
    this.#stop = undefined;
    clearTimeout(this.#timer);
  }

  async close(): Promise<void> {
    this.detach();
    await this.#looking;
  }

  async #listen(listener: KvWatchListener): Promise<void> {
    const stop = await listener.store.listen(() => this.#look());
    if (this.#listener === listener) this.#stop = stop;
    else stop();
    this.#look();
  }

  #look(): void {
    this.#isRung = true;
    this.#looking ??= this.#lookOn();
  }

  async #lookOn(): Promise<void> {
    // what is changed in one turn of the event loop is looked at together
    await Promise.resolve();
    while (this.#isRung && this.#listener !== undefined) {
      this.#isRung = false;
      const listener = this.#listener;
      try {
        await this.#take(listener);
        this.#hasFailed = false;
      } catch (thrown) {
        if (!this.#hasFailed) listener.failed(asError(thrown));
        this.#hasFailed = true;
      }
    }
    this.#looking = undefined;
    clearTimeout(this.#timer);
    if (this.#listener !== undefined) this.#timer = setTimeout(() => this.#look(), this.#listener.poll);
  }

  /** Puts changes into the queue, as long as there are some, and room for them. */
  async #take({ store, failed }: KvWatchListener): Promise<void> {
    const isLate = performance.now() - this.#complete > REMEMBERED / 2;
    for (;;) {
      const limit = Math.min(PAGE, WAITING - this.#queue.size);
      // what waits is told first; the changes are still there then
      if (limit <= 0) return;
      const before = this.#version;
      const { changes, version, isIncomplete } = await store.changes(before, limit);
      if (before > 0 && (isIncomplete || isLate)) {
        failed(failure("removals may have been missed: read everything again", { code: "conflict" }));
      }
      for (const change of changes) {
        if (!change.key.startsWith(this.#options.prefix)) continue;
        // at the start, nothing is told of what is not there
        if (before === 0 && change.entry === undefined) continue;
        this.#queue.push({ change, hasMissed: before > 0 && change.previous > this.#begin });
      }
      this.#version = version;
      this.#complete = performance.now();
      if (changes.length === limit) continue;
      this.#begin = version;
      return;
    }
  }
}
