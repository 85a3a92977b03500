import { delta } from "./delta.ts";
import { type OnCycle, order } from "./dependencies/order.ts";
import type { Resolver } from "./dependencies/resolver.ts";
import { isNotFound, RegistryError } from "./errors.ts";
import type { Baseline, History } from "./history.ts";
import { type Operation, reverse } from "./operation.ts";
import { squash } from "./squash.ts";
import { State } from "./state/state.ts";
import { unknownVersion, type Version, VersionTree } from "./version.ts";

/** A state with its version. */
export interface Checkpoint {
  readonly state: State;
  /** Undefined if the state is that of no version. */
  readonly version: number | undefined;
}

/** A way from a checkpoint to a version. */
export interface Plan {
  readonly version: Version;
  /** The state at that version. */
  readonly state: State;
  /** What leads there, in canonical order. */
  readonly operations: readonly Operation[];
}

/** Plans how to get from a checkpoint to any version of a history. */
export class VersionNavigator {
  readonly #history: History;
  readonly #resolver: Resolver;
  readonly #onCycle: OnCycle;

  constructor(history: History, resolver: Resolver, onCycle: OnCycle) {
    this.#history = history;
    this.#resolver = resolver;
    this.#onCycle = onCycle;
  }

  /**
   * Plans the way to a version over the changesets between: reversed up to the common ancestor, then forward. The cost
   * grows with the changes. From a checkpoint that is not in the history, or no longer, it replays.
   *
   * @throws {RegistryError} `not_found`, if the version is unknown.
   */
  async to(target: number, from: Checkpoint): Promise<Plan> {
    if (from.version === undefined) return this.replay(target, from);
    try {
      return await this.#over(target, from.version, from.state);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return await this.replay(target, from);
    }
  }

  /**
   * Plans the way to a version that is replayed from the baseline. The cost grows with its whole history.
   *
   * @throws {RegistryError} `not_found`, if the version is unknown; `internal`, if the history contradicts itself.
   */
  async replay(target: number, from: Checkpoint): Promise<Plan> {
    let baseline = await this.#history.baseline();
    for (;;) {
      try {
        const { version, state } = await this.#replayed(target, baseline);
        return { version, state, operations: delta(from.state, state, this.#resolver, this.#onCycle) };
      } catch (error) {
        // Another process may have folded what was to be replayed.
        const now = await this.#history.baseline();
        if (now.version === baseline.version) throw error;
        baseline = now;
      }
    }
  }

  /** Plans the way to head, by replay. */
  async toHead(from: Checkpoint): Promise<Plan> {
    let { version } = await this.#history.head();
    for (;;) {
      try {
        return await this.replay(version, from);
      } catch (error) {
        // Head may have moved on, and the version may have been folded.
        const now = await this.#history.head();
        if (now.version === version) throw error;
        ({ version } = now);
      }
    }
  }

  async #over(target: number, from: number, state: State): Promise<Plan> {
    const found = await this.#history.get(target);
    if (found === undefined) throw unknownVersion(target);
    const { version } = found;
    let changesets = [found.operations];
    if (version.parent !== from) {
      const { up, down } = new VersionTree(await this.#history.versions()).route(from, target);
      const stored = await this.#history.changesets([...up, ...down].map(({ id }) => id));
      changesets = stored.map((operations, i) => i < up.length ? reverse(operations) : operations);
    }
    const squashed = squash(changesets);
    return { version, state: state.apply(squashed), operations: order(squashed, this.#resolver, this.#onCycle) };
  }

  async #replayed(target: number, baseline: Baseline): Promise<{ version: Version; state: State }> {
    const root = State.of(baseline.entries);
    // Even a history that keeps no versions knows this one.
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
