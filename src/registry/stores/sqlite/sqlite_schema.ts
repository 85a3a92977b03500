import type { Database } from "@db/sqlite";
import { RegistryError } from "../../errors.ts";

/** What each version of the schema adds to the one before. */
const STEPS = [
  `CREATE TABLE metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL);
   CREATE TABLE versions (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     parent INTEGER REFERENCES versions (id),
     time INTEGER NOT NULL,
     author TEXT,
     message TEXT,
     operations INTEGER NOT NULL
   );
   CREATE INDEX versions_by_parent ON versions (parent);
   CREATE TABLE changesets (
     version INTEGER PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE,
     data BLOB NOT NULL
   );
   CREATE TABLE moves (
     sequence INTEGER PRIMARY KEY AUTOINCREMENT,
     version INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
     previous INTEGER NOT NULL,
     time INTEGER NOT NULL,
     author TEXT,
     message TEXT
   );
   CREATE INDEX moves_by_version ON moves (version);
   CREATE TABLE baseline (version INTEGER PRIMARY KEY REFERENCES versions (id), data BLOB);
   CREATE TABLE announcements (id TEXT PRIMARY KEY, time INTEGER NOT NULL, data BLOB NOT NULL) WITHOUT ROWID;
   CREATE TABLE notes (key TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
   INSERT INTO versions (id, time, operations) VALUES (0, CAST(unixepoch('subsec') * 1000 AS INTEGER), 0);
   INSERT INTO baseline (version) VALUES (0);`,
];

/** The schema that this program knows. */
export const SCHEMA_VERSION = STEPS.length;

/**
 * Brings a database to the schema that this program knows, or makes it in an empty one.
 *
 * @throws {RegistryError} `unavailable`, if the schema is newer, or the database is something else's.
 */
export function migrate(database: Database): void {
  // Mostly there is nothing to do, and no need to wait for whoever is writing.
  if (schemaVersion(database) === SCHEMA_VERSION) return;
  database.transaction(() => {
    const found = schemaVersion(database);
    for (const step of STEPS.slice(found)) database.exec(step);
    database.exec(
      "INSERT INTO metadata (key, value) VALUES ('schema_version', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      String(SCHEMA_VERSION),
    );
  }).immediate();
}

/** The schema that a database has; 0 if it is empty. @throws {RegistryError} As `migrate`. */
function schemaVersion(database: Database): number {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all<{ name: string }>();
  if (tables.length === 0) return 0;
  const row = tables.some(({ name }) => name === "metadata")
    ? database.prepare("SELECT value FROM metadata WHERE key = 'schema_version'").value<[string]>()
    : undefined;
  const version = Number(row?.[0]);
  if (!Number.isInteger(version) || version < 1) {
    throw new RegistryError("unavailable", "it is a database of something else");
  }
  if (version > SCHEMA_VERSION) {
    throw new RegistryError(
      "unavailable",
      `its schema is ${version}, and this program knows schemas up to ${SCHEMA_VERSION}: a newer one wrote it`,
    );
  }
  return version;
}
