/** Payload values: their types, merging, comparison, copying, limits, errors, and encoding for another thread. */
export * from "./copy.ts";
export * from "./equal.ts";
export * from "./error.ts";
export * from "./error_code.ts";
export * from "./json_limits.ts";
export { findJsonError, type JsonSyntaxError } from "./json_syntax.ts";
export * from "./lazy.ts";
export * from "./limits.ts";
export * from "./log_level.ts";
export * from "./merge.ts";
export * from "./nearest.ts";
export { explainPermission, missingPermission } from "./missing_permission.ts";
export * from "./reason.ts";
export * from "./encoded.ts";
export * from "./stream.ts";
export * from "./value.ts";
export * from "./wire.ts";
export * from "./within.ts";
