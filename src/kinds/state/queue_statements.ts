import type { Dialect } from "../../database/mod.ts";
import { nowOf } from "./kv_statements.ts";
import type { StateTables } from "./state_tables.ts";

/** Returns the tables of queues: all queues of a table name are rows of one. */
export function queueTables(table: string): StateTables {
  return {
    table,
    purpose: "queue",
    versions: [(dialect) => `
CREATE TABLE ${table} (
  ${dialect === "sqlite" ? "id INTEGER PRIMARY KEY AUTOINCREMENT" : "id INT8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY"},
  queue TEXT NOT NULL, key TEXT, name TEXT, payload ${dialect === "sqlite" ? "BLOB" : "BYTEA"},
  pushed ${int(dialect)} NOT NULL, due ${int(dialect)} NOT NULL, keep ${int(dialect)} NOT NULL,
  attempt INTEGER NOT NULL, lease TEXT, error ${dialect === "sqlite" ? "BLOB" : "BYTEA"}, done INTEGER NOT NULL
)${dialect === "sqlite" ? "" : " WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)"};
CREATE INDEX ${table}_due ON ${table} (queue, due, id) WHERE done = 0;
CREATE INDEX ${table}_key ON ${table} (queue, key, id) WHERE done = 0 AND key IS NOT NULL;
CREATE UNIQUE INDEX ${table}_name ON ${table} (queue, name) WHERE name IS NOT NULL;
CREATE INDEX ${table}_done ON ${table} (due) WHERE done = 1;`],
  };
}

function int(dialect: Dialect): string {
  return dialect === "sqlite" ? "INTEGER" : "INT8";
}

/** The statements of queues. Lists of messages are JSON for SQLite, and one array for each part for PostgreSQL. */
export interface QueueStatements {
  /** Adds one message: queue, key, name, payload, delay, keep. Returns its id, nothing if its name is taken. */
  readonly push: string;
  /** Adds messages: for SQLite a list as JSON, and the payloads as one; for PostgreSQL an array of each part. */
  readonly pushAll: string;
  /** Frees names whose time is over: queue, names. */
  readonly free: string;
  /** Returns the ids of names: queue, names. */
  readonly named: string;
  /** Takes messages that are due: queue, count, visibility, lease. */
  readonly claim: string;
  /** Returns in how many milliseconds the next message of a queue is due: queue. */
  readonly wait: string;
  /** Removes messages: ids, leases. Those of `keepName` leave their name. */
  readonly acknowledge: string;
  readonly keepName: string;
  /** Prolongs the visibility: ids, leases, visibility. */
  readonly prolong: string;
  /** Gives messages back: ids, leases, delays, attempts that do not count, errors. */
  readonly giveBack: string;
  /** Moves messages to another queue: ids, leases, errors, queue. */
  readonly bury: string;
  /** Forgets names whose time is over: count. */
  readonly forget: string;
}

/** Returns the statements of a table. */
export function queueStatements(table: string, dialect: Dialect): QueueStatements {
  return dialect === "sqlite" ? sqliteStatements(table) : postgresStatements(table);
}

const COLUMNS = "queue, key, name, payload, pushed, due, keep, attempt, done";
/** Other messages of its key come before it. */
const blocked = (table: string) =>
  `EXISTS (SELECT 1 FROM ${table} AS e WHERE e.queue = m.queue AND e.key = m.key AND e.done = 0 AND e.id < m.id)`;
const CLAIMED = "id, key, name, payload, attempt, pushed, error, lease";
/** How many bytes the messages have that come before one. */
const before = "sum(size) OVER (ORDER BY due, id) - size";
/** How many bytes are taken at once at most, unless one message alone has more. */
const TAKEN = 16 * 2 ** 20;
const ON_NAME = "ON CONFLICT (queue, name) WHERE name IS NOT NULL DO NOTHING";

