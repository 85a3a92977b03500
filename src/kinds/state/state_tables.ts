import type { Database, DatabaseTransaction, Dialect } from "../../database/mod.ts";
import { type Failure, failure } from "../../value/mod.ts";

/** The table that says which tables are there, and in which version. */
const CATALOG = "weft_tables";
/** The number of the lock under which they are made: the bytes of "wefttabl". */
const LOCK = "8603395313515979372";
/** How long it may take to make them, in milliseconds. */
const TIMEOUT = 60_000;
/** How long to wait before it is tried again while another engine has the file, in milliseconds. */
const PAUSE = 100;

/** What the name of a table may be: it is part of statements, and of the names of its indexes. */
export const TABLE_NAME = /^[a-z_][a-z0-9_]{0,39}$/;

/** Tables that a kind makes for itself. */
export interface StateTables {
  /** The name of the first table, with which those of the others begin. */
  readonly table: string;
  /** What they are for: `kv`, `queue`. */
  readonly purpose: string;
  /** The scripts that make them, one for each version; those that an engine has once had are never changed. */
  readonly versions: readonly ((dialect: Dialect) => string)[];
}

/**
 * Makes tables, or brings them to the newest version, while no other engine does.
 *
 * @throws {Failure} If the name is taken by something else, or the version is that of a newer engine.
 */
export async function makeTables(database: Database, tables: StateTables): Promise<void> {
  if (await isNewest(database, tables)) return;
  for (const end = Date.now() + TIMEOUT;;) {
    try {
      return await makeMissing(database, tables);
    } catch (thrown) {
      if ((thrown as Failure).code as string !== "55P03" || Date.now() > end) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

/** Reports whether nothing is to be done, without a lock: a user without the right to create tables may use them. */
async function isNewest(database: Database, { table, purpose, versions }: StateTables): Promise<boolean> {
  try {
    const { rows } = await database.query(`SELECT purpose, version FROM ${CATALOG} WHERE name = $1`, [table]);
    return rows[0] !== undefined && rows[0].purpose === purpose && rows[0].version === versions.length;
  } catch (thrown) {
    const code = (thrown as Failure).code as string | undefined;
    // there is no catalog yet
    if (code === "42P01") return false;
    throw thrown;
  }
}

async function makeMissing(database: Database, { table, purpose, versions }: StateTables): Promise<void> {
  const { dialect } = database;
  const options = { timeout: TIMEOUT };
  const transaction = await database.begin({ ...options, ...dialect === "sqlite" && { isolation: "serializable" } });
  try {
    if (dialect === "postgres") await transaction.query(`SELECT pg_advisory_xact_lock(${LOCK})`, [], options);
    await transaction.query(
      `CREATE TABLE IF NOT EXISTS ${CATALOG} (name TEXT PRIMARY KEY, purpose TEXT NOT NULL, version INTEGER NOT NULL)`,
    );
    const made = await versionOf(transaction, table, purpose, versions.length);
    for (const script of versions.slice(made)) await transaction.script(script(dialect), options);
    await transaction.query(
      `INSERT INTO ${CATALOG} (name, purpose, version) VALUES ($1, $2, $3)
       ON CONFLICT (name) DO UPDATE SET version = excluded.version`,
      [table, purpose, versions.length],
    );
    await transaction.commit();
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

async function versionOf(
  transaction: DatabaseTransaction,
  table: string,
  purpose: string,
  newest: number,
): Promise<number> {
  const { rows } = await transaction.query(`SELECT purpose, version FROM ${CATALOG} WHERE name = $1`, [table]);
  const row = rows[0];
  if (row === undefined) return 0;
  if (row.purpose !== purpose) {
    throw failure(`invalid table "${table}": it is in use for ${row.purpose}; name another one`, { code: "conflict" });
  }
  if (row.version as number <= newest) return row.version as number;
  throw failure(
    `invalid table "${table}": it has version ${row.version}, and this engine knows ${newest}: a newer one made it`,
    { code: "conflict" },
  );
}
