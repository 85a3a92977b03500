/**
 * A store of entries that keeps every version, changes in transactions, and can go back. It knows nothing of workflows.
 *
 * @module
 */
export type { Baseline, Changeset, Draft, Head, History, Move, Pruned, Signature } from "./history.ts";
export { signatureOf } from "./history.ts";
export { Bus, Request } from "./transaction/bus.ts";
export type { Patience, RequestAnswer, Subscriber } from "./transaction/bus.ts";
export { delta } from "./delta.ts";
export { Entry, sameEntry } from "./entry.ts";
export type { EntryInput } from "./entry.ts";
export { ConflictError, isNotFound, RegistryError, toRegistryError, UndoError } from "./errors.ts";
export type { RegistryErrorCode } from "./errors.ts";
export type {
  AnswerEvent,
  BusEvent,
  EntryEvent,
  Question,
  TransactionEvent,
  TransactionInfo,
  TransactionReason,
} from "./transaction/event.ts";
export { Finder } from "./query/finder.ts";
export type { QueryLike } from "./query/finder.ts";
export type { Handler, HandlerContext } from "./transaction/handler.ts";
export { Id, toId } from "./id.ts";
export type { IdLike } from "./id.ts";
export { MemoryHistory } from "./stores/memory/memory_history.ts";
export { SqliteHistory } from "./sqlite/sqlite_history.ts";
export { NilHistory } from "./stores/nil/nil_history.ts";
export { change, creation, inverse, removal, replacement, reverse } from "./operation.ts";
export type { Change, Operation } from "./operation.ts";
export { order } from "./dependencies/order.ts";
export type { OnCycle } from "./dependencies/order.ts";
export { matches } from "./transaction/pattern.ts";
export { parseQuery, Query } from "./query/query.ts";
export type { Criteria } from "./query/query.ts";
export { Registry, SILENT_KINDS } from "./registry.ts";
export type { RegistryOptions, WriteOptions } from "./registry.ts";
export { groupsOf, Resolver } from "./dependencies/resolver.ts";
export type { DependencyPattern, Reference } from "./dependencies/resolver.ts";
export { Snapshot } from "./state/snapshot.ts";
export { squash } from "./squash.ts";
export type { OnContradiction } from "./squash.ts";
export type { IndexedField } from "./state/chunk_index.ts";
export { type Narrowing, State } from "./state/state.ts";
export { VersionTree } from "./version.ts";
export type { Version } from "./version.ts";
export { StorageError } from "../storage/mod.ts";
export type { SqliteOptions } from "../storage/mod.ts";
export type { Answer, ErrorCode, FailureOptions, Value, ValueMap } from "../value/mod.ts";
