/** The worker's side of a SQLite file: the only part that loads SQLite. */
export { SqliteDatabase } from "./database.ts";
export { serveSqlite } from "./worker.ts";
export type { SqliteContext, SqliteServices, WorkerScope } from "./worker.ts";
