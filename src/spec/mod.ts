/** Specs: their model, reading them from files, and checking them. */
export { type CheckedSpec, type CheckOptions, checkSpecs, type CodeToCheck } from "./check/check.ts";
export { readData } from "./check/check_data.ts";
export * from "./model/mod.ts";
export { report } from "./model/report.ts";
export { type MapFile, readMapFile } from "./read_map.ts";
export { type ReadSpecs, readSpecs, type SourcedSpec, type SpecSource } from "./read.ts";
export { type ReadOptions, specFromMap } from "./schema/draft.ts";
export { describeData, describeFields, type FieldDescription } from "./schema/describe_fields.ts";
export { COMMON, duration, link, nodeId, nodeName, port, portName, secret, size, specs } from "./schema/fields.ts";
export { type JsonSchema, jsonSchema } from "./schema/json_schema.ts";
export { validate, type Validated } from "./schema/validate.ts";
export { bindEnv, type BindOptions, type BoundEnv, namedIn, type NamedInSpec } from "./env/bind_env.ts";
export { withoutSecrets } from "./env/literal_secrets.ts";
export { type RenameValue, renameValues } from "./env/rename_values.ts";
export { secretReferences, withSecrets } from "./env/secret_references.ts";
export {
  type Evaluate,
  type MappedTemplates,
  mapTemplates,
  type NamedValue,
  OpenTemplate,
  type TemplateScope,
  type TemplateVariables,
  type ValueSource,
} from "./template/map_templates.ts";
export {
  hasTemplate,
  type Insertion,
  offsetIn,
  splitTemplate,
  type Subject,
  type TemplateExpression,
  type TemplatePart,
  type TemplateText,
  type ValueRead,
} from "./template/template.ts";
export { type Definition, type DefinitionOf, type ExpandedSpec, expandUses } from "./use/expand_uses.ts";
export { FILE_LIMITS, type Source, stringifySpecs } from "./yaml/mod.ts";
