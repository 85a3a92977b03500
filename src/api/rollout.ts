import { VersionTree } from "../registry/mod.ts";
import type { Rejection } from "../runtime/mod.ts";
import type { ChangeReport } from "./change.ts";
import { LIVE, type ReportedRuntime, runtimeInstances } from "./runtime_instances.ts";
import type { Target } from "./target.ts";

/** The pause between two looks at the store, in milliseconds. */
const POLL = 50;
/** How long to wait for runtimes by default, in milliseconds. */
const TIMEOUT = 10_000;

/**
 * The state of the rollout of a version to a runtime: `applied`; `rejected`; `superseded` if head moved on before the
 * runtime applied it; `stopped` if the runtime stopped in the meantime; `timed-out` if it did not respond in time.
 */
export type RolloutState = "applied" | "rejected" | "superseded" | "stopped" | "timed-out";

/** The rollout of a version to a runtime. */
export interface Rollout {
  /** The id of the runtime. */
  id: string;
  /** The namespace that it runs. */
  namespace: string;
  /** The id of its process in the operating system. */
  pid: number;
  /** The version that the runtime runs. */
  version: number;
  /** What became of the version. */
  state: RolloutState;
  /** Why the runtime rejected the version. */
  reason?: string;
}

/**
 * Waits until the runtimes of a change have applied or rejected its version.
 *
 * @param change What a change of the target returned.
 * @param timeout How long to wait, in milliseconds. Default 10 s.
 * @returns One rollout for each runtime; none if nothing was changed.
 */
export async function awaitRollout(
  { registry, store: { presence } }: Target,
  { changed, retried, version: { id: version }, runtimes }: ChangeReport,
  timeout = TIMEOUT,
): Promise<Rollout[]> {
  if (!changed && !retried) return [];
  const deadline = performance.now() + timeout;
  for (;;) {
    const now = new Map((await runtimeInstances(presence)).map((runtime) => [runtime.id, runtime]));
    const { version: head } = await registry.head();
    // ancestry only matters if another writer has moved head on
    const tree = new VersionTree(head === version ? [] : await registry.versions());
    const rollouts = runtimes.map((before) => rolloutOf(before, now.get(before.id), { version, head, tree }));
    const left = deadline - performance.now();
    if (left <= 0 || rollouts.every(({ state }) => state !== "timed-out")) return rollouts;
    await new Promise((resolve) => setTimeout(resolve, Math.min(POLL, left)));
  }
}

interface Goal {
  version: number;
  head: number;
  tree: VersionTree;
}

function rolloutOf(before: ReportedRuntime, now: ReportedRuntime | undefined, goal: Goal): Rollout {
  const { report } = now ?? before;
  const { namespace, pid, version } = report;
  const rollout = { id: before.id, namespace, pid, version };
  if (now === undefined || now.age > LIVE) return { ...rollout, state: "stopped" };
  if (version === goal.version) return { ...rollout, state: "applied" };
  // a rejection that was already reported belongs to an earlier attempt
  const rejected = isSameAttempt(before.report.rejected, report.rejected) ? undefined : report.rejected;
  if (rejected !== undefined && includesGoal(goal, rejected.version)) {
    return { ...rollout, state: "rejected", reason: rejected.reason };
  }
  // if head has moved on, the runtime may never see the version: it is done once it has dealt with head
  if (goal.head === goal.version || version !== goal.head && rejected?.version !== goal.head) {
    return { ...rollout, state: "timed-out" };
  }
  return { ...rollout, state: includesGoal(goal, version) ? "applied" : "superseded" };
}

function isSameAttempt(before: Rejection | undefined, now: Rejection | undefined): boolean {
  return before?.version === now?.version && before?.attempts === now?.attempts;
}

/** Reports whether a version is the goal or a descendant of it. */
function includesGoal({ version, head, tree }: Goal, other: number): boolean {
  if (other === version || head === version) return other === version;
  try {
    return tree.commonAncestor(other, version).id === version;
  } catch {
    return false; // one of them was pruned in the meantime
  }
}
