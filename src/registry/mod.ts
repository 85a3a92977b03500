/** A store of entries that keeps every version, changes by transaction, and can go back. */
export { ANNOUNCEMENT_LIFE } from "./history.ts";
export type {
  Announcement,
  Baseline,
  Changeset,
  Draft,
  Head,
  HeardAnnouncement,
  History,
  Move,
  Pruned,
  Signature,
} from "./history.ts";
export { Bus, Request } from "./bus.ts";
export type { Patience, Subscriber } from "./bus.ts";
export { delta } from "./delta.ts";
export { Entry, sameEntry } from "./entry.ts";
export type { EntryInput } from "./entry.ts";
export { ConflictError, isNotFound, RegistryError, UndoError } from "./errors.ts";
export type { RegistryErrorCode } from "./errors.ts";
export type {
  AnswerEvent,
  BusEvent,
  EntryEvent,
  Question,
  TransactionEvent,
  TransactionInfo,
  TransactionReason,
} from "./event.ts";
export { Finder, QUERY_CACHE_SIZE } from "./finder.ts";
export type { QueryLike } from "./finder.ts";
export type { Handler, HandlerContext } from "./handler.ts";
export { Id, toId } from "./id.ts";
export type { IdLike } from "./id.ts";
export { MemoryHistory } from "./memory_history.ts";
export { openHistory } from "./open.ts";
export { SqliteHistory } from "./sqlite_history.ts";
export type { SqliteOptions } from "./sqlite_history.ts";
export { NilHistory } from "./nil_history.ts";
export { change, creation, inverse, removal, replacement, reverse } from "./operation.ts";
export type { Change, Operation } from "./operation.ts";
export { order } from "./order.ts";
export type { OnCycle } from "./order.ts";
export { matches } from "./pattern.ts";
export { parseQuery, Query } from "./query.ts";
export type { Criteria } from "./query.ts";
export { Registry, SILENT_KINDS } from "./registry.ts";
export type { RegistryOptions, WriteOptions } from "./registry.ts";
export { groupsOf, Resolver } from "./resolver.ts";
export type { DependencyPattern, Reference } from "./resolver.ts";
export { Snapshot } from "./snapshot.ts";
export { squash } from "./squash.ts";
export type { OnContradiction } from "./squash.ts";
export { State } from "./state.ts";
export { VersionTree } from "./version.ts";
export type { Version } from "./version.ts";
