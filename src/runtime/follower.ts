import type { Death } from "../pool/mod.ts";
import type { ScheduledNode } from "../kinds/mod.ts";
import type { Meta, Presence } from "../presence/mod.ts";
import type { BusEvent, Registry } from "../registry/mod.ts";
import { asError, type Failure, failure, isMap, pause, reasonOf, type Value } from "../value/mod.ts";
import { isExternal } from "./external_error.ts";
import type { Logger } from "./log/mod.ts";
import { findRunnable } from "./runnable_version.ts";
import { type Doubt, Trials } from "./trials.ts";

/** How often a runtime says that it lives, in milliseconds. */
export const HEARTBEAT = 5_000;
/** How many deaths of executors a runtime reports. */
const REPORTED_DEATHS = 10;

/** The pause before a version that was rejected for a reason outside of its specs is tried again, in milliseconds. */
const RETRY = 1_000;
/** What the pause grows to, by doubling. */
const LONGEST_RETRY = 60_000;

/** A version that a runtime rejected. */
export interface Rejection {
  /** The version. */
  version: number;
  /** Why, in words. */
  reason: string;
  /** How often the runtime has tried it. */
  attempts: number;
}

/** The state of a runtime, as it reports it to its store. */
export interface RuntimeReport {
  /** The namespace that it runs. */
  namespace: string;
  /** The version that it runs. */
  version: number;
  /** The version that it is trying. */
  trying?: number;
  /** The head that it rejected last, if it has not applied one since. */
  rejected?: Rejection;
  /** The URLs of its listeners. */
  urls: readonly string[];
  /** The last deaths of its executors, oldest first; absent if there were none. */
  deaths?: readonly Death[];
  /** The nodes that run at times, and when next, as an ISO 8601 string; null if another runtime runs it. */
  schedules?: readonly { node: string; next: string | null }[];
  /** The id of its process in the operating system. */
  pid: number;
  /** When it started, as an ISO 8601 string. */
  started: string;
}

/** Options of a follower. */
export interface FollowerOptions {
  /** The id of the runtime in the store. */
  id: string;
  /** The ids of runtimes that are known to have ended without telling the store. Default none. */
  ended?: readonly string[];
  namespace: string;
  registry: Registry;
  presence: Presence;
  meta: Meta;
  logger: Logger;
  urls(): Promise<string[]>;
  /** Returns the deaths of executors, oldest first. */
  deaths(): readonly Death[];
  /** Returns the nodes that run at times. */
  schedules(): readonly ScheduledNode[];
  /** Sets whether specs are checked, and their top levels run, before a version is accepted. */
  dryRun(on: boolean): void;
  /** Whether to start with no specs if neither head nor an older version with specs can be loaded. Default false. */
  keepGoing?: boolean;
  /** How often the runtime says that it lives, in milliseconds. Default 5,000. */
  heartbeat?: number;
}

