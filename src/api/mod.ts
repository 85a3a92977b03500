/**
 * What can be done with a store and the runtimes on it, as calls that take and return values: apply, plan, remove,
 * rollback, diff, history, find, status, watch. The command, the admin server and programs that embed Weft are its
 * clients; it prints nothing.
 */
export { apply, type ApplyOptions, type ApplyReport, plan } from "./apply.ts";
export type { ChangeOptions, ChangeReport } from "./change.ts";
export { check, type CheckOptions, type CheckReport, type ConnectOptions } from "./check.ts";
export { diff, type DiffOptions, type VersionDiff } from "./diff.ts";
export { type FieldChange, type OperationReport, reportOperations } from "./difference.ts";
export { BrokenLinksError, HeadMovedError, SpecsError } from "./errors.ts";
export { find, type FindOptions, get, type GetOptions } from "./find.ts";
export { history, prune, type VersionReport } from "./history.ts";
export { type ImportedFile, type ImportReport, importUniflow } from "./import_uniflow.ts";
export { type BrokenLink, describeBroken } from "./links.ts";
export {
  checkModule,
  type CheckModuleOptions,
  type ModuleCheck,
  type ModuleReport,
  type ModuleRequirement,
  modules,
} from "./modules.ts";
export { remove, type RemoveOptions, type Selection } from "./remove.ts";
export { resolveVersion } from "./resolve_version.ts";
export { rollback, type RollbackOptions } from "./rollback.ts";
export type { ReportedRuntime } from "./runtime_instances.ts";
export { awaitRollout, type Rollout, type RolloutState } from "./rollout.ts";
export { runNode, type RunNodeOptions } from "./run_node.ts";
export { type SpecFile, type SpecObject, type Specs } from "./specs.ts";
export { type InstanceState, type InstanceStatus, status, type StatusOptions, type StoreStatus } from "./status.ts";
export { openTarget, type OpenTargetOptions, type Target, targetOn } from "./target.ts";
export { type Evaluator, evaluator, lenientEvaluator } from "./templates.ts";
export { type RuntimeStatus, runtimeStatus } from "./runtime_status.ts";
export { watch, type WatchEvent, type WatchOptions } from "./watch.ts";
