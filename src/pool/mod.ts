/** The executor threads as the host sees them. */
export * from "./executors.ts";
export * from "./pool.ts";
export type { Death, LogSubject } from "./recovery.ts";
export * from "./symbols.ts";
export type { DeathReason, DeathReport } from "./warden.ts";
export * from "./warden_link.ts";
