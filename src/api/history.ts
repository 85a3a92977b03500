import type { Pruned, Version } from "../registry/mod.ts";
import type { Target } from "./target.ts";

/** A version in the history of a store. */
export interface VersionReport extends Version {
  /** Whether it is head. */
  readonly head: boolean;
}

/** Returns all versions, newest first. */
export async function history({ registry }: Target): Promise<VersionReport[]> {
  const { version: head } = await registry.head();
  return (await registry.versions())
    .map((version) => ({ ...version, head: version.id === head }))
    .sort((a, b) => b.id - a.id);
}

/**
 * Folds the versions older than a version or a time into one. Ancestors of versions that remain are kept. The specs do
 * not change, but a rollback past the folded versions is no longer possible.
 */
export function prune({ registry }: Target, before: number | Date): Promise<Pruned> {
  return registry.history.prune(before);
}
