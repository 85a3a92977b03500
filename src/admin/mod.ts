/** What operators see of a running engine, over HTTP, read only. */
export * from "./admin.ts";
export * from "./metrics.ts";
export * from "./report.ts";
