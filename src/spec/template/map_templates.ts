import { asError, type Value, type ValueMap } from "../../value/mod.ts";
import { type Diagnostic, prefixPath } from "../model/diagnostic.ts";
import { mapTexts } from "../model/map_texts.ts";
import type { Locator } from "../model/origin.ts";
import { report } from "../model/report.ts";
import type { Scheme } from "../model/scheme.ts";
import { show } from "../model/show.ts";
import type { SpecDraft } from "../model/spec.ts";
import { UNREADABLE } from "../yaml/node.ts";
import { hasTemplate, offsetIn, splitTemplate, type TemplateExpression } from "./template.ts";

/**
 * Evaluates a CEL expression over `env`, in a spec of a namespace.
 *
 * @throws {Error} If evaluation fails; its `offset`, if any, is in UTF-16 units of the expression.
 */
export type Evaluate = (expression: string, namespace: string) => Value;

/** The fields with templates evaluated, and diagnostics of those that failed, which stay as they are. */
export interface MappedTemplates {
  fields: ValueMap;
  diagnostics: Diagnostic[];
}

/**
 * Evaluates the templates in the fields of a spec: `{{ ... }}` in any string that is neither code nor a key. A string that
 * consists of one template becomes its value, of any type; in other strings values are inserted as text.
 *
 * @param source The positions of the spec, for diagnostics.
 */
export function mapTemplates(spec: SpecDraft, scheme: Scheme, evaluate: Evaluate, source?: Locator): MappedTemplates {
  const diagnostics: Diagnostic[] = [];
  const kind = scheme.get(spec.kind);
  if (kind === undefined) return { fields: spec.fields, diagnostics };
  const fields = mapTexts(kind, spec.fields, scheme, (text, path) => {
    if (!hasTemplate(text) || text === UNREADABLE) return text;
    const tell = (diagnostic: Diagnostic) => diagnostics.push(report({ spec, source }, prefixPath(path, diagnostic)));
    const value = evaluateText(text, (expression) => evaluate(expression, spec.namespace), tell);
    return value === undefined ? text : value;
  });
  return { fields, diagnostics };
}

/** Returns diagnostics of the templates in a string: of their syntax and, with `check`, of their expressions. */
export function checkTemplate(text: string, check?: (expression: string) => readonly Diagnostic[]): Diagnostic[] {
  const { parts, diagnostic } = splitTemplate(text);
  if (diagnostic !== undefined) return [diagnostic];
  return parts.flatMap((part) => {
    if (part.type === "text") return [];
    return (check?.(part.expression) ?? []).map((found) => ({
      ...found,
      location: { offset: offsetIn(part, found.location?.offset ?? 0) },
    }));
  });
}

/** Returns the value of a string with templates; reports and returns undefined if evaluation fails. */
function evaluateText(
  text: string,
  evaluate: (expression: string) => Value,
  tell: (diagnostic: Diagnostic) => void,
): Value | undefined {
  const { parts, diagnostic } = splitTemplate(text);
  if (diagnostic !== undefined) tell(diagnostic);
  const isAlone = parts.length === 1;
  const values = parts.map((part) => part.type === "text" ? part.text : evaluatePart(part, evaluate, isAlone, tell));
  if (diagnostic !== undefined || values.includes(undefined)) return undefined;
  return isAlone ? values[0] : values.join("");
}

function evaluatePart(
  part: TemplateExpression,
  evaluate: (expression: string) => Value,
  isAlone: boolean,
  tell: (diagnostic: Diagnostic) => void,
): Value | undefined {
  let value: Value;
  try {
    value = evaluate(part.expression);
  } catch (thrown) {
    const error = asError(thrown) as Error & { offset?: unknown };
    const offset = typeof error.offset === "number" ? error.offset : 0;
    tell({ message: `invalid template: ${error.message}`, location: { offset: offsetIn(part, offset) } });
    return undefined;
  }
  if (isAlone || ["string", "number", "boolean", "bigint"].includes(typeof value)) return value;
  if (value instanceof Date) return value.toISOString();
  const message = `invalid template: expected a string, a number, a boolean or a date, got ${show(value)}`;
  tell({ message, location: { offset: part.offset } });
  return undefined;
}
