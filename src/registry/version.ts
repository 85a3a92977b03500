import { RegistryError } from "./errors.ts";

/** A version of the entries, stored with the operations that led to it. Immutable. */
export interface Version {
  /** Counts from 1 and is never used twice; 0 is the empty state that every history begins with. */
  readonly id: number;
  /** The version it was made from; absent for the version that the history begins with. */
  readonly parent?: number;
  /** When it was made. */
  readonly time: Date;
  /** Who made it. */
  readonly author?: string;
  /** Why it was made. */
  readonly message?: string;
  /** The number of operations that led to it from its parent. */
  readonly operations: number;
}

/** The versions of a history as a tree, each node linked to its parent. */
export class VersionTree {
  readonly #versions: ReadonlyMap<number, Version>;

  /** Makes a tree of versions. */
  constructor(versions: Iterable<Version>) {
    this.#versions = new Map(Array.from(versions, (version) => [version.id, version]));
  }

  /** Returns a version. @throws {RegistryError} `not_found`, if it is unknown. */
  get(id: number): Version {
    const version = this.#versions.get(id);
    if (version === undefined) throw unknownVersion(id);
    return version;
  }

  /**
   * Returns the newest version that is an ancestor of both, or one of them.
   *
   * @throws {RegistryError} `not_found`, if one is unknown or they have no version in common.
   */
  commonAncestor(a: number, b: number): Version {
    const above = new Set(this.#lineage(a));
    for (const version of this.#lineage(b)) if (above.has(version)) return version;
    throw new RegistryError("not_found", `v${a} and v${b} have no common ancestor`);
  }

  /**
   * Returns the versions on the shortest path, without the first: up to the common ancestor, then down. Empty if both are
   * the same.
   *
   * @example
   * ```ts
   * import { MemoryHistory, VersionTree } from "@weft/weft/registry";
   * import { assertEquals } from "@std/assert";
   *
   * const history = new MemoryHistory();
   * for (let base = 0; base < 3; base++) await history.save({ base, operations: [] });
   * const tree = new VersionTree(await history.versions());
   * assertEquals(tree.path(0, 3).map(({ id }) => id), [1, 2, 3]);
   * assertEquals(tree.path(3, 1).map(({ id }) => id), [2, 1]);
   * ```
   * @throws {RegistryError} `not_found`, as `commonAncestor`.
   */
  path(from: number, to: number): Version[] {
    const { up, down } = this.route(from, to);
    return [...up.map(({ parent }) => this.get(parent!)), ...down];
  }

  /**
   * Returns the same path as the versions whose changes are reversed, in that order, and those whose changes follow.
   *
   * @throws {RegistryError} `not_found`, as `commonAncestor`.
   */
  route(from: number, to: number): { up: Version[]; down: Version[] } {
    const common = this.commonAncestor(from, to);
    return { up: this.#below(common, from), down: this.#below(common, to).reverse() };
  }

  #below(ancestor: Version, id: number): Version[] {
    const versions: Version[] = [];
    for (const version of this.#lineage(id)) {
      if (version === ancestor) break;
      versions.push(version);
    }
    return versions;
  }

  /** Yields the version, its parent, and so on. */
  *#lineage(id: number): Iterable<Version> {
    let at: Version | undefined = this.get(id);
    while (at !== undefined) {
      yield at;
      at = at.parent === undefined ? undefined : this.#versions.get(at.parent);
    }
  }
}

/** Returns the error for a version that is not, or no longer, in the history. */
export function unknownVersion(id: number): RegistryError {
  return new RegistryError("not_found", `unknown version v${id}`, { details: { version: id } });
}

/** Returns the error for the version that begins the history: its changeset is folded into the baseline. */
export function beginsHistory(id: number): RegistryError {
  return new RegistryError("not_found", `the history begins with v${id}`, { details: { version: id } });
}
