/** YAML and JSON, read with the position of every value. */
export { compose } from "./compose.ts";
export { FILE_LIMITS } from "./file_limits.ts";
export { LineMap } from "./line_map.ts";
export * from "./node.ts";
export { parseYaml } from "./parse.ts";
export type { Source } from "./source.ts";
export { stringifySpecs } from "./stringify.ts";
export { parseYamlValue, YamlError } from "./value.ts";
