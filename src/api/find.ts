import type { Entry, QueryLike, Snapshot } from "../registry/mod.ts";
import { findNamed, isSpec } from "./spec_names.ts";
import type { Target } from "./target.ts";

/** Options of `find`. */
export interface FindOptions {
  /** The only namespace to look at. Default: all. */
  readonly namespace?: string | undefined;
  /** The version to look at. Default: the one that the target is at, which is head. */
  readonly version?: number | undefined;
}

/** Options of `get`. */
export interface GetOptions extends FindOptions {
  /** Names of specs in the namespace (default: that of the target, else `default`), `namespace:name`, or ids. Default: all specs. */
  readonly names?: readonly string[] | undefined;
}

/**
 * Returns the specs that match every criterion, ordered by namespace and name.
 *
 * @param query Criteria as objects or in their short form: `.kind=snippet`, `*meta.tags=backend`.
 * @throws {RegistryError} `invalid`, naming the criterion that is wrong; `not_found`, if the version is unknown.
 */
export async function find(target: Target, query: QueryLike, options: FindOptions = {}): Promise<Entry[]> {
  const { namespace } = options;
  const found = (await snapshotOf(target, options)).find(query);
  return found.filter((entry) => isSpec(entry) && (namespace ?? entry.id.namespace) === entry.id.namespace);
}

/**
 * Returns specs by their names, or all, ordered by namespace and name.
 *
 * @throws {RegistryError} `not_found`, if a name or the version is unknown.
 */
export async function get(target: Target, options: GetOptions = {}): Promise<Entry[]> {
  const { names = [], namespace } = options;
  const snapshot = await snapshotOf(target, options);
  if (names.length > 0) {
    return names.map((name) => findNamed(name, namespace ?? target.namespace ?? "default", snapshot));
  }
  return (namespace === undefined ? snapshot.entries() : snapshot.namespace(namespace)).filter(isSpec);
}

async function snapshotOf({ registry }: Target, { version }: FindOptions): Promise<Snapshot> {
  return version === undefined ? registry.snapshot() : await registry.stateAt(version);
}
