/** The spec model: what an author writes, where it stands in a file, and what is wrong with it. */
export * from "./kind.ts";
export * from "./problem.ts";
export * from "./spec.ts";
