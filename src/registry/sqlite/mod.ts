/** The worker's side of a history in a SQLite file. */
export { HISTORY_TABLES, HistoryTables } from "./history_tables.ts";
export { HistoryService } from "./history_service.ts";