/**
 * Keeps a runtime at the head of its store: applies each move of the head as one transaction, keeps the running version
 * if that fails, tries again what may work later, and reports the result to the store.
 */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #stop = new AbortController();
  readonly #started = new Date().toISOString();
  readonly #trials: Trials;
  /** The version that is being tried. */
  #trying: number | undefined;
  #rejected: Rejection | undefined;
  /** The version that ran when it was rejected. */
  #rejectedAt: number | undefined;
  /** The version that the registry has tried to follow last. */
  #target: number | undefined;
  /** The version whose running was logged last. */
  #logged: number | undefined;
  /** The version of which the store knows that it was accepted. */
  #accepted: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pause = RETRY;
  /** Settles when the last attempt to go to head has ended. */
  #turn: Promise<boolean> = Promise.resolve(true);
  #watching: Promise<void> | undefined;
  /** Settles when a doubt about head is resolved. */
  #resolving: Promise<void> | undefined;
  /** What the store was told last. */
  #told = "";
  #storeReplaced = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#trials = new Trials(options);
    options.registry.observe("registry.begin", (event: BusEvent) => {
      if (event.kind === "registry.begin" && event.transaction.reason === "follow") this.#target = event.transaction.to;
    });
  }

  /** The head that was rejected last, unless a version was applied since. */
  get rejected(): Rejection | undefined {
    return this.#options.registry.version.id === this.#rejectedAt ? this.#rejected : undefined;
  }

  /** Whether the file of the store was replaced or moved away, so that nothing can be followed or saved. */
  get storeReplaced(): boolean {
    return this.#storeReplaced;
  }

  /**
   * Loads the head, or one of its ancestors if it cannot be loaded, and follows the head from there on.
   *
   * @throws {Error} If no version with specs of the namespace can be loaded, with the reasons.
   */
  async start(): Promise<void> {
    const { registry, heartbeat = HEARTBEAT } = this.#options;
    const { version: head, sequence } = await registry.head();
    this.#timer = setInterval(() => void this.#report(true), heartbeat);
    await this.#trials.forget(this.#options.ended ?? []);
    await this.#loadHead(head);
    this.#logged = registry.version.id;
    await this.#report();
    this.#watching = this.#watch(sequence);
  }

  /**
   * Goes to head now, also if it was rejected before.
   *
   * @returns Whether the runtime is at head.
   */
  catchUp(): Promise<boolean> {
    return this.#turn = this.#turn.then(() => this.#catchUp());
  }

  async #catchUp(): Promise<boolean> {
    const { registry, logger } = this.#options;
    clearTimeout(this.#retry);
    this.#target = undefined;
    try {
      await this.#try((await registry.head()).version);
      // the registry reads head itself, after what it does now: a move may be older than what runs
      const { id } = await registry.follow(undefined, { signal: this.#stop.signal });
      if (id !== this.#logged) logger.log(this.#rejected === undefined ? "debug" : "info", `version ${id} runs`);
      if (this.#rejected !== undefined) await this.#trials.allow(id);
      this.#rejected = undefined;
      this.#pause = RETRY;
      this.#logged = id;
    } catch (thrown) {
      if (this.#stop.signal.aborted) return false;
      this.#reject(asError(thrown));
    }
    this.#trying = undefined;
    await this.#report();
    return this.#rejected === undefined;
  }

  /** Ends following. */
  async stop(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#timer);
    await this.#watching;
    await this.#resolving;
    await this.#turn;
    clearTimeout(this.#retry);
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
    if (version === this.#accepted || this.#logged === undefined) return;
    await meta.set(this.#acceptedKey, version);
    this.#accepted = version;
  }

  async #loadHead(head: number): Promise<void> {
    const { registry, meta, dryRun } = this.#options;
    const accepted = await meta.get(this.#acceptedKey);
    // a version that was accepted before is served at once, without a dry run
    const load = async (version: number) => {
      dryRun(version !== accepted);
      if (version !== accepted) await this.#try(version);
      try {
        await registry.load(version);
      } finally {
        dryRun(true);
        this.#trying = undefined;
      }
    };
    const doubt = head === accepted ? undefined : await this.#doubt(head, accepted !== undefined);
    try {
      if (doubt !== undefined) throw failure(doubt.reason);
      await load(head);
    } catch (thrown) {
      const error = asError(thrown);
      const version = await this.#fallback(head, error, typeof accepted === "number" ? accepted : undefined);
      await load(version);
      this.#reject(error, head);
      if (doubt !== undefined) this.#resolving = this.#resolve(doubt, head);
    }
  }

  /** Returns why a version should not be tried. Where there is no other, this waits until that is certain. */
  async #doubt(version: number, hasOther: boolean): Promise<Doubt | undefined> {
    const doubt = await this.#trials.doubt(version);
    if (doubt === undefined || hasOther) return doubt;
    return await doubt.isWrong(this.#stop.signal) ? undefined : doubt;
  }

  /** Goes to a version that was not tried, if it turns out that it may be. */
  async #resolve(doubt: Doubt, version: number): Promise<void> {
    const isWrong = await doubt.isWrong(this.#stop.signal).catch(() => true);
    if (isWrong && !this.#stop.signal.aborted && this.rejected?.version === version) await this.catchUp();
  }

  /** Tells the store that a version is going to be tried, unless it runs. */
  async #try(version: number): Promise<void> {
    if (version === this.#options.registry.version.id) return;
    this.#trying = version;
    await this.#report();
  }

  /** Returns the version to run in place of a head that cannot be loaded. @throws {Error} If there is none. */
  async #fallback(head: number, why: Error, accepted: number | undefined): Promise<number> {
    const { registry, namespace, logger, keepGoing = false } = this.#options;
    const { version, tried, error } = await findRunnable({ registry, head, accepted });
    const reasons = [`version ${head} cannot be loaded: ${reasonOf(why)}`];
    if (error !== undefined) {
      const others = `${tried} of its ancestors ${tried === 1 ? "was" : "were"} tried`;
      reasons.push(`${others}, of which the last that cannot be loaded says: ${reasonOf(error)}`);
    }
    const specs = version === undefined ? [] : (await registry.stateAt(version)).namespace(namespace);
    if (version === undefined || specs.length === 0 && !keepGoing) {
      reasons.push(`no older version with specs of namespace ${JSON.stringify(namespace)} can be loaded`);
      throw failure(reasons.join("\n"));
    }
    logger.log("error", reasons.join("; "));
    logger.log("warn", `running version ${version}; head is ${head}`);
    return version;
  }

  /** Follows the moves of head after a sequence number until it is stopped. What fails is tried again. */
  async #watch(since: number): Promise<void> {
    const { registry, logger } = this.#options;
    const { signal } = this.#stop;
    let wait = RETRY;
    let told: string | undefined;
    while (!signal.aborted) {
      try {
        for await (const { version, sequence } of registry.history.watch(since, signal)) {
          if (told !== undefined) logger.log("info", "the store is followed again", { part: "registry" });
          [since, wait, told] = [sequence, RETRY, undefined];
          // one that was rejected is tried again if head was moved to it once more
          if (version !== registry.version.id || this.#rejected !== undefined || version !== this.#logged) {
            await this.catchUp();
          }
        }
        return; // stopped, or the history is closed
      } catch (thrown) {
        const reason = reasonOf(asError(thrown));
        if (reason !== told) {
          logger.log("error", `the store cannot be followed: ${reason}; trying again`, { part: "registry" });
        }
        told = reason;
      }
      await pause(wait, signal);
      wait = Math.min(wait * 2, LONGEST_RETRY);
    }
  }

  /** Keeps a rejection, and has the version tried again later if the reason is outside of its specs. */
  #reject(error: Error, version = this.#target): void {
    const { registry, logger } = this.#options;
    const reason = reasonOf(error);
    const before = this.rejected;
    if (version === undefined) {
      logger.log("warn", `the store cannot be read: ${reason}`, { part: "registry" });
    } else {
      const again = before?.version === version;
      this.#rejected = { version, reason, attempts: again ? before.attempts + 1 : 1 };
      this.#rejectedAt = registry.version.id;
      if (!again) this.#pause = RETRY;
      const isNews = !again || before.reason !== reason;
      // at the start, this has been told
      if (this.#watching !== undefined) {
        const line = `version ${version} rejected, still running version ${registry.version.id}: ${reason}`;
        logger.log(isNews ? "error" : "debug", line);
      }
    }
    if (version !== undefined && !isExternal(error)) return;
    this.#retry = setTimeout(() => void this.catchUp(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_RETRY);
  }

  /**
   * Tells the store what runs.
   *
   * @param always Whether to tell it also if nothing has changed since the last time.
   */
  async #report(always = false): Promise<void> {
    const { id, namespace, registry, presence, urls, deaths, schedules, logger } = this.#options;
    const listening = await urls();
    const died = deaths().slice(-REPORTED_DEATHS);
    const { rejected } = this;
    const scheduled = schedules().map(({ node, next }) => ({
      node,
      next: next === undefined ? null : new Date(next).toISOString(),
    }));
    const report: RuntimeReport = {
      namespace,
      version: registry.version.id,
      ...this.#trying !== undefined && { trying: this.#trying },
      ...rejected !== undefined && { rejected },
      urls: listening,
      ...died.length > 0 && { deaths: died },
      ...scheduled.length > 0 && { schedules: scheduled },
      pid: Deno.pid,
      started: this.#started,
    };
    const told = JSON.stringify(report);
    if (told === this.#told && !always) return;
    this.#told = told;
    try {
      await presence.heartbeat({ id, time: new Date(), data: report as unknown as Value });
      await this.#saveAccepted();
      if (this.#storeReplaced) logger.log("info", "the file of the store is back at its path", { part: "registry" });
      this.#storeReplaced = false;
    } catch (thrown) {
      this.#told = "";
      if (!this.#stop.signal.aborted) this.#notTold(asError(thrown));
    }
  }

  #notTold(error: Failure): void {
    const { logger } = this.#options;
    const isReplaced = isMap(error.details) && error.details.file === "replaced";
    if (!isReplaced) logger.log("warn", `the store was not told: ${error.message}`, { part: "registry" });
    else if (!this.#storeReplaced) {
      logger.log(
        "error",
        `${error.message}; no change is followed or saved until it is back, or the runtime starts anew`,
        { part: "registry" },
      );
    }
    this.#storeReplaced = isReplaced;
  }
}
