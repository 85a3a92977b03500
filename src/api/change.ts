import { type Change, change, type Operation, type Registry, type Signature, type Version } from "../registry/mod.ts";
import type { Diagnostic } from "../spec/mod.ts";
import { type OperationReport, reportOperations } from "./difference.ts";
import type { BrokenLink } from "./links.ts";
import { liveRuntimes, type ReportedRuntime } from "./runtime_instances.ts";
import type { Target } from "./target.ts";
import { write } from "./write.ts";

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
  /** The runtimes that run a changed namespace, as of before the change: those that `awaitRollout` waits for. */
  readonly runtimes: readonly ReportedRuntime[];
}

/** The operations of a change, with what there is to say about them. */
export interface ChangePlan {
  readonly operations: readonly Operation[];
  readonly warnings?: readonly Diagnostic[];
  readonly brokenLinks?: readonly BrokenLink[];
}

/** A change of a store. */
export interface StoreChange {
  /** Plans the operations on the current state of the registry. Called again if another writer was faster. */
  plan(): Promise<ChangePlan> | ChangePlan;
  /** Saves the operations. Default: as a new version. */
  save?(operations: readonly Operation[], options: Signature & { base: number }): Promise<Version>;
}

/** Plans a change of a store and, unless it is a dry run or changes nothing, saves it. */
export async function changeStore(
  { registry, store }: Target,
  { base, dryRun = false, author, message }: ChangeOptions,
  { plan, save = saveVersion(registry) }: StoreChange,
): Promise<ChangeReport> {
  return await write(registry, base, async () => {
    const { operations, warnings = [], brokenLinks = [] } = await plan();
    const before = registry.version;
    const namespaces = new Set(operations.map(({ id }) => id.namespace));
    const runtimes = await liveRuntimes(store.presence, namespaces);
    const changed = !dryRun && operations.length > 0;
    const signature = { ...author !== undefined && { author }, ...message !== undefined && { message } };
    const version = changed ? await save(operations, { ...signature, base: before.id }) : before;
    return { version, changed, operations: reportOperations(operations), warnings, brokenLinks, runtimes };
  });
}

function toChange(operation: Operation): Change {
  return operation.kind === "delete" ? change.delete(operation.id) : change[operation.kind](operation.entry);
}

function saveVersion(registry: Registry): NonNullable<StoreChange["save"]> {
  return (operations, options) => registry.apply(operations.map(toChange), options);
}
