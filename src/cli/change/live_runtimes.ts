import type { Presence } from "../../presence/mod.ts";
import { type Registry, VersionTree } from "../../registry/mod.ts";
import type { RuntimeReport } from "../../runtime/mod.ts";

/** How long ago a runtime that lives may have been heard of last, in milliseconds. */
export const LIVE = 15_000;
/** How often it is looked for news, in milliseconds. */
const LOOK = 50;

/** A runtime as it was heard of last. */
export interface RuntimeInstance {
  id: string;
  report: RuntimeReport;
  time: Date;
  /** How long ago, in milliseconds. */
  age: number;
}

/** Returns the runtimes that are registered on a store, ordered by namespace. */
export async function heardRuntimes(presence: Presence): Promise<RuntimeInstance[]> {
  const heard = await presence.instances();
  return heard
    .map(({ data, ...rest }) => ({ ...rest, report: data as unknown as RuntimeReport }))
    .sort((a, b) => a.report.namespace < b.report.namespace ? -1 : a.report.namespace > b.report.namespace ? 1 : 0);
}

/** The runtimes that live and run one of the namespaces. */
export async function liveRuntimes(presence: Presence, namespaces: ReadonlySet<string>): Promise<RuntimeInstance[]> {
  return (await heardRuntimes(presence)).filter(({ age, report }) => age <= LIVE && namespaces.has(report.namespace));
}

/**
 * What became of a version at a runtime: `taken`; `refused`; `passed`, where head had moved on before it was taken;
 * `stopped`, where the runtime has ended meanwhile; `late`, where it has not answered in time.
 */
export type Reception = "taken" | "refused" | "passed" | "stopped" | "late";

/** A runtime and what became of a version there. */
export interface RuntimeOutcome {
  id: string;
  namespace: string;
  pid: number;
  /** The version that it runs. */
  version: number;
  state: Reception;
  /** Why it was refused. */
  reason?: string;
}

/**
 * Waits until runtimes have taken a version that head was moved to, or refused it.
 *
 * @param runtimes As they were heard of before head was moved.
 * @param timeout How long to wait, in milliseconds.
 */
export async function receptions(
  registry: Registry,
  presence: Presence,
  runtimes: readonly RuntimeInstance[],
  version: number,
  timeout: number,
): Promise<RuntimeOutcome[]> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const now = new Map((await heardRuntimes(presence)).map((runtime) => [runtime.id, runtime]));
    const { version: head } = await registry.head();
    // what was made from what matters only where somebody has moved head on
    const tree = new VersionTree(head === version ? [] : await registry.versions());
    const outcomes = runtimes.map((before) => outcome(before, now.get(before.id), { version, head, tree }));
    const left = deadline - performance.now();
    if (left <= 0 || outcomes.every(({ state }) => state !== "late")) return outcomes;
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK, left)));
  }
}

interface Goal {
  version: number;
  head: number;
  tree: VersionTree;
}

function outcome(before: RuntimeInstance, now: RuntimeInstance | undefined, goal: Goal): RuntimeOutcome {
  const { namespace, pid, version, refused } = (now ?? before).report;
  const about = { id: before.id, namespace, pid, version };
  if (now === undefined || now.age > LIVE) return { ...about, state: "stopped" };
  if (version === goal.version) return { ...about, state: "taken" };
  // a refusal from before was of an earlier try
  const fresh = now.time > before.time ? refused : undefined;
  if (fresh !== undefined && isIn(goal, fresh.version)) return { ...about, state: "refused", reason: fresh.reason };
  // where head has moved on, a runtime may never see the version: it is through when it has come to head
  if (goal.head === goal.version || version !== goal.head && fresh?.version !== goal.head) {
    return { ...about, state: "late" };
  }
  return { ...about, state: isIn(goal, version) ? "taken" : "passed" };
}

/** Whether a version is the one that is waited for, or was made from it. */
function isIn({ version, head, tree }: Goal, other: number): boolean {
  if (other === version || head === version) return other === version;
  try {
    return tree.commonAncestor(other, version).id === version;
  } catch {
    return false; // one was pruned meanwhile
  }
}
