import type { SqliteDatabase } from "../../storage/sqlite/mod.ts";

/** The tables of meta, as SQL statements. */
export const META_TABLES: readonly string[] = [
  "CREATE TABLE notes (key TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID",
];

/** The service `meta` of a SQLite file. */
export class MetaService {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  get(key: string): Uint8Array | undefined {
    return this.#database.prepare("SELECT data FROM notes WHERE key = ?").get<{ data: Uint8Array }>(key)?.data;
  }

  set(key: string, data: Uint8Array): void {
    this.#database.write(() => {
      this.#database
        .prepare("INSERT INTO notes VALUES (?, ?) ON CONFLICT DO UPDATE SET data = excluded.data")
        .run(key, data);
    });
  }
}
