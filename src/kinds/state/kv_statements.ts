import type { Dialect } from "../../database/mod.ts";
import type { Value } from "../../value/mod.ts";
import type { StateTables } from "./state_tables.ts";

/** The time of the database, in milliseconds since 1970. All engines have the same. */
export function nowOf(dialect: Dialect): string {
  return dialect === "sqlite"
    ? "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    : "(extract(epoch FROM clock_timestamp()) * 1000)::int8";
}

/** Returns the tables of values by key. */
export function kvTables(table: string): StateTables {
  return {
    table,
    purpose: "kv",
    versions: [(dialect) =>
      dialect === "sqlite"
        ? `
CREATE TABLE ${table} (
  key TEXT PRIMARY KEY, value BLOB, number INTEGER, version INTEGER NOT NULL, previous INTEGER NOT NULL,
  expires INTEGER, removed INTEGER NOT NULL
);
CREATE INDEX ${table}_version ON ${table} (version);
CREATE INDEX ${table}_expires ON ${table} (removed, expires) WHERE expires IS NOT NULL;`
        : `
CREATE SEQUENCE ${table}_versions;
CREATE TABLE ${table} (
  key TEXT COLLATE "C" PRIMARY KEY, value BYTEA, number INT8, version INT8 NOT NULL, previous INT8 NOT NULL,
  expires INT8, removed INT2 NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX ${table}_version ON ${table} (version);
CREATE INDEX ${table}_expires ON ${table} (removed, expires) WHERE expires IS NOT NULL;`],
  };
}

/** The statements of values by key. Those that write return a row with what they have changed, or none. */
export interface KvStatements {
  /** Keeps other engines from writing, until the end of the transaction. */
  readonly lock: string;
  readonly get: string;
  readonly set: string;
  /** Sets many: for SQLite a list as JSON, and the values as one; for PostgreSQL an array of each part, keys once. */
  readonly setAll: string;
  readonly add: string;
  readonly replace: string;
  readonly increment: string;
  readonly remove: string;
  readonly removeVersion: string;
  readonly expire: string;
  readonly list: string;
  readonly version: string;
  readonly changes: string;
  readonly expired: string;
  readonly forget: string;
  /** Removes a key that has expired. */
  expiredKey(key: string): { readonly text: string; readonly parameters: readonly Value[] };
}

/** Returns the statements of a table. */
export function kvStatements(table: string, dialect: Dialect): KvStatements {
  const isPostgres = dialect === "postgres";
  const now = nowOf(dialect);
  const next = isPostgres ? `nextval('${table}_versions')` : `(SELECT coalesce(max(version), 0) + 1 FROM ${table})`;
  const int = isPostgres ? "::int8" : "";
  // in a batch, a row says which statement it is the result of
  const at = (position: number) => isPostgres ? `, $${position}::int4 AS at` : "";
  const live = `(removed = 0 AND (expires IS NULL OR expires > ${now}))`;
  const dead = `(${table}.removed = 1 OR ${table}.expires <= ${now})`;
  const until = (position: number) => `${now} + $${position}${int}`;
  const columns = "key, value, number, version, previous, expires, removed";
  const update = `value = excluded.value, number = excluded.number, version = excluded.version,
      previous = ${table}.version, expires = excluded.expires, removed = 0`;
  const lock = `pg_advisory_xact_lock(hashtext('weft kv ${table}'))`;
  const setAll = isPostgres
    // the lock is there before a version is given
    ? `INSERT INTO ${table} (${columns})
      SELECT s.key, s.value, s.number, nextval('${table}_versions'), 0, ${now} + s.ttl, 0
      FROM (SELECT ${lock} OFFSET 0) AS l
        CROSS JOIN unnest($1::text[], $2::bytea[], $3::int8[], $4::int8[]) AS s (key, value, number, ttl)
      ON CONFLICT (key) DO UPDATE SET ${update} RETURNING key, version, expires`
    : `INSERT INTO ${table} (${columns})
      SELECT value ->> 0, CASE WHEN value ->> 2 IS NULL THEN substr($2, value ->> 4, value ->> 1) END, value ->> 2,
        (SELECT coalesce(max(version), 0) FROM ${table}) + 1 + key, 0, ${now} + (value ->> 3), 0
      FROM json_each($1) WHERE true
      ON CONFLICT (key) DO UPDATE SET ${update} RETURNING key, version, expires`;
  const insert = `INSERT INTO ${table} (${columns}) VALUES ($1, $2, $3${int}, ${next}, 0, ${until(4)}, 0)
    ON CONFLICT (key) DO UPDATE SET ${update}`;
  const returned = "RETURNING version, expires";
  const removed = `UPDATE ${table} SET removed = 1, value = NULL, number = NULL, previous = version, version = ${next},
    expires = ${now} WHERE key = $1`;
  const largest = Number.MAX_SAFE_INTEGER;
  const expiredText = `${removed} AND removed = 0 AND expires <= ${now} ${returned}${at(2)}`;
  return {
    lock: `SELECT ${lock}`,
    setAll,
    get: `SELECT key, value, number, version, expires FROM ${table} WHERE key = $1 AND ${live}`,
    set: `${insert} ${returned}${at(5)}`,
    add: `${insert} WHERE ${dead} ${returned}${at(5)}`,
    replace: `UPDATE ${table} SET value = $2, number = $3${int}, previous = version, version = ${next},
      expires = ${until(4)} WHERE key = $1 AND version = $5 AND ${live} ${returned}${at(6)}`,
    increment: `INSERT INTO ${table} (${columns}) VALUES ($1, NULL, $2${int}, ${next}, 0, ${until(3)}, 0)
      ON CONFLICT (key) DO UPDATE SET value = NULL, version = excluded.version, previous = ${table}.version, removed = 0,
        number = CASE WHEN ${dead} THEN excluded.number ELSE ${table}.number + excluded.number END,
        expires = CASE WHEN ${dead} THEN excluded.expires ELSE ${table}.expires END
      WHERE ${dead} OR ${table}.value IS NULL AND ${table}.number + excluded.number BETWEEN -${largest} AND ${largest}
      RETURNING number, version, expires${at(4)}`,
    remove: `${removed} AND ${live} ${returned}${at(2)}`,
    removeVersion: `${removed} AND version = $2 AND ${live} ${returned}${at(3)}`,
    expire: `UPDATE ${table} SET expires = ${until(2)}, previous = version, version = ${next}
      WHERE key = $1 AND ${live} ${returned}${at(3)}`,
    list: `SELECT key, value, number, version, expires FROM ${table}
      WHERE key >= $1 AND key < $2 AND key > $3 AND ${live} ORDER BY key LIMIT $4${int}`,
    version: `SELECT coalesce(max(version), 0) AS version FROM ${table}`,
    changes: `SELECT ${columns} FROM ${table} WHERE version > $1 ORDER BY version LIMIT $2${int}`,
    expired: `SELECT key FROM ${table} WHERE removed = 0 AND expires <= ${now} LIMIT $1${int}`,
    forget: `DELETE FROM ${table} WHERE removed = 1 AND expires <= ${now} - $1${int}
      AND version < (SELECT max(version) FROM ${table}) RETURNING version`,
    expiredKey: (key) => ({ text: expiredText, parameters: [key] }),
  };
}
