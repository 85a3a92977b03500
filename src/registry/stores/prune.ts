import type { Version } from "../version.ts";

/** The versions to remove, and the version that the history then begins with. */
export interface PrunePlan {
  readonly root: number;
  /** Ascending. */
  readonly removed: readonly number[];
}

/**
 * Plans `History.prune`: the new root is the newest version that is, or is an ancestor of, head and every newer version.
 * Whatever does not descend from it is removed, as are old branches without newer versions.
 *
 * @param versions All of them, by ascending id.
 */
export function planPrune(versions: readonly Version[], head: number, before: Date | number): PrunePlan {
  const isOld = ({ id, time }: Version) => typeof before === "number" ? id < before : time < before;
  const open = new Set(versions.filter((version) => version.id === head || !isOld(version)).map(({ id }) => id));
  const kept = new Set<number>();
  let root = head;
  // A parent has a lower id than its children: walking back, the only version left is the ancestor of all seen before.
  for (const { id, parent } of versions.toReversed()) {
    if (!open.delete(id)) continue;
    kept.add(id);
    root = id;
    if (open.size === 0) break;
    if (parent !== undefined) open.add(parent);
  }
  return { root, removed: versions.filter(({ id }) => !kept.has(id)).map(({ id }) => id) };
}
