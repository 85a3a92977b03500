import { delta } from "./delta.ts";
import { DependencyIndex } from "./dependencies/dependency_index.ts";
import { order } from "./dependencies/order.ts";
import { type DependencyPattern, Resolver } from "./dependencies/resolver.ts";
import type { Entry } from "./entry.ts";
import { ConflictError, RegistryError } from "./errors.ts";
import type { Head, History, Signature } from "./history.ts";
import { type Id, type IdLike, toId } from "./id.ts";
import type { Change, Operation } from "./operation.ts";
import { plan } from "./plan.ts";
import { Finder, type QueryLike } from "./query/finder.ts";
import { Snapshot } from "./state/snapshot.ts";
import { State } from "./state/state.ts";
import { Bus } from "./transaction/bus.ts";
import type { BusEvent } from "./transaction/event.ts";
import { type Handler, toSubscriber } from "./transaction/handler.ts";
import { Transitions } from "./transaction/transitions.ts";
import { type Version, VersionTree } from "./version.ts";
import { VersionNavigator } from "./version_navigator.ts";

/** The kinds about whose entries no handler is asked, unless a registry is told otherwise. */
export const SILENT_KINDS = ["registry.entry", "ns.requirement", "ns.dependency", "ns.definition"];

/** How a registry works. */
export interface RegistryOptions {
  /** How long a handler may take to answer, in milliseconds. Default 30,000. */
  readonly timeout?: number;
  /**
   * `none`: no handler is asked about anything, for a program that only writes versions, which running ones then
   * follow. Default `events`.
   */
  readonly dispatch?: "events" | "none";
  /** The kinds about whose entries no handler is asked. Default `SILENT_KINDS`. */
  readonly silentKinds?: Iterable<string>;
  /** How many queries are remembered. Default 1,000. */
  readonly queryCacheSize?: number;
  /** Told of what is odd, and no error. Default `console.warn`. */
  readonly warn?: (message: string) => void;
}

/** How a change is made. */
export interface WriteOptions extends Signature {
  /** The version that has to be in force, else a `ConflictError`. Default: the one that the registry is at, for `apply`. */
  readonly base?: number;
  /** Cancels the change, until it is saved. */
  readonly signal?: AbortSignal;
}

/**
 * A store of entries that keeps every version, changes by transaction, and can go back.
 *
 * Its state is changed by transitions, one at a time. Each is put to the handlers as one transaction; until all have
 * accepted it, and it is saved, every reader sees the state as it was before.
 *
 * @example
 * ```ts
 * await using registry = new Registry(new MemoryHistory());
 * registry.handle({ kinds: "**", create: start, update: restart, delete: stop });
 * await registry.load();
 * const { id } = await registry.apply([change.create({ id: "app:hello", kind: "greeting" })]);
 * await registry.jump(id - 1);
 * ```
 */
export class Registry implements AsyncDisposable {
  readonly history: History;
  /** Carries every transaction; `handle` is the easy way to answer on it. */
  readonly bus = new Bus();
  readonly #resolver = new Resolver();
  readonly #index = new DependencyIndex(this.#resolver, State.empty);
  readonly #finder: Finder;
  readonly #navigator: VersionNavigator;
  readonly #at: Transitions;
  readonly #warn: (message: string) => void;
  #closed = false;

