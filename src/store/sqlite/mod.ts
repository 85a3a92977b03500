/** The worker's side of a store in a SQLite file. */
import { META_TABLES, MetaService, PRESENCE_TABLES, PresenceService } from "../../presence/sqlite/mod.ts";
import { HISTORY_TABLES, HistoryService } from "../../registry/sqlite/mod.ts";
import { serveSqlite, type WorkerScope } from "../../storage/sqlite/mod.ts";

export type { WorkerScope };

/** What each version of the schema adds to the one before. */
export const SCHEMA: readonly string[] = [[...HISTORY_TABLES, ...PRESENCE_TABLES, ...META_TABLES].join(";\n")];

/** Serves a store to the thread that started this worker. */
export function serveStore(scope: WorkerScope): void {
  serveSqlite(scope, SCHEMA, {
    history: (context) => new HistoryService(context),
    presence: ({ database }) => new PresenceService(database),
    meta: ({ database }) => new MetaService(database),
  });
}
