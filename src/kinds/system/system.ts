import type { Process } from "../../flow/mod.ts";
import type { Value, ValueMap } from "../../value/mod.ts";

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
  /** Adds values: entries that hold data, of kind `registry.entry`. Otherwise as `createNodes`. */
  createValues(values: Value): Promise<Value>;
  /** The values of all namespaces; with examples, those that are like one of them. */
  readValues(examples: Value): Promise<Value>;
  /** Puts the given fields into values, found by namespace and name. Answers them as they are then. */
  updateValues(values: Value): Promise<Value>;
  /** Removes values: all, or those that are like one of the examples. Answers those that were removed. */
  deleteValues(examples: Value): Promise<Value>;
  /** All versions, oldest first. */
  readVersions(): Promise<Value>;
  /** Goes to a version: its number, or a map with `version`. Answers the version. */
  rollbackVersion(version: Value): Promise<Value>;
  /** The processes that are open. */
  readProcesses(): Promise<Value>;
  /**
   * Ends processes: an id or a list of ids, or of maps with `id`. Answers those that were ended; others have ended already.
   *
   * @param own The process that asks, which cannot end itself.
   */
  deleteProcesses(given: Value, own: Process): Promise<Value>;
  /** The symbols of the newest generation. */
  readSymbols(): Promise<Value>;
  /** The executors. */
  readExecutors(): Promise<Value>;
  /**
   * Yields what changes in the registry, as maps: first `registry.head`, then for each version that head moves to an
   * `entry.create`, `entry.update` or `entry.delete` for each entry that changes, and a `registry.commit`.
   *
   * @param given Null, or a map: `version` after which to begin, and the only `namespace` and `kind` to tell.
   * @throws {Error} If it is something else.
   */
  watchRegistry(given: Value, signal: AbortSignal): AsyncGenerator<ValueMap, void>;
}
