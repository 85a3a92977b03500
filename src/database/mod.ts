/** Databases that nodes use: SQLite files and PostgreSQL servers, by one interface. */
export * from "./database.ts";
export * from "./statement_text.ts";
export { SqliteDatabase } from "./sqlite/sqlite_database.ts";
export type { SqliteOptions } from "./sqlite/sqlite_options.ts";
export { PostgresDatabase } from "./postgres/postgres_database.ts";
export type { Certificates, PostgresOptions, SocketTarget } from "./postgres/postgres_options.ts";