  /** @param history Taken over: `close` closes it. */
  constructor(history: History, options: RegistryOptions = {}) {
    this.history = history;
    this.#warn = options.warn ?? console.warn;
    this.#finder = new Finder(options.queryCacheSize);
    this.#navigator = new VersionNavigator(history, this.#resolver, this.#onCycle);
    this.#at = new Transitions(this.bus, this.#index, {
      timeout: options.timeout ?? 30_000,
      silent: options.dispatch === "none",
      silentKinds: new Set(options.silentKinds ?? SILENT_KINDS),
    });
  }

  /** The version that this registry is at. */
  get version(): Version {
    return this.#at.version;
  }

  /** How many entries there are. */
  get size(): number {
    return this.#at.state.size;
  }

  /** The entry of an id, if it is there. */
  get(id: IdLike): Entry | undefined {
    return this.#at.state.get(id);
  }

  /** Every entry, ordered by namespace and name. */
  entries(): readonly Entry[] {
    return this.#at.state.entries();
  }

  /** The entries of a namespace, by name. */
  namespace(namespace: string): Entry[] {
    return this.#at.state.namespace(namespace);
  }

  /**
   * The entries that meet every criterion, ordered by namespace and name. The list is shared.
   *
   * @throws {RegistryError} `invalid`, naming the criterion that is wrong.
   */
  find(query: QueryLike): readonly Entry[] {
    return this.#finder.find(this.#at.state, query);
  }

  /** The entries as they are now, kept. */
  snapshot(): Snapshot {
    return new Snapshot(this.#at.version.id, this.#at.state);
  }

  /** The ids of the entries that depend on an entry. */
  dependants(id: IdLike): readonly Id[] {
    return this.#index.dependants(toId(id));
  }

  /** The ids of the entries that an entry depends on. */
  dependencies(id: IdLike): readonly Id[] {
    return this.#index.dependencies(toId(id));
  }

  /** The version that is in force in the store: another than this registry's, if another process moved it. */
  head(): Promise<Head> {
    return this.history.head();
  }

  /** All versions, by ascending id. */
  versions(): Promise<Version[]> {
    return this.history.versions();
  }

  /** A version; undefined if there is no such. */
  async versionOf(id: number): Promise<Version | undefined> {
    return (await this.history.get(id))?.version;
  }

  /**
   * The versions that one arrives at on the way from one to another: `v1, v2, v3` from 0 to 3, `v2, v1` from 3 to 1.
   *
   * @throws {RegistryError} `not_found`, if one is unknown.
   */
  async path(from: number, to: number): Promise<Version[]> {
    return new VersionTree(await this.history.versions()).path(from, to);
  }

  /** The entries as they were at a version. @throws {RegistryError} `not_found`, if there is no such version. */
  async stateAt(version: number): Promise<Snapshot> {
    const { place } = this.#at;
    if (version === place.version) return new Snapshot(version, place.state);
    return new Snapshot(version, (await this.#navigator.to(version, place)).state);
  }

  /**
   * The fewest operations that lead from one version to another, in canonical order.
   *
   * @throws {RegistryError} `not_found`, if there is no such version.
   */
  async delta(from: number, to: number): Promise<Operation[]> {
    const [before, after] = await Promise.all([this.stateAt(from), this.stateAt(to)]);
    return delta(before.state, after.state, this.#resolver, this.#onCycle);
  }

  /**
   * What `apply` would do: the operations, in canonical order. None, if nothing would change.
   *
   * @throws {RegistryError} `invalid`, `not_found` or `conflict`, if a change is malformed or does not fit.
   */
  plan(changes: Iterable<Change>): Operation[] {
    return order(plan(changes, this.#at.state), this.#resolver, this.#onCycle);
  }

  /** Adds a handler; the answer removes it. Both take effect with the next operation. */
  handle(handler: Handler): () => void {
    return this.bus.subscribe(toSubscriber(handler));
  }

  /** Shows every event whose kind matches a pattern to somebody who has no say in it. The answer ends that. */
  observe(pattern: string, observe: (event: BusEvent) => void): () => void {
    return this.bus.observe(pattern, observe);
  }

  /** Says where entries name what they depend on. @throws {RegistryError} `invalid`, if its path is empty. */
  registerPattern(pattern: DependencyPattern): void {
    this.#resolver.register(pattern);
  }

  /**
   * Makes changes, all or none, and saves them as a new version, which is then head. Changes that change nothing make
   * no version.
   *
   * @returns The new version; the present one, if nothing changed.
   * @throws {ConflictError} If head is not the version that this registry is at, or that is not `base`.
   * @throws {RegistryError} Why it failed, after everything was undone: `rejected`, `timeout`, `canceled`, ...
   * @throws {UndoError} If something could not be undone.
   */
  apply(changes: Iterable<Change>, options: WriteOptions = {}): Promise<Version> {
    return this.#alone(options.signal, async () => {
      const { state, version: base } = this.#at;
      this.#at.checkInStep();
      if (options.base !== undefined && options.base !== base.id) throw new ConflictError(options.base, base.id);
      const operations = this.plan(changes);
      if (operations.length === 0) return base;
      const { version: head } = await this.history.head();
      if (head !== base.id) throw new ConflictError(base.id, head);
      let saved = base;
      return await this.#at.make("apply", { version: base, state: state.apply(operations), operations }, {
        signal: options.signal,
        save: async () => saved = await this.history.save({ base: base.id, operations, ...signatureOf(options) }),
        unsave: () => this.history.setHead(base.id, saved.id, notCommitted(saved.id)),
      });
    });
  }

  /**
   * Makes the state that of a version, replayed from the baseline, whatever it is now. It makes no version and does not
   * move head: for the start, with the handlers attached, and to mend what could not be undone.
   *
   * @param version Default head.
   * @throws {RegistryError} As `apply`; `not_found`, if there is no such version.
   */
  load(version?: number, options: { readonly signal?: AbortSignal } = {}): Promise<Version> {
    return this.#alone(options.signal, async () => {
      const { place } = this.#at;
      const way =
        await (version === undefined ? this.#navigator.toHead(place) : this.#navigator.replay(version, place));
      return await this.#at.make("load", way, options);
    });
  }

  /**
   * Goes to a version to which somebody else has moved head.
   *
   * @throws {RegistryError} As `apply`; `not_found`, if there is no such version.
   */
  follow(version: number, options: { readonly signal?: AbortSignal } = {}): Promise<Version> {
    return this.#alone(options.signal, async () => {
      const { place } = this.#at;
      if (place.version === version) return this.#at.version;
      return await this.#at.make("follow", await this.#navigator.to(version, place), options);
    });
  }

  /**
   * Goes to a version and moves head there. It makes no version.
   *
   * @throws {ConflictError} If head is not `base`, or moves meanwhile.
   * @throws {RegistryError} As `apply`; `not_found`, if there is no such version.
   */
  jump(version: number, options: WriteOptions = {}): Promise<Version> {
    return this.#alone(options.signal, async () => {
      const { version: head } = await this.history.head();
      if (options.base !== undefined && options.base !== head) throw new ConflictError(options.base, head);
      const { place } = this.#at;
      const save = async () => void await this.history.setHead(version, head, signatureOf(options));
      if (place.version === version) {
        if (head !== version) await save();
        return this.#at.version;
      }
      return await this.#at.make("jump", await this.#navigator.to(version, place), {
        signal: options.signal,
        save,
        unsave: () => this.history.setHead(head, version, notCommitted(version)),
      });
    });
  }

  /** Ends: waits for the transition that is under way, and closes the history. */
  async close(): Promise<void> {
    await this.#at.alone(undefined, async () => {
      if (this.#closed) return;
      this.#closed = true;
      await this.history.close();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #alone<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    return this.#at.alone(signal, () => {
      if (this.#closed) throw new RegistryError("unavailable", "the registry is closed");
      return work();
    });
  }

  readonly #onCycle = (ids: readonly Id[]) => this.#warn(`these entries depend on each other: ${ids.join(", ")}`);
}

function signatureOf({ author, message }: Signature): Signature {
  return { ...(author === undefined ? {} : { author }), ...(message === undefined ? {} : { message }) };
}

function notCommitted(version: number): Signature {
  return { message: `v${version} could not be committed` };
}
