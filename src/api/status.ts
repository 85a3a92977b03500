import { LIVE, type ReportedRuntime, runtimeInstances } from "./runtime_instances.ts";
import type { Target } from "./target.ts";

/** Options of `status`. */
export interface StatusOptions {
  /** The only namespace to look at. Default: all. */
  readonly namespace?: string | undefined;
}

/**
 * The state of a runtime: `starting` until it has applied its first version, then `current` if it runs head, `rejected` if
 * it rejected head, `behind` if it has not applied head yet, `silent` if it has missed its heartbeats.
 */
export type InstanceState = "starting" | "current" | "rejected" | "behind" | "silent";

/** A runtime on a store, by its last report. */
export interface InstanceStatus {
  /** The id of the runtime. */
  readonly id: string;
  /** The namespace that it runs. */
  readonly namespace: string;
  /** The version that it runs. */
  readonly version: number;
  /** How it stands to head. */
  readonly state: InstanceState;
  /** Why it rejected head, if it did. */
  readonly reason: string | null;
  /** Seconds since its last report. */
  readonly age: number;
  /** The URLs of its listeners. */
  readonly urls: readonly string[];
  /** The nodes that run at times, and when next, as an ISO 8601 string; null if another runtime runs it. */
  readonly schedules: readonly { readonly node: string; readonly next: string | null }[];
  /** The id of its process in the operating system. */
  readonly pid: number;
  /** When it started, as an ISO 8601 string. */
  readonly started: string;
}

/** A store and the runtimes on it. */
export interface StoreStatus {
  /** The version in force. */
  readonly head: number;
  /** Sorted by namespace. */
  readonly runtimes: readonly InstanceStatus[];
}

/** Returns the head of a store, and which version each runtime on it runs. */
export async function status({ registry, store }: Target, { namespace }: StatusOptions = {}): Promise<StoreStatus> {
  const { version: head } = await registry.head();
  const runtimes = (await runtimeInstances(store.presence))
    .filter(({ report }) => (namespace ?? report.namespace) === report.namespace)
    .map((runtime) => instanceStatus(runtime, head));
  return { head, runtimes };
}

/** Returns the status of a runtime on a store with a head. */
export function instanceStatus({ id, age, report }: ReportedRuntime, head: number): InstanceStatus {
  const { namespace, version, trying, rejected, urls, schedules = [], pid, started } = report;
  const hasRejected = rejected?.version === head && version !== head;
  const hasNone = version === 0 && trying !== undefined;
  const live = hasNone ? "starting" : version === head ? "current" : hasRejected ? "rejected" : "behind";
  const state = age > LIVE ? "silent" : live;
  const reason = hasRejected ? rejected.reason : null;
  return { id, namespace, version, state, reason, age: age / 1000, urls, schedules, pid, started };
}
