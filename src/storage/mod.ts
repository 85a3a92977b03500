/** What every store is built on: storable values, their encoding, and SQLite files behind a worker. */
export { StorageError } from "./error.ts";
export { SqliteConnection, startWorker } from "./sqlite_connection.ts";
export type { SqliteClient, SqliteClientOptions, SqliteOptions } from "./sqlite_connection.ts";
export { toStorable } from "./storable.ts";
