/** Modules: folders of specs that others import. */
export { importModules, type OwnModule, readOwnModule, type WithModules } from "./import_modules.ts";
export type { ImportedModule, RequirementValue } from "./imported_module.ts";
export { isInside, moduleFiles } from "./module_folder.ts";
export { DEPENDENCY_KEY, dependencyOf, FILE_KEY, MODULE_KEY } from "./module_meta.ts";