function sqliteStatements(table: string): QueueStatements {
  const now = nowOf("sqlite");
  // the ids alone are found by the key of the table
  const listed = `id IN (SELECT value ->> 0 FROM json_each($1))
    AND (id, lease) IN (SELECT value ->> 0, value ->> 1 FROM json_each($1)) AND done = 0`;
  const from = (columns: string) =>
    `FROM (SELECT value ->> 0 AS i, value ->> 1 AS l, ${columns} FROM json_each($1)) AS s
      WHERE id = s.i AND lease = s.l AND done = 0 RETURNING id`;
  return {
    push: `INSERT INTO ${table} (${COLUMNS})
      VALUES ($1, $2, $3, $4, ${now}, ${now} + $5, $6, 0, 0) ${ON_NAME} RETURNING id`,
    pushAll: `INSERT INTO ${table} (${COLUMNS})
      SELECT value ->> 0, value ->> 1, value ->> 2, substr($2, value ->> 3, value ->> 4), ${now}, ${now} + (value ->> 5),
        value ->> 6, 0, 0
      FROM json_each($1) WHERE true ORDER BY key ${ON_NAME} RETURNING id, queue, name`,
    free: `DELETE FROM ${table}
      WHERE queue = $1 AND name IN (SELECT value FROM json_each($2)) AND done = 1 AND due <= ${now}`,
    named: `SELECT id, name FROM ${table} WHERE queue = $1 AND name IN (SELECT value FROM json_each($2))`,
    claim: `UPDATE ${table} SET due = ${now} + $3, attempt = attempt + 1, lease = $4 WHERE id IN (
        SELECT id FROM (SELECT id, ${before} AS before FROM (
          SELECT m.id, m.due, length(m.payload) AS size FROM ${table} AS m
          WHERE m.queue = $1 AND m.done = 0 AND m.due <= ${now} AND (m.key IS NULL OR NOT ${blocked(table)})
          ORDER BY m.due, m.id LIMIT $2
        )) WHERE before < ${TAKEN}
      ) RETURNING ${CLAIMED}`,
    wait: `SELECT min(due) - ${now} AS wait FROM ${table} WHERE queue = $1 AND done = 0 AND due > ${now}`,
    acknowledge: `DELETE FROM ${table} WHERE ${listed} RETURNING id`,
    keepName: `UPDATE ${table} SET done = 1, payload = NULL, error = NULL, lease = NULL, due = pushed + keep
      WHERE ${listed} RETURNING id`,
    prolong: `UPDATE ${table} SET due = ${now} + $2 WHERE ${listed} RETURNING id`,
    giveBack: `UPDATE ${table} SET due = ${now} + s.delay, attempt = attempt - s.uncounted, error = s.why, lease = NULL
      ${from("value ->> 2 AS delay, value ->> 3 AS uncounted, unhex(value ->> 4) AS why")}`,
    bury: `UPDATE ${table} SET queue = $2, due = ${now}, attempt = 0, name = NULL, error = s.why, lease = NULL
      ${from("unhex(value ->> 2) AS why")}`,
    forget: `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE done = 1 AND due <= ${now} LIMIT $1)`,
  };
}

function postgresStatements(table: string): QueueStatements {
  const now = nowOf("postgres");
  const listed = `m.id = s.id AND m.lease = s.lease AND m.done = 0`;
  const pairs = "unnest($1::int8[], $2::text[])";
  return {
    push: `INSERT INTO ${table} (${COLUMNS})
      VALUES ($1, $2, $3, $4, ${now}, ${now} + $5::int8, $6::int8, 0, 0) ${ON_NAME} RETURNING id`,
    // numbers are given in the order of the rows, so that those of messages without name are in the order of the lists
    pushAll: `INSERT INTO ${table} (${COLUMNS})
      SELECT s.queue, s.key, s.name, s.payload, ${now}, ${now} + s.delay, s.keep, 0, 0
      FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::int8[], $6::int8[])
        WITH ORDINALITY AS s (queue, key, name, payload, delay, keep, at)
      ORDER BY s.at ${ON_NAME} RETURNING id, queue, name`,
    free: `DELETE FROM ${table} WHERE queue = $1 AND name = ANY($2::text[]) AND done = 1 AND due <= ${now}`,
    named: `SELECT id, name FROM ${table} WHERE queue = $1 AND name = ANY($2::text[])`,
    claim: `WITH s AS MATERIALIZED (
        SELECT m.id, m.due, octet_length(m.payload) AS size FROM ${table} AS m
        WHERE m.queue = $1 AND m.done = 0 AND m.due <= ${now} AND (m.key IS NULL OR NOT ${blocked(table)})
        ORDER BY m.due, m.id LIMIT $2::int8 FOR UPDATE OF m SKIP LOCKED
      ), taken AS (SELECT id, ${before} AS before FROM s)
      UPDATE ${table} AS t SET due = ${now} + $3::int8, attempt = attempt + 1, lease = $4
      FROM taken WHERE t.id = taken.id AND taken.before < ${TAKEN}
      RETURNING t.id, t.key, t.name, t.payload, t.attempt, t.pushed, t.error, t.lease`,
    wait: `SELECT min(due) - ${now} AS wait FROM ${table} WHERE queue = $1 AND done = 0 AND due > ${now}`,
    acknowledge: `DELETE FROM ${table} AS m USING ${pairs} AS s (id, lease) WHERE ${listed} RETURNING m.id`,
    keepName: `UPDATE ${table} AS m SET done = 1, payload = NULL, error = NULL, lease = NULL, due = pushed + keep
      FROM ${pairs} AS s (id, lease) WHERE ${listed} RETURNING m.id`,
    prolong: `UPDATE ${table} AS m SET due = ${now} + $3::int8
      FROM ${pairs} AS s (id, lease) WHERE ${listed} RETURNING m.id`,
    giveBack:
      `UPDATE ${table} AS m SET due = ${now} + s.delay, attempt = m.attempt - s.uncounted, error = s.error, lease = NULL
      FROM unnest($1::int8[], $2::text[], $3::int8[], $4::int4[], $5::bytea[]) AS s (id, lease, delay, uncounted, error)
      WHERE ${listed} RETURNING m.id`,
    bury: `UPDATE ${table} AS m SET queue = $4, due = ${now}, attempt = 0, name = NULL, error = s.error, lease = NULL
      FROM unnest($1::int8[], $2::text[], $3::bytea[]) AS s (id, lease, error) WHERE ${listed} RETURNING m.id`,
    forget:
      `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE done = 1 AND due <= ${now} LIMIT $1::int8)`,
  };
}
