/** The calls that work on a store alone: they need no kinds, which take half a second to load. */
export type { ChangeOptions, ChangeReport } from "../change.ts";
export { diff, type DiffOptions, type VersionDiff } from "../diff.ts";
export { type FieldChange, type OperationReport, reportOperations } from "../difference.ts";
export { BrokenLinksError, HeadMovedError, SpecsError } from "../errors.ts";
export { find, type FindOptions, get, type GetOptions } from "../find.ts";
export { history, prune, type VersionReport } from "../history.ts";
export { type BrokenLink, describeBroken } from "../links.ts";
export { remove, type RemoveOptions, type Selection } from "../remove.ts";
export { resolveVersion } from "../resolve_version.ts";
export { rollback, type RollbackOptions } from "../rollback.ts";
export { awaitRollout, type Rollout, type RolloutState } from "../rollout.ts";
export { type InstanceState, type InstanceStatus, status, type StatusOptions, type StoreStatus } from "../status.ts";
export { openTarget, type OpenTargetOptions, type Target, targetOn } from "../target.ts";
