/** The kinds of entries that make modules of namespaces. */
export { definition, type DefinitionData } from "./definition.ts";
export { dependency, type DependencyData } from "./dependency.ts";
export { requirement, type RequirementData } from "./requirement.ts";
