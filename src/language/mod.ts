/** Languages of snippets and conditions, and the realm that their code runs in. */
export { checkCondition, compileCondition, isTruthy } from "./cel/condition.ts";
export type { CodeFailure, CompileOptions, Language, LogLine, Program } from "./language.ts";
export { languageOf, LANGUAGES } from "./languages.ts";
export { Realm } from "./realm/realm.ts";
export { Waiting } from "./realm/waiting.ts";
export { checkTemplateExpression, evaluateTemplate } from "./cel/template.ts";
