/** Specs as a registry stores them: what needs no kinds, and loads nothing of the engine. */
export * from "../dependencies.ts";
export * from "../entry.ts";
