/** The admin server: health, status and metrics of a running engine, read-only. */
export * from "./admin.ts";
export * from "./metrics.ts";
