import { checkTemplateExpression, evaluateTemplate } from "../language/mod.ts";
import { OpenTemplate, type TemplateVariables } from "../spec/mod.ts";
import type { Value, ValueMap } from "../value/mod.ts";

/** Evaluates the expression of a template. */
export type Evaluator = (expression: string, namespace?: string, variables?: TemplateVariables) => Value;

/** Returns a function that evaluates template expressions, in which every variable must be set. */
export function evaluator(env: ValueMap): Evaluator {
  return (expression, _, variables) => evaluateTemplate(expression, env, variables);
}

/**
 * Returns a function that evaluates template expressions as far as their variables are known. An expression that reads an
 * unknown variable remains a template and only its syntax is checked: runtimes may have variables that a command lacks.
 */
export function lenientEvaluator(env: ValueMap): Evaluator {
  return (expression, _, variables = {}) => {
    const isKnown = variablesOf(expression).every((name) =>
      Object.hasOwn(env, name) || variables.env !== undefined && Object.hasOwn(variables.env, name)
    );
    const [diagnostic] = isKnown ? [] : checkTemplateExpression(expression, "data" in variables);
    if (isKnown || diagnostic !== undefined) return evaluateTemplate(expression, env, variables);
    throw new OpenTemplate("a variable is not known here");
  };
}

function variablesOf(expression: string): string[] {
  const reads = expression.matchAll(/\benv\s*(?:\.\s*|\[\s*["'])([A-Za-z_]\w*)/g);
  return Array.from(reads, ([, name]) => name!);
}
