import type { Death } from "../pool/mod.ts";
import type { Meta, Presence } from "../presence/mod.ts";
import type { Move, Registry } from "../registry/mod.ts";
import { asError, reasonOf, type Value } from "../value/mod.ts";
import type { Logger } from "./log.ts";

/** How often a runtime says that it lives, in milliseconds. */
export const HEARTBEAT = 5_000;
/** How many deaths of executors a runtime reports. */
const REPORTED_DEATHS = 10;

/** The state of a runtime, as it reports it to its store. */
export interface RuntimeReport {
  /** The namespace that it runs. */
  namespace: string;
  /** The version that it runs. */
  version: number;
  /** The head that it rejected last, and why, if it has not applied one since. */
  rejected?: { version: number; reason: string };
  /** The URLs of its listeners. */
  urls: readonly string[];
  /** The last deaths of its executors, oldest first; absent if there were none. */
  deaths?: readonly Death[];
  /** The id of its process in the operating system. */
  pid: number;
  /** When it started, as an ISO 8601 string. */
  started: string;
}

/** Options of a follower. */
export interface FollowerOptions {
  /** The id of the runtime in the store. */
  id: string;
  namespace: string;
  registry: Registry;
  presence: Presence;
  meta: Meta;
  logger: Logger;
  urls(): Promise<string[]>;
  /** Returns the deaths of executors, oldest first. */
  deaths(): readonly Death[];
  /** Sets whether specs are checked, and their top levels run, before a version is accepted. */
  dryRun(on: boolean): void;
}

/**
 * Keeps a runtime at the head of its store: applies each move of the head as one transaction, keeps the running version
 * if that fails, and reports the result to the store.
 */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #stop = new AbortController();
  readonly #started = new Date().toISOString();
  #rejected: RuntimeReport["rejected"];
  /** The version of which the store knows that it was accepted. */
  #accepted: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #watching: Promise<void> | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** The head that was rejected last, and why. */
  get rejected(): RuntimeReport["rejected"] {
    return this.#rejected;
  }

  /**
   * Loads the head, or the newest of its ancestors that can be loaded, and follows the head from there on.
   *
   * @throws {Error} If not even the oldest version can be loaded, with the reason.
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
        // a version that was accepted before is served at once, without a dry run
        dryRun(version !== accepted);
        await registry.load(version);
        break;
      } catch (thrown) {
        const error = asError(thrown);
        this.#rejected ??= { version: head, reason: reasonOf(error) };
        logger.log("error", `version ${version} cannot be loaded: ${reasonOf(error)}`);
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
      logger.log("error", `no longer following the store: ${reasonOf(asError(thrown))}`);
    }
  }

  async #take({ version }: Move): Promise<void> {
    const { registry, logger } = this.#options;
    const before = registry.version.id;
    try {
      // the head may have moved on meanwhile: only the current one is applied
      const { version: head } = await registry.head();
      if (head !== version) return;
      await registry.follow(version);
      this.#rejected = undefined;
      logger.log("debug", `version ${version} runs`);
    } catch (thrown) {
      const reason = reasonOf(asError(thrown));
      this.#rejected = { version, reason };
      logger.log("error", `version ${version} rejected, still running version ${before}: ${reason}`);
    }
    await this.#heartbeat();
  }

  async #heartbeat(): Promise<void> {
    const { id, namespace, registry, presence, urls, deaths, logger } = this.#options;
    const died = deaths().slice(-REPORTED_DEATHS);
    const report: RuntimeReport = {
      namespace,
      version: registry.version.id,
      ...this.#rejected !== undefined && { rejected: this.#rejected },
      urls: await urls(),
      ...died.length > 0 && { deaths: died },
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
