/** Languages of snippets and conditions, and the realm that their code runs in. */
export { compileCondition, isTruthy } from "./cel/condition.ts";
export { HANDED_ON } from "./handed_on.ts";
export type { CodeFailure, CompileOptions, Language, LogLine, Program } from "./language.ts";
export type { EnvRead, ParsedCode } from "./parsed_code.ts";
export { languageOf, LANGUAGES } from "./languages.ts";
export { Realm } from "./realm/realm.ts";
export { platformWork } from "./realm/requests.ts";
export { Waiting } from "./realm/waiting.ts";
export {
  checkTemplateExpression,
  compileHostExpression,
  evaluateTemplate,
  type TemplateVariables,
} from "./cel/template.ts";
