import { checkTemplateExpression, evaluateTemplate } from "../../language/mod.ts";
import type { Value, ValueMap } from "../../value/mod.ts";

/** Evaluates templates over variables, all of which have to be set. */
export function evaluator(env: ValueMap): (expression: string) => Value {
  return (expression) => evaluateTemplate(expression, env);
}

/**
 * Evaluates templates over variables as far as they are known: one that reads another variable stays a template, whose
 * form alone is checked. The runtimes may have variables that a command has not.
 */
export function lenientEvaluator(env: ValueMap): (expression: string) => Value {
  return (expression) => {
    const isKnown = variablesOf(expression).every((name) => Object.hasOwn(env, name));
    const [diagnostic] = isKnown ? [] : checkTemplateExpression(expression);
    if (isKnown || diagnostic !== undefined) return evaluateTemplate(expression, env);
    return `{{ ${expression} }}`;
  };
}

function variablesOf(expression: string): string[] {
  const reads = expression.matchAll(/\benv\s*(?:\.\s*|\[\s*["'])([A-Za-z_]\w*)/g);
  return Array.from(reads, ([, name]) => name!);
}
