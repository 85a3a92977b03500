import type { Value } from "../../value/mod.ts";

/** What a workflow may ask of the engine that runs it. A call that is rejected throws the reason. */
export interface System {
  /** Adds specs: a spec or a list. Answers those that were made, their ids filled in. */
  createNodes(specs: Value): Promise<Value>;
  /** The specs of all namespaces; with examples (a map or a list of maps), those that are like one of them. */
  readNodes(examples: Value): Promise<Value>;
  /** Puts the given fields into specs, found by id or by namespace and name. Answers them as they are then. */
  updateNodes(specs: Value): Promise<Value>;
  /** Removes specs: all, or those that are like one of the examples. Answers those that were removed. */
  deleteNodes(examples: Value): Promise<Value>;
  /** All versions, oldest first. */
  readVersions(): Promise<Value>;
  /** Goes to a version: its number, or a map with `version`. Answers the version. */
  rollbackVersion(version: Value): Promise<Value>;
  /** The processes that are open. */
  readProcesses(): Promise<Value>;
  /** The symbols of the newest generation. */
  readSymbols(): Promise<Value>;
  /** The executors. */
  readExecutors(): Promise<Value>;
}
