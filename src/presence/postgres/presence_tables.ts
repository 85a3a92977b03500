/** Returns the statements that make the tables of presence and meta in a schema. Times are those of the server. */
export function presenceTables(schema: string): readonly string[] {
  return [
    `CREATE TABLE ${schema}.instances (id text PRIMARY KEY, time bigint NOT NULL, seen bigint NOT NULL, data bytea NOT NULL)`,
    `CREATE TABLE ${schema}.meta (key text PRIMARY KEY, data bytea NOT NULL, token uuid)`,
  ];
}

/** The time of the server, in milliseconds since 1970. */
export const NOW = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
