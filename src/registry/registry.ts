import { delta } from "./delta.ts";
import { DependencyIndex } from "./dependencies/dependency_index.ts";
import { order } from "./dependencies/order.ts";
import { type DependencyPattern, Resolver } from "./dependencies/resolver.ts";
import type { Entry } from "./entry.ts";
import { ConflictError, isNotFound, RegistryError } from "./errors.ts";
import { type Head, type History, type Signature, signatureOf } from "./history.ts";
import { type Id, type IdLike, toId } from "./id.ts";
import type { Change, Operation } from "./operation.ts";
import { plan } from "./plan.ts";
import { Finder, type QueryLike } from "./query/finder.ts";
import { squash } from "./squash.ts";
import { Snapshot } from "./state/snapshot.ts";
import { State } from "./state/state.ts";
import { Bus } from "./transaction/bus.ts";
import type { BusEvent } from "./transaction/event.ts";
import { type Handler, toSubscriber } from "./transaction/handler.ts";
import { Transitions } from "./transaction/transitions.ts";
import { type Version, VersionTree } from "./version.ts";
import { type Plan, VersionNavigator } from "./version_navigator.ts";

/** The kinds of entries that handlers are not asked about by default. */
export const SILENT_KINDS = ["registry.entry", "ns.requirement", "ns.dependency", "ns.definition"];

/** Options of a registry. */
export interface RegistryOptions {
  /** How long a handler may take to respond, in milliseconds. Default 30,000. */
  readonly timeout?: number;
  /**
   * `none`: handlers are not asked about anything, for a program that only writes versions for others to follow.
   * Default `events`.
   */
  readonly dispatch?: "events" | "none";
  /** The kinds of entries that handlers are not asked about. Default `SILENT_KINDS`. */
  readonly silentKinds?: Iterable<string>;
  /** The number of queries whose results are cached. Default 1,000. */
  readonly queryCacheSize?: number;
  /** Called with warnings. Default `console.warn`. */
  readonly warn?: (message: string) => void;
}

/** Options of a write. */
export interface WriteOptions extends Signature {
  /**
   * The version that must be head, or the write rejects with a `ConflictError`. Default for `apply`: the version that the
   * registry is at; for `edit` and `jump`: any.
   */
  readonly base?: number;
  /** Cancels the change, until it is saved. */
  readonly signal?: AbortSignal;
}

/**
 * A store of entries that keeps every version, changes in transactions, and can go back.
 *
 * Its state changes by transitions, one at a time. Each is one transaction of the handlers; readers see the state before
 * it until all handlers have accepted it and it is saved.
 *
 * @example
 * ```ts
 * import { change, MemoryHistory, Registry } from "@weft/weft/registry";
 *
 * const running = new Set<string>();
 * await using registry = new Registry(new MemoryHistory());
 * registry.handle({
 *   kinds: "**",
 *   create: ({ id }) => void running.add(id.text),
 *   update: () => {},
 *   delete: ({ id }) => void running.delete(id.text),
 * });
 * await registry.load();
 * const { id } = await registry.apply([change.create({ id: "app:hello", kind: "greeting" })]);
 * await registry.jump(id - 1);
 * ```
 */
export class Registry implements AsyncDisposable {
  /** Where its versions are kept. */
  readonly history: History;
  /** The bus of all transactions; `handle` is the simple way to take part in them. */
  readonly bus: Bus = new Bus();
  readonly #resolver = new Resolver();
  readonly #index = new DependencyIndex(this.#resolver, State.empty);
  readonly #finder: Finder;
  readonly #navigator: VersionNavigator;
  readonly #transitions: Transitions;
  readonly #warn: (message: string) => void;
  readonly #timeout: number;
  #closed = false;

