/** What a store knows beside its history: which runtimes are up, and values by key. */
export { type Lease, Leases } from "./leases.ts";
export { MemoryMeta } from "./memory_meta.ts";
export { MemoryPresence } from "./memory_presence.ts";
export type { Meta } from "./meta.ts";
export { INSTANCE_LIFETIME } from "./presence.ts";
export type { Heartbeat, Presence, RuntimeInstance } from "./presence.ts";
export { SqliteMeta } from "./sqlite/sqlite_meta.ts";
export { SqlitePresence } from "./sqlite/sqlite_presence.ts";
