import { type Registry, type Version, VersionTree } from "../registry/mod.ts";
import { asError } from "../value/mod.ts";

/** What a search for a version that can run needs to know. */
export interface RunnableSearch {
  registry: Pick<Registry, "versions" | "check">;
  /** The version that cannot be loaded. */
  head: number;
  /** The version that was accepted last, if that is known. */
  accepted: number | undefined;
}

/** The result of a search for a version that can run. */
export interface Runnable {
  /** The version; undefined if none of those that were tried can run. */
  version: number | undefined;
  /** How many versions were tried. */
  tried: number;
  /** Why the oldest of those that cannot run cannot, if one was tried. */
  error: Error | undefined;
}

/**
 * Searches the ancestors of a version that cannot be loaded for one that can: the one that was accepted last, or else
 * the newest, under the assumption that versions can run up to one of them. Tries a number of versions that grows with
 * the logarithm of the number of ancestors, and has none of them run.
 */
export async function findRunnable({ registry, head, accepted }: RunnableSearch): Promise<Runnable> {
  const ancestors = lineage(await registry.versions(), head);
  const result: Runnable = { version: undefined, tried: 0, error: undefined };
  const known = new Map<number, boolean>();
  const runs = async (version: number): Promise<boolean> => {
    const before = known.get(version);
    if (before !== undefined) return before;
    result.tried++;
    const runs = await registry.check(version).then(() => true, (thrown) => {
      result.error = asError(thrown);
      return false;
    });
    known.set(version, runs);
    return runs;
  };
  if (accepted !== undefined && ancestors.includes(accepted) && await runs(accepted)) {
    return { ...result, version: accepted };
  }
  // steps of growing size to one that runs, then back towards head by halves
  let [bad, good] = [-1, 0];
  while (good < ancestors.length && !await runs(ancestors[good]!)) {
    bad = good;
    if (good === ancestors.length - 1) return result;
    good = Math.min(good * 2 + 1, ancestors.length - 1);
  }
  while (good - bad > 1) {
    const middle = (good + bad) >> 1;
    if (await runs(ancestors[middle]!)) good = middle;
    else bad = middle;
  }
  return { ...result, version: ancestors[good] };
}

/** Returns the ancestors of a version, the newest first. */
function lineage(versions: readonly Version[], head: number): number[] {
  const tree = new VersionTree(versions);
  const ancestors: number[] = [];
  for (let { parent } = tree.get(head); parent !== undefined; { parent } = tree.get(parent)) ancestors.push(parent);
  return ancestors;
}