  /** Makes a registry of a history, which `close` closes; without entries until `load`. */
  constructor(history: History, options: RegistryOptions = {}) {
    this.history = history;
    this.#warn = options.warn ?? console.warn;
    this.#timeout = options.timeout ?? 30_000;
    this.#finder = new Finder(options.queryCacheSize);
    this.#navigator = new VersionNavigator(history, this.#resolver, this.#onCycle);
    this.#transitions = new Transitions(this.bus, this.#index, {
      timeout: this.#timeout,
      silent: options.dispatch === "none",
      silentKinds: new Set(options.silentKinds ?? SILENT_KINDS),
      warn: this.#warn,
    });
  }

  /** The version that this registry is at. */
  get version(): Version {
    return this.#transitions.version;
  }

  /** The number of entries. */
  get size(): number {
    return this.#transitions.state.size;
  }

  /** Returns the entry of an id; undefined if it does not exist. */
  get(id: IdLike): Entry | undefined {
    return this.#transitions.state.get(id);
  }

  /** Returns all entries, ordered by namespace and name. */
  entries(): readonly Entry[] {
    return this.#transitions.state.entries();
  }

  /** Returns the entries of a namespace, ordered by name. */
  namespace(namespace: string): Entry[] {
    return this.#transitions.state.namespace(namespace);
  }

  /**
   * Returns the entries that meet every criterion, ordered by namespace and name. Callers share the list.
   *
   * @throws {RegistryError} `invalid`, naming the criterion that is wrong.
   */
  find(query: QueryLike): readonly Entry[] {
    return this.#finder.find(this.#transitions.state, query);
  }

  /** Returns a snapshot of the entries. */
  snapshot(): Snapshot {
    return new Snapshot(this.#transitions.version.id, this.#transitions.state);
  }

  /** Returns the ids of the entries that depend on an entry. */
  dependants(id: IdLike): readonly Id[] {
    return this.#index.dependants(toId(id));
  }

  /** Returns the ids of the entries that an entry depends on. */
  dependencies(id: IdLike): readonly Id[] {
    return this.#index.dependencies(toId(id));
  }

  /** Returns the head of the history, which another process may have moved away from this registry's version. */
  head(): Promise<Head> {
    return this.history.head();
  }

  /** Returns all versions, by ascending id. */
  versions(): Promise<Version[]> {
    return this.history.versions();
  }

  /** Returns a version; undefined if it is unknown. */
  async versionOf(id: number): Promise<Version | undefined> {
    return (await this.history.get(id))?.version;
  }

  /**
   * Returns the versions on the path between two, without the first: `v1, v2, v3` from 0 to 3, `v2, v1` from 3 to 1.
   *
   * @throws {RegistryError} `not_found`, if one is unknown.
   */
  async path(from: number, to: number): Promise<Version[]> {
    return new VersionTree(await this.history.versions()).path(from, to);
  }

  /** Returns the entries at a version. @throws {RegistryError} `not_found`, if the version is unknown. */
  async stateAt(version: number): Promise<Snapshot> {
    const { checkpoint } = this.#transitions;
    if (version === checkpoint.version) return new Snapshot(version, checkpoint.state);
    return new Snapshot(version, (await this.#navigator.to(version, checkpoint)).state);
  }

  /**
   * Returns the fewest operations that lead from one version to another, in canonical order.
   *
   * @throws {RegistryError} `not_found`, if a version is unknown.
   */
  async delta(from: number, to: number): Promise<Operation[]> {
    const [before, after] = await Promise.all([this.stateAt(from), this.stateAt(to)]);
    return delta(before.state, after.state, this.#resolver, this.#onCycle);
  }

  /**
   * Returns the operations that `apply` would make, in canonical order. Empty if nothing would change.
   *
   * @param at The entries to change. Default: those of the version that this registry is at.
   * @throws {RegistryError} `invalid`, `not_found` or `conflict`, if a change is malformed or does not fit.
   */
  plan(changes: Iterable<Change>, at: Snapshot = this.snapshot()): Operation[] {
    return order(plan(changes, at.state), this.#resolver, this.#onCycle);
  }

  /** Registers a handler. Returns a function that removes it. Both take effect with the next operation. */
  handle(handler: Handler): () => void {
    return this.bus.subscribe(toSubscriber(handler));
  }

  /** Registers an observer of the events whose kind matches a pattern. Returns a function that removes it. */
  observe(pattern: string, observe: (event: BusEvent) => void): () => void {
    return this.bus.observe(pattern, observe);
  }

  /** Registers where entries name their dependencies. @throws {RegistryError} `invalid`, if its path is empty. */
  registerPattern(pattern: DependencyPattern): void {
    this.#resolver.register(pattern);
  }

  /**
   * Makes changes, all or none, and saves them as a new version, which becomes head. Changes that change nothing create
   * no version. Changes that were computed from what the registry holds belong into `edit`, unless `base` says what they
   * were computed from.
   *
   * @returns The new version; the current one, if nothing changed.
   * @throws {ConflictError} If head is not the version that this registry is at, or that is not `base`.
   * @throws {RegistryError} Why it failed, after everything was undone: `rejected`, `timeout`, `canceled`, ...
   * @throws {UndoError} If something could not be undone.
   */
  apply(changes: Iterable<Change>, options: WriteOptions = {}): Promise<Version> {
    return this.#alone(options.signal, async () => {
      const { state, version: base } = this.#transitions;
      this.#transitions.checkInStep();
      if (options.base !== undefined && options.base !== base.id) throw new ConflictError(options.base, base.id);
      const operations = this.plan(changes);
      if (operations.length === 0) return base;
      const { version: head } = await this.history.head();
      if (head !== base.id) throw new ConflictError(base.id, head);
      let saved = base;
      return await this.#transitions.make("apply", { version: base, state: state.apply(operations), operations }, {
        signal: options.signal,
        save: async () => saved = await this.history.save({ base: base.id, operations, ...signatureOf(options) }),
        unsave: () => this.history.setHead(base.id, saved.id, notCommitted(saved.id)),
      });
    });
  }

  /**
   * Makes changes that depend on the entries at head, all or none, and saves them as a new version. No other change comes
   * between: where another registry moves head first, they are made again on the new head.
   *
   * A registry that is not at head goes there in the same transaction, also if nothing else changes, and where the changes
   * are rejected for what is at head.
   *
   * @param make Returns the changes to the entries at head, and makes none itself. What it throws is thrown.
   * @returns The new version; head, if nothing changed.
   * @throws {ConflictError} If head is not `base`.
   * @throws {RegistryError} As `apply`; `unavailable`, if others moved head in every attempt for as long as a handler
   *   may take.
   */
  edit(
    make: (head: Snapshot) => Iterable<Change> | Promise<Iterable<Change>>,
    options: WriteOptions = {},
  ): Promise<Version> {
    return this.#aloneUntilSaved(options, async (head) => {
      const plan = await this.#planTo(head);
      const at = new Snapshot(head, plan?.state ?? this.#transitions.state);
      const goToHead = async () =>
        plan === undefined ? this.#transitions.version : await this.#transitions.make("follow", plan, options);
      let operations: Operation[];
      try {
        operations = this.plan(await make(at), at);
      } catch (error) {
        // the caller reads here what it has just been told
        await goToHead().catch(() => {});
        throw error;
      }
      if (operations.length === 0) return await goToHead();
      let saved = head;
      return await this.#transitions.make("apply", {
        version: this.#transitions.version,
        state: at.state.apply(operations),
        operations: plan === undefined
          ? operations
          : order(squash([plan.operations, operations]), this.#resolver, this.#onCycle),
      }, {
        signal: options.signal,
        save: async () => {
          const version = await this.history.save({ base: head, operations, ...signatureOf(options) });
          saved = version.id;
          return version;
        },
        unsave: () => this.history.setHead(head, saved, notCommitted(saved)),
      });
    });
  }

  /**
   * Loads a version, replayed from the baseline, whatever the state is now. It creates no version and does not move
   * head. Used at the start, with the handlers registered, and to repair a registry after an `UndoError`.
   *
   * @param version Default head.
   * @throws {RegistryError} As `apply`; `not_found`, if the version is unknown.
   */
  load(version?: number, options: { readonly signal?: AbortSignal } = {}): Promise<Version> {
    return this.#alone(options.signal, async () => {
      const { checkpoint } = this.#transitions;
      const next = await (version === undefined
        ? this.#navigator.toHead(checkpoint)
        : this.#navigator.replay(version, checkpoint));
      return await this.#transitions.make("load", next, options);
    });
  }

  /**
   * Tries whether the handlers accept a version: has them carry out what leads there, and undoes it. Nothing is changed.
   *
   * @throws {RegistryError} As `load`: why they do not.
   */
  check(version: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.#alone(options.signal, async () => {
      const plan = await this.#navigator.to(version, this.#transitions.checkpoint);
      const accepted = new Error(`v${version} was accepted`);
      try {
        await this.#transitions.make("load", plan, { ...options, save: () => Promise.reject(accepted) });
      } catch (error) {
        if (error !== accepted) throw error;
      }
    });
  }

  /**
   * Has the handlers carry out entries once more, as updates by themselves, because what the handlers make of them has
   * changed. It creates no version.
   *
   * @param ids The entries; those that do not exist are skipped.
   * @throws {RegistryError} As `apply`.
   */
  refresh(ids: Iterable<IdLike>, options: { readonly signal?: AbortSignal } = {}): Promise<Version> {
    return this.#alone(options.signal, async () => {
      const { state, version } = this.#transitions;
      this.#transitions.checkInStep();
      const operations = [...ids].flatMap((id): Operation[] => {
        const entry = state.get(id);
        return entry === undefined ? [] : [{ kind: "update", id: entry.id, entry, original: entry }];
      });
      if (operations.length === 0) return version;
      const ordered = order(operations, this.#resolver, this.#onCycle);
      return await this.#transitions.make("refresh", { version, state, operations: ordered }, options);
    });
  }

  /**
   * Goes to head, where another registry may have moved it, or to a given version.
   *
   * @param version Default head, read when the transitions before this one have ended: never an older one.
   * @throws {RegistryError} As `apply`; `not_found`, if the version is unknown.
   */
  follow(version?: number, options: { readonly signal?: AbortSignal } = {}): Promise<Version> {
    const go = async (to: number) => {
      const plan = await this.#planTo(to);
      return plan === undefined ? this.#transitions.version : await this.#transitions.make("follow", plan, options);
    };
    return version === undefined ? this.#aloneUntilSaved(options, go) : this.#alone(options.signal, () => go(version));
  }

  /**
   * Goes to a version and moves head there, wherever it is. It creates no version.
   *
   * @throws {ConflictError} If head is not `base`.
   * @throws {RegistryError} As `edit`; `not_found`, if the version is unknown.
   */
  jump(version: number, options: WriteOptions = {}): Promise<Version> {
    return this.#aloneUntilSaved(options, async (head) => {
      const { checkpoint } = this.#transitions;
      const save = async () => void await this.history.setHead(version, head, signatureOf(options));
      if (checkpoint.version === version) {
        if (head !== version) await save();
        return this.#transitions.version;
      }
      return await this.#transitions.make("jump", await this.#navigator.to(version, checkpoint), {
        signal: options.signal,
        save,
        unsave: () => this.history.setHead(head, version, notCommitted(version)),
      });
    });
  }

  /** Waits for the transition that is under way, and closes the history. */
  async close(): Promise<void> {
    await this.#transitions.alone(undefined, async () => {
      if (this.#closed) return;
      this.#closed = true;
      await this.history.close();
    });
  }

  /** Closes the registry, as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #alone<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    return this.#transitions.alone(signal, () => {
      if (this.#closed) throw new RegistryError("unavailable", "the registry is closed");
      return work();
    });
  }

  /**
   * Runs a function with head while no other transition is under way, and again where another registry moves head before
   * the function has saved what it wants to save.
   */
  #aloneUntilSaved<T>({ signal, base }: WriteOptions, work: (head: number) => Promise<T>): Promise<T> {
    return this.#alone(signal, async () => {
      const deadline = performance.now() + this.#timeout;
      for (;;) {
        const { version: head } = await this.history.head();
        if (base !== undefined && base !== head) throw new ConflictError(base, head);
        try {
          return await work(head);
        } catch (error) {
          // a version that was head may have been folded since
          const moved = error instanceof ConflictError || isNotFound(error) && (await this.head()).version !== head;
          if (!moved || base !== undefined) throw error;
          if (performance.now() < deadline) continue;
          throw new RegistryError("unavailable", `others moved head in every attempt for ${this.#timeout / 1000} s`, {
            cause: error,
          });
        }
      }
    });
  }

  /** Plans the way from where this registry is to a version. Returns undefined if it is there already. */
  async #planTo(version: number): Promise<Plan | undefined> {
    const { checkpoint } = this.#transitions;
    return checkpoint.version === version ? undefined : await this.#navigator.to(version, checkpoint);
  }

  readonly #onCycle = (ids: readonly Id[]) => this.#warn(`entries depend on each other: ${ids.join(", ")}`);
}

function notCommitted(version: number): Signature {
  return { message: `v${version} could not be committed` };
}
