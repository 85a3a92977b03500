import { NOW } from "./history_tables.ts";

/** Lists of ids are sent as text, `1,2,3`. */
const IDS = "string_to_array($1, ',')::bigint[]";

/** The statements of a history, by what they do. */
export type HistoryStatements = ReturnType<typeof historyStatements>;

/** Returns the statements of a history on the tables of a schema. */
export function historyStatements(s: string) {
  const version = "id, parent, time, author, message, operations";
  // A move is made once, although it may be asked for again when its answer is lost: its token is unique.
  const isNew = `NOT EXISTS (SELECT FROM ${s}.moves WHERE token = $3::uuid)`;
  return {
    head: `SELECT version, sequence FROM ${s}.head`,
    versions: `SELECT ${version} FROM ${s}.versions ORDER BY id`,
    get: `SELECT ${version}, data FROM ${s}.versions LEFT JOIN ${s}.changesets ON version = id WHERE id = $1::bigint`,
    changesets: `SELECT id, data FROM ${s}.versions LEFT JOIN ${s}.changesets ON version = id WHERE id = ANY (${IDS})`,
    baseline: `SELECT version, data FROM ${s}.baseline`,
    moves: `SELECT sequence, version, previous, time, author, message FROM ${s}.moves
      WHERE sequence > $1::bigint ORDER BY sequence`,
    landed: `SELECT id, parent, versions.time, versions.author, versions.message, operations, sequence
      FROM ${s}.moves JOIN ${s}.versions ON version = id WHERE token = $1::uuid`,
    save: `WITH moved AS (
        UPDATE ${s}.head SET version = newest + 1, newest = newest + 1, sequence = sequence + 1
        WHERE version = $1::bigint AND ${isNew} RETURNING version, sequence, ${NOW} AS time
      ), added AS (
        INSERT INTO ${s}.versions (${version})
        SELECT version, $1::bigint, time, $4::text, $5::text, $6::integer FROM moved RETURNING ${version}
      ), stored AS (
        INSERT INTO ${s}.changesets (version, data) SELECT version, $7::bytea FROM moved
      ), logged AS (
        INSERT INTO ${s}.moves (sequence, version, previous, time, author, message, token)
        SELECT sequence, version, $1::bigint, time, $4::text, $5::text, $3::uuid FROM moved
      )
      SELECT ${version}, pg_notify($2::text, '') FROM added`,
    setHead: `WITH moved AS (
        UPDATE ${s}.head SET version = $6::bigint, sequence = sequence + 1
        WHERE version = $1::bigint AND EXISTS (SELECT FROM ${s}.versions WHERE id = $6::bigint) AND ${isNew}
        RETURNING version, sequence
      ), logged AS (
        INSERT INTO ${s}.moves (sequence, version, previous, time, author, message, token)
        SELECT sequence, version, $1::bigint, ${NOW}, $4::text, $5::text, $3::uuid FROM moved
      )
      SELECT sequence, pg_notify($2::text, '') FROM moved`,
    lockHead: `SELECT version FROM ${s}.head FOR UPDATE`,
    setBaseline: `UPDATE ${s}.baseline SET version = $1::bigint, data = $2::bytea`,
    makeRoot: `UPDATE ${s}.versions SET parent = NULL, operations = 0 WHERE id = $1::bigint`,
    deleteChangeset: `DELETE FROM ${s}.changesets WHERE version = $1::bigint`,
    deleteVersions: `DELETE FROM ${s}.versions WHERE id = ANY (${IDS})`,
  };
}
