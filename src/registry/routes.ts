import { RegistryError } from "./errors.ts";
import type { History } from "./history.ts";
import { delta } from "./delta.ts";
import { type Operation, reverse } from "./operation.ts";
import { type OnCycle, order } from "./order.ts";
import type { Resolver } from "./resolver.ts";
import { squash } from "./squash.ts";
import { State } from "./state.ts";
import { unknownVersion, type Version, VersionTree } from "./version.ts";

/** A state and the version that it belongs to. */
export interface Place {
  readonly state: State;
  /** Undefined, if the state is no version's. */
  readonly version: number | undefined;
}

/** How to get from one place to another. */
export interface Way {
  readonly version: Version;
  readonly state: State;
  readonly operations: readonly Operation[];
}

/** Finds the states of a history's versions, and the ways between them. */
export class Routes {
  readonly #history: History;
  readonly #resolver: Resolver;
  readonly #onCycle: OnCycle;

  constructor(history: History, resolver: Resolver, onCycle: OnCycle) {
    this.#history = history;
    this.#resolver = resolver;
    this.#onCycle = onCycle;
  }

  /**
   * The way to a version over the changesets between: reversed up to the common ancestor, then forward. The cost is
   * that of the changes. From a place that is in the history no more, by replay.
   *
   * @throws {RegistryError} `not_found`, if there is no such version.
   */
  async to(target: number, from: Place): Promise<Way> {
    if (from.version === undefined) return this.replay(target, from);
    const found = await this.#history.get(target);
    if (found === undefined) throw unknownVersion(target);
    const { version } = found;
    let changesets = [found.operations];
    if (version.parent !== from.version) {
      const tree = new VersionTree(await this.#history.versions());
      if (!tree.has(from.version)) return this.replay(target, from);
      const { up, down } = tree.route(from.version, target);
      const stored = await this.#history.changesets([...up, ...down].map(({ id }) => id));
      changesets = stored.map((operations, i) => i < up.length ? reverse(operations) : operations);
    }
    const squashed = squash(changesets);
    return {
      version,
      state: from.state.apply(squashed),
      operations: order(squashed, this.#resolver, this.#onCycle),
    };
  }

  /**
   * The way to a version as it is made from the baseline on. The cost is that of its whole history.
   *
   * @throws {RegistryError} `not_found`, if there is no such version; `internal`, if the history contradicts itself.
   */
  async replay(target: number, from: Place): Promise<Way> {
    const { version, state } = await this.#replayed(target);
    return { version, state, operations: delta(from.state, state, this.#resolver, this.#onCycle) };
  }

  async #replayed(target: number): Promise<{ version: Version; state: State }> {
    const baseline = await this.#history.baseline();
    const root = State.of(baseline.entries);
    // A history that keeps nothing but its beginning can tell that much.
    if (target === 0 && baseline.version === 0) return { version: BEGINNING, state: root };
    const tree = new VersionTree(await this.#history.versions());
    const { down } = tree.route(baseline.version, target);
    const changesets = await this.#history.changesets(down.map(({ id }) => id));
    try {
      return { version: tree.get(target), state: root.apply(squash(changesets)) };
    } catch (cause) {
      throw new RegistryError("internal", `the history of v${target} contradicts itself`, { cause });
    }
  }
}

/** The version of an empty registry. */
export const BEGINNING: Version = { id: 0, time: new Date(0), operations: 0 };
