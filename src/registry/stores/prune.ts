import type { Version } from "../version.ts";

/** Which versions go, and which one the history begins with then. */
export interface PrunePlan {
  readonly root: number;
  /** Ascending. */
  readonly removed: readonly number[];
}

/**
 * Plans what `History.prune` does: the new root is the newest version that head and all newer versions descend from,
 * or are. What does not descend from it goes, and so do old branches that led nowhere.
 *
 * @param versions All of them, by ascending id.
 */
export function planPrune(versions: readonly Version[], head: number, before: Date | number): PrunePlan {
  const isOld = ({ id, time }: Version) => typeof before === "number" ? id < before : time < before;
  const open = new Set(versions.filter((version) => version.id === head || !isOld(version)).map(({ id }) => id));
  const kept = new Set<number>();
  let root = head;
  // A parent has a lower id than its children: from the end, whoever is the only one left is the ancestor of all before.
  for (const { id, parent } of versions.toReversed()) {
    if (!open.delete(id)) continue;
    kept.add(id);
    root = id;
    if (open.size === 0) break;
    if (parent !== undefined) open.add(parent);
  }
  return { root, removed: versions.filter(({ id }) => !kept.has(id)).map(({ id }) => id) };
}
