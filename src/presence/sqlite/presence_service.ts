import type { SqliteDatabase } from "../../storage/sqlite/mod.ts";

/** The tables of presence, as SQL statements. */
export const PRESENCE_TABLES: readonly string[] = [
  "CREATE TABLE announcements (id TEXT PRIMARY KEY, time INTEGER NOT NULL, data BLOB NOT NULL) WITHOUT ROWID",
];

/** A row of `announcements`, which holds the last heartbeats. The time is in milliseconds. */
export interface HeartbeatRow {
  id: string;
  time: number;
  data: Uint8Array;
}

/** The service `presence` of a SQLite file. */
export class PresenceService {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  /** Stores a heartbeat, and deletes those older than a time in milliseconds. */
  heartbeat({ id, time, data }: HeartbeatRow, oldest: number): void {
    this.#database.write(() => {
      this.#database.prepare("DELETE FROM announcements WHERE time < ?").run(oldest);
      this.#database
        .prepare(
          "INSERT INTO announcements VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET time = excluded.time, data = excluded.data",
        )
        .run(id, time, data);
    });
  }

  instances(): HeartbeatRow[] {
    return this.#database.prepare("SELECT * FROM announcements").all<HeartbeatRow>();
  }

  deregister(id: string): void {
    this.#database.prepare("DELETE FROM announcements WHERE id = ?").run(id);
  }
}
