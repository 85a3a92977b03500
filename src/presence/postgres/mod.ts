/** Presence and meta on a PostgreSQL server. */
export { PostgresMeta } from "./postgres_meta.ts";
export { PostgresPresence } from "./postgres_presence.ts";
export { presenceTables } from "./presence_tables.ts";
