import type { Diagnostic } from "../model/diagnostic.ts";

/** What looks like a template: `{{ .PORT }}`, `{{ env.PORT }}`, `{{ values.db.user }}`. */
const TEMPLATE = /\{\{-?\s*(?:\.|(?:env|values)\s*[.[])\s*["']?(\w*)/g;

/** The languages whose code sees `env`. */
const SEES_ENV: ReadonlySet<string> = new Set(["cel", "javascript", "typescript"]);

/** Returns warnings of what looks like a template in code, where nothing evaluates it. */
export function templatesInCode(language: string, code: string): Diagnostic[] {
  return Array.from(code.matchAll(TEMPLATE), ({ 0: found, 1: name, index }) => {
    const hint = SEES_ENV.has(language)
      ? `bind it by the field env of the node, and write ${name === "" ? "env.NAME" : `env.${name}`}`
      : "use a snippet in cel, javascript or typescript, which sees env";
    const shown = code.slice(index).match(/^.{0,40}?\}\}/)?.[0] ?? found;
    return {
      message: `${shown} is not evaluated: code is no template`,
      hint,
      severity: "warning",
      location: { offset: index },
    };
  });
}
