/** The spec model: what an author writes, where it stands in a file, and what is wrong with it. */
export { type CheckedSpec, type CheckOptions, checkSpecs } from "./check.ts";
export { FILE_LIMITS } from "./file_limits.ts";
export { type ReadOptions, specFromMap } from "./draft.ts";
export { duration, link, nodeId, nodeName, port, portName, size, specs } from "./fields.ts";
export { identify } from "./identify.ts";
export { type JsonSchema, jsonSchema } from "./json_schema.ts";
export * from "./kind.ts";
export { type Evaluate, type MappedTemplates, mapTemplates } from "./map_templates.ts";
export { nearest, nearestFirst } from "./nearest.ts";
export { locatorOf, positionIn } from "./origin.ts";
export { normalizePort, portsOf } from "./port.ts";
export * from "./problem.ts";
export { parseDuration, parseSize } from "./quantity.ts";
export { type ReadSpecs, readSpecs, type SourcedSpec } from "./read.ts";
export { Scheme } from "./scheme.ts";
export { printable, show, showPath } from "./show.ts";
export type { Locator, Source } from "./source.ts";
export * from "./spec.ts";
export { stringifySpecs } from "./stringify.ts";
export {
  hasTemplate,
  offsetIn,
  splitTemplate,
  type TemplateExpression,
  type TemplatePart,
  type TemplateText,
  type TextProblem,
} from "./template.ts";
export { isUuid, uuidv7 } from "./uuid.ts";
export { validate, type Validated } from "./validate.ts";
export { writtenPath } from "./written_path.ts";
