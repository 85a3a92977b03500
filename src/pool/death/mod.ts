/** What a program died of. Loads nothing else, so that a supervisor can use it. */
export * from "./death_cause.ts";
