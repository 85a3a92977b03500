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
 * Evaluates a CEL expression over `env`.
 *
 * @throws {Error} Why there is no value; an `offset` that it has is in UTF-16 units of the expression.
 */
export type Evaluate = (expression: string) => Value;

/** A spec's fields with the templates evaluated, and what is wrong with those that could not be: they stay as they are. */
export interface MappedTemplates {
  fields: ValueMap;
  diagnostics: Diagnostic[];
}

/**
 * Evaluates the templates in a spec's fields: `{{ ... }}` in any text that is no code and no key. A text that is one
 * template and nothing else becomes the value of that template, of whatever type; in any other the values are written
 * as text.
 *
 * @param source Where the spec stands, for the diagnostics.
 */
export function mapTemplates(spec: SpecDraft, scheme: Scheme, evaluate: Evaluate, source?: Locator): MappedTemplates {
  const diagnostics: Diagnostic[] = [];
  const kind = scheme.get(spec.kind);
  if (kind === undefined) return { fields: spec.fields, diagnostics };
  const fields = mapTexts(kind, spec.fields, scheme, (text, path) => {
    if (!hasTemplate(text) || text === UNREADABLE) return text;
    const tell = (diagnostic: Diagnostic) => diagnostics.push(report({ spec, source }, prefixPath(path, diagnostic)));
    const value = evaluateText(text, evaluate, tell);
    return value === undefined ? text : value;
  });
  return { fields, diagnostics };
}

/** What is wrong with the templates of a text, by their form alone and by what a check of the expressions says. */
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

/** The value of a text with templates; undefined if it has none, which is told. */
function evaluateText(text: string, evaluate: Evaluate, tell: (diagnostic: Diagnostic) => void): Value | undefined {
  const { parts, diagnostic } = splitTemplate(text);
  if (diagnostic !== undefined) tell(diagnostic);
  const isAlone = parts.length === 1;
  const values = parts.map((part) => part.type === "text" ? part.text : evaluatePart(part, evaluate, isAlone, tell));
  if (diagnostic !== undefined || values.includes(undefined)) return undefined;
  return isAlone ? values[0] : values.join("");
}

function evaluatePart(
  part: TemplateExpression,
  evaluate: Evaluate,
  isAlone: boolean,
  tell: (diagnostic: Diagnostic) => void,
): Value | undefined {
  let value: Value;
  try {
    value = evaluate(part.expression);
  } catch (thrown) {
    const error = asError(thrown) as Error & { offset?: unknown };
    const offset = typeof error.offset === "number" ? error.offset : 0;
    tell({ message: `template: ${error.message}`, location: { offset: offsetIn(part, offset) } });
    return undefined;
  }
  if (isAlone || ["string", "number", "boolean", "bigint"].includes(typeof value)) return value;
  if (value instanceof Date) return value.toISOString();
  const message = `template: ${show(value)} cannot be part of a text`;
  tell({ message, hint: "only a text, a number, a boolean or a date can", location: { offset: part.offset } });
  return undefined;
}
