import type { Meta, Presence } from "../presence/mod.ts";
import type { Move, Registry } from "../registry/mod.ts";
import { asError, reasonOf, type Value } from "../value/mod.ts";
import type { Logger } from "./log.ts";

/** How often a runtime says that it lives, in milliseconds. */
export const HEARTBEAT = 5_000;

/** What a runtime tells everyone on its store. */
export interface RuntimeReport {
  namespace: string;
  /** The version that it runs. */
  version: number;
  /** The version that it was last asked to take, and why it did not, if it did not. */
  refused?: { version: number; reason: string };
  /** Where it listens. */
  urls: readonly string[];
  pid: number;
  started: string;
}

/** What a follower needs of its runtime. */
export interface FollowerOptions {
  /** Names the runtime in the store. */
  id: string;
  namespace: string;
  registry: Registry;
  presence: Presence;
  meta: Meta;
  logger: Logger;
  urls(): Promise<string[]>;
  /** Says whether user code's top levels are run before a version is accepted. */
  dryRun(on: boolean): void;
}

/**
 * Keeps a runtime at the head of its store: takes every move of head as one transaction, keeps what runs where it
 * cannot, and tells the store what was reached.
 */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #stop = new AbortController();
  readonly #started = new Date().toISOString();
  #refused: RuntimeReport["refused"];
  /** The version of which the store knows that it was accepted. */
  #accepted: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #watching: Promise<void> | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** What could not be taken last, and why. */
  get refused(): RuntimeReport["refused"] {
    return this.#refused;
  }

  /**
   * Goes to head, or where that cannot be taken to the newest ancestor that can, and follows from there on.
   *
   * @throws {Error} Why not even the oldest version can be taken.
   */
  async start(): Promise<void> {
    const { registry } = this.#options;
    const { version: head, sequence } = await registry.head();
    await this.#loadNewest(head);
    await this.#heartbeat();
    this.#timer = setInterval(() => void this.#heartbeat(), HEARTBEAT);
    this.#watching = this.#watch(sequence);
  }

  /** Ends following. */
  async stop(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#timer);
    await this.#watching;
    // never started, it runs nothing
    if (this.#watching !== undefined) await this.#saveAccepted().catch(() => {});
    await this.#options.presence.deregister(this.#options.id).catch(() => {});
  }

  /** Under which the store knows the version that runtimes of the namespace have accepted last. */
  get #acceptedKey(): string {
    return `accepted:${this.#options.namespace}`;
  }

  async #saveAccepted(): Promise<void> {
    const { registry, meta } = this.#options;
    const version = registry.version.id;
    if (version === this.#accepted) return;
    await meta.set(this.#acceptedKey, version);
    this.#accepted = version;
  }

  async #loadNewest(head: number): Promise<void> {
    const { registry, meta, logger, dryRun } = this.#options;
    let version: number | undefined = head;
    const accepted = await meta.get(this.#acceptedKey);
    for (;;) {
      try {
        // what was accepted once is served before its top levels have run again
        dryRun(version !== accepted);
        await registry.load(version);
        break;
      } catch (thrown) {
        const error = asError(thrown);
        this.#refused ??= { version: head, reason: reasonOf(error) };
        logger.log("error", `version ${version} cannot be taken: ${reasonOf(error)}`);
        version = (await registry.versionOf(version))?.parent;
        if (version === undefined) throw error;
      }
    }
    dryRun(true);
    if (version !== head) logger.log("warn", `running version ${version}; head is ${head}`);
  }

  async #watch(since: number): Promise<void> {
    const { registry, logger } = this.#options;
    try {
      for await (const move of registry.history.watch(since, this.#stop.signal)) await this.#take(move);
    } catch (thrown) {
      logger.log("error", `the store is not followed any more: ${reasonOf(asError(thrown))}`);
    }
  }

  async #take({ version }: Move): Promise<void> {
    const { registry, logger } = this.#options;
    const before = registry.version.id;
    try {
      // head may have moved on: only where it is now counts
      const { version: head } = await registry.head();
      if (head !== version) return;
      await registry.follow(version);
      this.#refused = undefined;
      logger.log("debug", `version ${version} runs`);
    } catch (thrown) {
      const reason = reasonOf(asError(thrown));
      this.#refused = { version, reason };
      logger.log("error", `version ${version} is not taken, version ${before} goes on: ${reason}`);
    }
    await this.#heartbeat();
  }

  async #heartbeat(): Promise<void> {
    const { id, namespace, registry, presence, urls, logger } = this.#options;
    const report: RuntimeReport = {
      namespace,
      version: registry.version.id,
      ...this.#refused !== undefined && { refused: this.#refused },
      urls: await urls(),
      pid: Deno.pid,
      started: this.#started,
    };
    try {
      await presence.heartbeat({ id, time: new Date(), data: report as unknown as Value });
      await this.#saveAccepted();
    } catch (thrown) {
      if (!this.#stop.signal.aborted) logger.log("warn", `the store was not told: ${asError(thrown).message}`);
    }
  }
}
