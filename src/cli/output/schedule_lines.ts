import type { InstanceStatus } from "../../api/mod.ts";
import { tableLines } from "./table.ts";

/** What is shown of a runtime that has nodes that run at times. */
export type ScheduledRuntime = Pick<InstanceStatus, "namespace" | "pid" | "schedules">;

/**
 * Returns a table of the nodes that run at times, with their next run. Of those of a name one runtime knows when that
 * is; where none does, none has reported since it has begun to run the node.
 */
export function scheduleLines(runtimes: readonly ScheduledRuntime[]): string[] {
  const rows = runtimes.flatMap(({ namespace, pid, schedules }) =>
    schedules.map(({ node, next }) => {
      const isElsewhere = runtimes.some((other) =>
        other.namespace === namespace && other.schedules.some((one) => one.node === node && one.next !== null)
      );
      return [namespace, String(pid), node, next ?? (isElsewhere ? "by another runtime" : "not reported yet")];
    })
  );
  return rows.length === 0 ? [] : tableLines(["NAMESPACE", "PID", "NODE", "NEXT RUN"], rows);
}
