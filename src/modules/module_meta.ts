import type { ValueMap } from "../value/mod.ts";

/** The key of `meta` by which an entry of a module names it. */
export const MODULE_KEY = "module";
/** The key of `meta` that names the entry which imports the module. */
export const DEPENDENCY_KEY = "module_dependency";
/** The key of `meta` that names the file in the module's folder. */
export const FILE_KEY = "module_file";

/** Returns the name of the dependency that an entry was imported by; undefined if it was not imported. */
export function dependencyOf(meta: ValueMap): string | undefined {
  const name = meta[DEPENDENCY_KEY];
  return typeof name === "string" && typeof meta[MODULE_KEY] === "string" ? name : undefined;
}
