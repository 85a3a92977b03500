import {
  type Change,
  change,
  ConflictError,
  type Operation,
  type Signature,
  signatureOf,
  type Snapshot,
  type Version,
} from "../registry/mod.ts";
import type { Diagnostic } from "../spec/mod.ts";
import { type OperationReport, reportOperations } from "./difference.ts";
import { HeadMovedError } from "./errors.ts";
import type { BrokenLink } from "./links.ts";
import { liveRuntimes, type ReportedRuntime } from "./runtime_instances.ts";
import type { Target } from "./target.ts";

/** Options of every call that changes a store. */
export interface ChangeOptions extends Signature {
  /** The version that must be head. Default: any; if another writer is faster, the change is planned again. */
  readonly base?: number | undefined;
  /** Whether to plan the change without making it. Default false. */
  readonly dryRun?: boolean | undefined;
}

/** What a change did, or would do. */
export interface ChangeReport {
  /** The version that is head now; of a dry run, the version that the change would be made to. */
  readonly version: Version;
  /** Whether a version was created or head moved. */
  readonly changed: boolean;
  /** The operations that were made; of a dry run, those that would be made. Empty if nothing changes. */
  readonly operations: readonly OperationReport[];
  /** The warnings about the specs. */
  readonly warnings: readonly Diagnostic[];
  /** The links that the change broke; it was allowed to. */
  readonly brokenLinks: readonly BrokenLink[];
  /**
   * Whether nothing changed, but runtimes that had rejected head were told to try it again: what failed for a reason outside
   * of the specs may work now.
   */
  readonly retried: boolean;
  /**
   * The runtimes that run a changed namespace, or that try head again, as of before the change: those that `awaitRollout`
   * waits for.
   */
  readonly runtimes: readonly ReportedRuntime[];
}

/** The operations of a change, with what there is to say about them. */
export interface ChangePlan {
  readonly operations: readonly Operation[];
  /** The namespaces whose runtimes try head again if nothing changes and they have rejected it. */
  readonly namespaces: ReadonlySet<string>;
  readonly warnings?: readonly Diagnostic[];
  readonly brokenLinks?: readonly BrokenLink[];
}

/** Plans a change of the entries at head. Called again if another writer was faster. */
export type ChangePlanner = (head: Snapshot) => Promise<ChangePlan> | ChangePlan;

/**
 * Plans a change of a store and, unless it is a dry run or changes nothing, saves it as a new version.
 *
 * @throws {HeadMovedError} If head is not `base`.
 */
export async function changeStore(target: Target, options: ChangeOptions, plan: ChangePlanner): Promise<ChangeReport> {
  const { registry, store } = target;
  const { base, dryRun = false } = options;
  let planned: ChangePlan | undefined;
  let runtimes: readonly ReportedRuntime[] = [];
  const make = async (head: Snapshot) => {
    planned = await plan(head);
    runtimes = await liveRuntimes(store.presence, namespacesOf(planned));
    return dryRun ? [] : planned.operations.map(toChange);
  };
  const signature = signatureOf(options);
  const version = await registry.edit(make, { ...signature, ...base !== undefined && { base } }).catch(explainMove);
  return await reportOf(target, options, { ...planned!, version, runtimes });
}

/** Returns the report of a change that was made, and has the runtimes that rejected head try it again if it made none. */
export async function reportOf(
  { store }: Target,
  { dryRun = false, ...options }: ChangeOptions,
  { operations, warnings = [], brokenLinks = [], version, ...made }:
    & ChangePlan
    & Pick<ChangeReport, "version" | "runtimes">,
): Promise<ChangeReport> {
  const changed = !dryRun && operations.length > 0;
  const rejecting = made.runtimes.filter(({ report }) => report.rejected?.version === version.id);
  const retried = !dryRun && !changed && rejecting.length > 0;
  if (retried) {
    // a move to the same version wakes them; if head has moved on, that does
    await store.history.setHead(version.id, version.id, signatureOf(options)).catch((error) => {
      if (!(error instanceof ConflictError)) throw error;
    });
  }
  const runtimes = retried ? rejecting : made.runtimes;
  return { version, changed, retried, operations: reportOperations(operations), warnings, brokenLinks, runtimes };
}

/** Returns the namespaces whose runtimes a change concerns. */
export function namespacesOf({ operations, namespaces }: ChangePlan): ReadonlySet<string> {
  return operations.length > 0 ? new Set(operations.map(({ id }) => id.namespace)) : namespaces;
}

/** Throws the error of a conflict as one that names versions for people, and any other as it is. */
export function explainMove(error: unknown): never {
  throw error instanceof ConflictError ? new HeadMovedError(error.expected, error.actual) : error;
}

function toChange(operation: Operation): Change {
  return operation.kind === "delete" ? change.delete(operation.id) : change[operation.kind](operation.entry);
}
