/** The worker's side of presence and meta in a SQLite file. */
export { META_TABLES, MetaService } from "./meta_service.ts";
export { PRESENCE_TABLES, PresenceService } from "./presence_service.ts";
