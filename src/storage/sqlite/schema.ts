import type { Database } from "@db/sqlite";
import { StorageError } from "../error.ts";

const METADATA_TABLE = "CREATE TABLE metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL)";

/**
 * Brings a database to the newest schema, from any older one or from nothing.
 *
 * @param schema What each version of the schema adds to the one before, as SQL.
 * @throws {StorageError} `unavailable`, if the schema is newer, or the database belongs to another program.
 */
export function migrate(database: Database, schema: readonly string[]): void {
  // The usual case, which needs no lock for writing.
  if (schemaVersion(database, schema.length) === schema.length) return;
  database.transaction(() => {
    const found = schemaVersion(database, schema.length);
    if (found === 0) database.exec(METADATA_TABLE);
    for (const step of schema.slice(found)) database.exec(step);
    database.exec(
      "INSERT INTO metadata (key, value) VALUES ('schema_version', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      String(schema.length),
    );
  }).immediate();
}

/** Returns the schema version of a database; 0 if it is empty. @throws {StorageError} As `migrate`. */
function schemaVersion(database: Database, newest: number): number {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all<{ name: string }>();
  if (tables.length === 0) return 0;
  const row = tables.some(({ name }) => name === "metadata")
    ? database.prepare("SELECT value FROM metadata WHERE key = 'schema_version'").value<[string]>()
    : undefined;
  const version = Number(row?.[0]);
  if (!Number.isInteger(version) || version < 1) {
    throw new StorageError("unavailable", "the database belongs to another program");
  }
  if (version > newest) {
    throw new StorageError(
      "unavailable",
      `schema version ${version} is newer than this program, which knows versions up to ${newest}`,
    );
  }
  return version;
}
