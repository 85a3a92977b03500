/**
 * Weft as a library: runs workflows inside a Deno program.
 *
 * @example
 * ```ts
 * import { apply, rollback, Runtime } from "@weft/weft";
 *
 * await using runtime = await Runtime.start({ store: "memory:" });
 * const { version } = await apply(runtime, [{ kind: "snippet", name: "ping", language: "text", code: "pong" }]);
 * await rollback(runtime, version.parent!);
 * ```
 *
 * @module
 */
export * from "./src/api/mod.ts";
export * from "./src/kind/mod.ts";
export {
  type Change,
  change,
  ConflictError,
  Entry,
  type EntryInput,
  type History,
  MemoryHistory,
  type Move,
  NilHistory,
  type Operation,
  Registry,
  RegistryError,
  type RegistryOptions,
  type Signature,
  SqliteHistory,
  UndoError,
  type Version,
  type WriteOptions,
} from "./src/registry/mod.ts";
export {
  type Coverage,
  type Extensions,
  type KnownExtensions,
  loadExtensions,
  type LogFields,
  type LogFormat,
  Logger,
  type LoggerOptions,
  type LogLevels,
  type LogPart,
  type ModulesOptions,
  type NodePool,
  type Rejection,
  Runtime,
  type RuntimeOptions,
  type RuntimeReport,
  schemeOf,
  type SecretSources,
} from "./src/runtime/mod.ts";
export type { TracedPacket } from "./src/flow/mod.ts";
export type { AccessEntry } from "./src/kinds/mod.ts";
export type { Evaluate, Link, SpecDraft, TemplateVariables } from "./src/spec/mod.ts";
export type { Death, DeathReason, ExecutorStatus, Isolation, PoolStatus } from "./src/pool/mod.ts";
export { openStore, type OpenStoreOptions, type Store } from "./src/store/mod.ts";
export type { Heartbeat, Meta, Presence, RuntimeInstance } from "./src/presence/mod.ts";
export type { LogLevel } from "./src/value/mod.ts";
