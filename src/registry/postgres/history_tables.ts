/**
 * Returns the statements that make the tables of a history in a schema. `head` is one row: whoever writes it as it was
 * expected to be has moved head. It counts versions, whose ids are not used twice, and moves.
 */
export function historyTables(schema: string): readonly string[] {
  return [
    `CREATE TABLE ${schema}.versions (
       id bigint PRIMARY KEY,
       parent bigint REFERENCES ${schema}.versions (id),
       time bigint NOT NULL,
       author text,
       message text,
       operations integer NOT NULL
     )`,
    `CREATE INDEX versions_by_parent ON ${schema}.versions (parent)`,
    `CREATE TABLE ${schema}.changesets (
       version bigint PRIMARY KEY REFERENCES ${schema}.versions (id) ON DELETE CASCADE,
       data bytea NOT NULL
     )`,
    `CREATE TABLE ${schema}.moves (
       sequence bigint PRIMARY KEY,
       version bigint NOT NULL REFERENCES ${schema}.versions (id) ON DELETE CASCADE,
       previous bigint NOT NULL,
       time bigint NOT NULL,
       author text,
       message text,
       token uuid NOT NULL UNIQUE
     )`,
    `CREATE INDEX moves_by_version ON ${schema}.moves (version)`,
    `CREATE TABLE ${schema}.head (
       single boolean PRIMARY KEY DEFAULT true CHECK (single),
       version bigint NOT NULL,
       sequence bigint NOT NULL,
       newest bigint NOT NULL
     )`,
    `CREATE TABLE ${schema}.baseline (
       single boolean PRIMARY KEY DEFAULT true CHECK (single),
       version bigint NOT NULL REFERENCES ${schema}.versions (id),
       data bytea
     )`,
    `INSERT INTO ${schema}.versions (id, time, operations) VALUES (0, ${NOW}, 0)`,
    `INSERT INTO ${schema}.head (version, sequence, newest) VALUES (0, 0, 0)`,
    `INSERT INTO ${schema}.baseline (version) VALUES (0)`,
  ];
}

/** The time of the server, in milliseconds since 1970. */
export const NOW = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
