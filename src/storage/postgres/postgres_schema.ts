import type { Database } from "../../database/mod.ts";
import { asError } from "../../value/mod.ts";
import { StorageError } from "../error.ts";
import { codeOf, isForbidden } from "./postgres_store_error.ts";

/** Returns the statements that lead to a version of the tables from the one before, in a schema, which is quoted. */
export type Migration = (schema: string) => readonly string[];

/** What is needed to bring the tables to the newest version. */
export interface MigrateOptions {
  /** The schema of the tables. */
  readonly schema: string;
  /** The server and the database, for messages. */
  readonly name: string;
  /** What each version of the tables adds to the one before. */
  readonly migrations: readonly Migration[];
  /** Whether to create the tables where there are none. */
  readonly create: boolean;
}

/**
 * Brings the tables to the newest version, in one transaction that one program at a time runs. Nothing is asked of the
 * role but to read if that has been done.
 *
 * @throws {StorageError} `unavailable`, if a newer program made the tables, or the role may not make them; `not_found`, if
 * there are none and none are to be created.
 */
export async function migrate(database: Database, options: MigrateOptions): Promise<void> {
  const { schema, name, migrations, create } = options;
  const quoted = `"${schema}"`;
  try {
    const found = await versionOf(database, quoted);
    check(found, options);
    if (found === migrations.length) return;
    if (found === 0 && !create) throw new StorageError("not_found", `no such store: ${name} has no schema ${schema}`);
    const transaction = await database.begin({ isolation: "read committed" });
    try {
      await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`weft:${schema}`]);
      const { rows } = await transaction.query("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1", [schema]);
      if (rows.length === 0) await transaction.query(`CREATE SCHEMA ${quoted}`);
      const current = await versionOf(transaction, quoted);
      check(current, options);
      if (current === 0) {
        await transaction.query(
          `CREATE TABLE ${quoted}.migrations (version int PRIMARY KEY, time timestamptz NOT NULL DEFAULT now())`,
        );
      }
      for (let at = current; at < migrations.length; at++) {
        for (const statement of migrations[at]!(quoted)) await transaction.query(statement);
        await transaction.query(`INSERT INTO ${quoted}.migrations (version) VALUES ($1)`, [at + 1]);
      }
      await transaction.commit();
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  } catch (error) {
    const { message } = asError(error);
    if (isForbidden(error)) {
      throw new StorageError(
        "unavailable",
        `${name}: the role may not use or create the tables of schema ${schema}: ${message}; ` +
          `open the store once as a role that may, or grant it the rights`,
        { cause: error },
      );
    }
    // a table of that name is there already
    if (codeOf(error) === "42P07") {
      throw new StorageError(
        "unavailable",
        `${name}: schema ${schema} belongs to another program (${message}); name another one by ?schema=NAME`,
        { cause: error },
      );
    }
    throw error;
  }
}

function check(found: number, { name, schema, migrations: { length: known } }: MigrateOptions): void {
  if (found <= known) return;
  throw new StorageError(
    "unavailable",
    `${name}: version ${found} of schema ${schema} is newer than this program, which knows versions up to ${known}`,
  );
}

/** Returns the version of the tables; 0 if there are none. */
async function versionOf(database: Pick<Database, "query">, quoted: string): Promise<number> {
  const { rows: [table] } = await database.query("SELECT to_regclass($1)::text AS name", [`${quoted}.migrations`]);
  if (table!.name === null) return 0;
  const { rows: [row] } = await database.query(`SELECT coalesce(max(version), 0) AS version FROM ${quoted}.migrations`);
  return row!.version as number;
}
