/** The threads as the host sees them. */
export * from "./pool.ts";
export * from "./warden_link.ts";
