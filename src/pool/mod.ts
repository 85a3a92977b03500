/** The executors as the host sees them. */
export * from "./executors.ts";
export * from "./pool.ts";
export * from "./process/mod.ts";
export type { Death, LogSubject } from "./recovery.ts";
export * from "./symbols.ts";
export type { DeathReason, DeathReport, ExecutorWarden, Isolation } from "./executor_warden.ts";
export * from "./warden_link.ts";
