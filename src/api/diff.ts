import { type OperationReport, reportOperations } from "./difference.ts";
import type { Target } from "./target.ts";

/** Options of `diff`. */
export interface DiffOptions {
  /** Default: the parent of head, or head if it has none. */
  readonly from?: number | undefined;
  /** Default head. */
  readonly to?: number | undefined;
  /** The only namespace to look at. Default: all. */
  readonly namespace?: string | undefined;
}

/** The difference of two versions. */
export interface VersionDiff {
  /** The version to compare from. */
  readonly from: number;
  /** The version to compare to. */
  readonly to: number;
  /** The fewest operations that lead from one to the other. */
  readonly operations: readonly OperationReport[];
}

/** Returns the difference of two versions. @throws {RegistryError} `not_found`, if one is unknown. */
export async function diff({ registry }: Target, { from, to, namespace }: DiffOptions = {}): Promise<VersionDiff> {
  const head = registry.version;
  const between = { from: from ?? head.parent ?? head.id, to: to ?? head.id };
  const all = await registry.delta(between.from, between.to);
  const own = all.filter(({ id }) => (namespace ?? id.namespace) === id.namespace);
  return { ...between, operations: reportOperations(own) };
}
