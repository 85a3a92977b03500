/** A history on a PostgreSQL server. */
export { PostgresHistory } from "./postgres_history.ts";
export { historyTables } from "./history_tables.ts";
