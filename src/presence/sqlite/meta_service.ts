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

  /** Sets the data of a key if that is what is there now. @returns Whether it was. */
  swap(key: string, before: Uint8Array | undefined, data: Uint8Array): boolean {
    return this.#database.write(() => {
      const now = this.get(key);
      if (now === undefined ? before !== undefined : before === undefined || !isSame(now, before)) return false;
      this.#put(key, data);
      return true;
    });
  }

  set(key: string, data: Uint8Array): void {
    this.#database.write(() => this.#put(key, data));
  }

  #put(key: string, data: Uint8Array): void {
    this.#database
      .prepare("INSERT INTO notes VALUES (?, ?) ON CONFLICT DO UPDATE SET data = excluded.data")
      .run(key, data);
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
