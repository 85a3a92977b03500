import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Database, DatabaseTransaction } from "../../database/mod.ts";
import { asError, type Failure, failure } from "../../value/mod.ts";

/** The table that says what was applied. */
const TABLE = "weft_migrations";
/** How long a migration may take, and how long it waits for another engine that migrates, in milliseconds. */
const TIMEOUT = 600_000;
/** The number of the lock of a PostgreSQL server: the bytes of "weftmigr". */
const LOCK = "8603395313399064434";
/** How long it waits before it asks again whether another engine still migrates a file, in milliseconds. */
const PAUSE = 200;

/** A file of SQL that is applied once. */
export interface Migration {
  /** Its name, which says its place in the order. */
  readonly name: string;
  readonly text: string;
  /** What tells whether it was changed. */
  readonly hash: string;
}

/**
 * Reads the SQL files of a folder, in the order of their names.
 *
 * @returns None without a folder.
 * @throws {Failure} If it cannot be read, or has none.
 */
export async function readMigrations(folder: string | undefined): Promise<Migration[]> {
  if (folder === undefined) return [];
  try {
    const names: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (!isDirectory && name.endsWith(".sql") && !name.startsWith(".")) names.push(name);
    }
    if (names.length === 0) throw failure("it has no files whose names end with .sql");
    return await Promise.all(
      names.sort(inOrder).map(async (name) => {
        const text = await Deno.readTextFile(join(folder, name));
        // an editor or a checkout may change the ends of lines
        const hash = createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");
        return { name, text, hash };
      }),
    );
  } catch (thrown) {
    throw failure(`invalid migrations ${JSON.stringify(folder)}: ${asError(thrown).message}`, { code: "invalid" });
  }
}

/** Compares names: numbers in them by their value, so that `10_b.sql` comes after `9_a.sql`. */
function inOrder(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true }) || (one < other ? -1 : 1);
}

/**
 * Applies the migrations of a folder that were not applied yet, each in a transaction, while no other engine does.
 *
 * @throws {Failure} Why one cannot be applied; it has left nothing then. Or that one was changed after it was applied, or
 * is missing.
 */
export async function migrate(database: Database, folder: string | undefined): Promise<void> {
  const migrations = await readMigrations(folder);
  if (migrations.length === 0) return;
  const end = Date.now() + TIMEOUT;
  for (let isMore = true; isMore;) {
    try {
      // what is applied is known after the lock, which lasts until the end of the transaction
      isMore = await applyNext(database, migrations);
    } catch (thrown) {
      const isLocked = (thrown as Failure).code === "55P03" && (thrown as Failure).details !== undefined;
      if (!isLocked || Date.now() > end) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

/** Applies the next migration. @returns Whether there may be another one. */
async function applyNext(database: Database, migrations: readonly Migration[]): Promise<boolean> {
  const transaction = await database.begin({ isolation: isolationOf(database), timeout: TIMEOUT });
  try {
    await lock(database, transaction);
    const applied = await transaction.query(`SELECT name, hash FROM ${TABLE}`);
    const hashes = new Map(applied.rows.map(({ name, hash }) => [name as string, hash as string]));
    const next = nextOf(migrations, hashes);
    if (next !== undefined) {
      await transaction.script(next.text, { timeout: TIMEOUT }).catch((thrown) => {
        const { message, code, details } = asError(thrown) as Failure;
        throw failure<string>(`migration ${next.name}: ${message}`, {
          ...code !== undefined && { code },
          ...details !== undefined && { details },
        });
      });
      await transaction.query(`INSERT INTO ${TABLE} (name, hash, applied) VALUES ($1, $2, $3)`, [
        next.name,
        next.hash,
        new Date(),
      ]);
    }
    await transaction.commit();
    return next !== undefined;
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

function isolationOf({ dialect }: Database): "serializable" | undefined {
  // takes the lock for writing at once
  return dialect === "sqlite" ? "serializable" : undefined;
}

async function lock({ dialect }: Database, transaction: DatabaseTransaction): Promise<void> {
  const options = { timeout: TIMEOUT };
  if (dialect === "postgres") await transaction.query(`SELECT pg_advisory_xact_lock(${LOCK})`, [], options);
  const text = `CREATE TABLE IF NOT EXISTS ${TABLE} (name TEXT PRIMARY KEY, hash TEXT NOT NULL, applied TEXT NOT NULL)`;
  await transaction.query(text, [], options);
}

/** Returns the first migration that was not applied. @throws {Failure} If those that were are not what they were. */
function nextOf(migrations: readonly Migration[], applied: ReadonlyMap<string, string>): Migration | undefined {
  const known = new Set(migrations.map(({ name }) => name));
  // those after the last one were applied by a newer engine, beside which this one may run
  const last = migrations.at(-1)!.name;
  const missing = [...applied.keys()].find((name) => !known.has(name) && inOrder(name, last) < 0);
  if (missing !== undefined) throw invalid(missing, "it was applied, and its file is missing");
  for (const { name, hash } of migrations) {
    if (applied.has(name) && applied.get(name) !== hash) {
      throw invalid(name, "it was changed after it was applied; write another one");
    }
  }
  const next = migrations.findIndex(({ name }) => !applied.has(name));
  const late = migrations.findLast(({ name }, at) => at > next && applied.has(name));
  if (next >= 0 && late !== undefined) {
    throw invalid(migrations[next]!.name, `it comes before ${late.name}, which was applied`);
  }
  return migrations[next];
}

function invalid(name: string, why: string): Error {
  return failure(`migration ${name}: ${why}`, { code: "invalid" });
}
