import { type Version, VersionTree } from "./version.ts";

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
  const tree = new VersionTree(versions);
  const kept = new Set<number>();
  let root = tree.get(head);
  for (const { id, time } of versions) {
    const old = typeof before === "number" ? id < before : time < before;
    if (id === head || !old) {
      root = tree.commonAncestor(root.id, id);
      kept.add(id);
    }
  }
  kept.add(root.id);
  // A parent has a lower id than its children, so one pass from the end keeps every ancestor up to the root.
  for (const { id, parent } of versions.toReversed()) {
    if (id !== root.id && parent !== undefined && kept.has(id)) kept.add(parent);
  }
  return { root: root.id, removed: versions.filter(({ id }) => !kept.has(id)).map(({ id }) => id) };
}
