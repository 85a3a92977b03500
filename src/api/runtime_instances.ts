import type { Presence, RuntimeInstance } from "../presence/mod.ts";
import type { RuntimeReport } from "../runtime/mod.ts";

/** The maximum age of the last report of a live runtime, in milliseconds. */
export const LIVE = 15_000;

/** A runtime, as of its last report to the store. */
export type ReportedRuntime = Omit<RuntimeInstance, "data"> & { readonly report: RuntimeReport };

/** Returns the runtimes that have registered with a store and not deregistered, sorted by namespace. */
export async function runtimeInstances(presence: Presence): Promise<ReportedRuntime[]> {
  const instances = await presence.instances();
  return instances
    .map(({ data, ...rest }) => ({ ...rest, report: data as unknown as RuntimeReport }))
    .sort((a, b) => a.report.namespace < b.report.namespace ? -1 : a.report.namespace > b.report.namespace ? 1 : 0);
}

/** Returns the live runtimes that run one of the namespaces. */
export async function liveRuntimes(presence: Presence, namespaces: ReadonlySet<string>): Promise<ReportedRuntime[]> {
  return (await runtimeInstances(presence)).filter(({ age, report }) =>
    age <= LIVE && namespaces.has(report.namespace)
  );
}
