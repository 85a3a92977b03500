/** The runtime of a namespace: joins the registry, the flow and the pool. */
export * from "./effects.ts";
export * from "./dependencies.ts";
export * from "./entry.ts";
export { extensionFolder, type ModulesOptions } from "./extension_modules.ts";
export * from "./extensions.ts";
export { ExternalError, isExternal } from "./external_error.ts";
export * from "./follower.ts";
export { HOST_CLOCK } from "./host_clock.ts";
export * from "./kind_metrics.ts";
export * from "./log/mod.ts";
export * from "./manifest.ts";
export * from "./processes.ts";
export * from "./run.ts";
export { deathsOf, Redactor } from "./redactor.ts";
export * from "./runtime.ts";
export * from "./scheme.ts";
export * from "./secrets.ts";
export * from "./surroundings.ts";
