/** Connections to a PostgreSQL server for stores, apart from the rest as few programs need them. */
export { PostgresConnection } from "./postgres_connection.ts";
export type { PostgresConnectionOptions, Write } from "./postgres_connection.ts";
export type { Migration } from "./postgres_schema.ts";
