import { checkTemplateExpression, evaluateTemplate } from "../language/mod.ts";
import type { Value, ValueMap } from "../value/mod.ts";

/** Returns a function that evaluates template expressions, in which every variable must be set. */
export function evaluator(env: ValueMap): (expression: string) => Value {
  return (expression) => evaluateTemplate(expression, env);
}

/**
 * Returns a function that evaluates template expressions as far as their variables are known. An expression that reads an
 * unknown variable remains a template and only its syntax is checked: runtimes may have variables that a command lacks.
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
