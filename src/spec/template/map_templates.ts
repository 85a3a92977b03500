import { asError, copy, nearest, type Value, type ValueMap } from "../../value/mod.ts";
import { type Diagnostic, prefixPath } from "../model/diagnostic.ts";
import { mapTexts } from "../model/map_texts.ts";
import type { Locator } from "../model/origin.ts";
import { report } from "../model/report.ts";
import type { Scheme } from "../model/scheme.ts";
import { show } from "../model/show.ts";
import { type Path, type SpecDraft, VALUE_KIND } from "../model/spec.ts";
import { UNREADABLE } from "../yaml/node.ts";
import { hasTemplate, offsetIn, splitTemplate, type Subject, type TemplateExpression } from "./template.ts";

/** What an expression of a template sees beside the variables of whoever evaluates it. */
export interface TemplateVariables {
  /** Variables of `env` that stand before those of the same name. */
  readonly env?: ValueMap | undefined;
  /** The data of values by their names, as `values`. */
  readonly values?: ValueMap | undefined;
  /** The data of the value that the template is about, as `self`. */
  readonly data?: Value | undefined;
}

/**
 * Evaluates a CEL expression over `env` and `values`, in a spec of a namespace.
 *
 * @throws {OpenTemplate} If something that it reads is known only where the spec runs.
 * @throws {Error} If evaluation fails; its `offset`, if any, is in UTF-16 units of the expression.
 */
export type Evaluate = (expression: string, namespace: string, variables?: TemplateVariables) => Value;

/** Says that a template reads something that is known only where its spec runs: it stays a template. */
export class OpenTemplate extends Error {
  override name = "OpenTemplate";
}

/** Stands for the value of a template that stays one. */
export const OPEN: unique symbol = Symbol("open");

/** A value that templates read. */
export interface NamedValue {
  /** Its data. Looking at it, or at a secret in it, throws if the secret is not there. */
  readonly data: Value;
}

/** The values that templates may read. */
export interface ValueSource {
  /** Returns the value of a name or an id. */
  value(nameOrId: string): NamedValue | undefined;
  /** Returns the names of all values, for suggestions. */
  names(): Iterable<string>;
  /** Returns the kind of an entry that is no value, for messages. */
  kindOf(name: string): string | undefined;
  /** Returns a secret by its reference. @throws {Error} If it is not there. */
  secret(reference: string): string;
}

/** What the templates of a spec, and of those nested in it, see. */
export interface TemplateScope extends ValueSource {
  /** Returns what is bound for the spec at a path, by the names of fields: `[]` for the spec itself. */
  envAt(at: Path): ValueMap | undefined;
}

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
 * @param scope What its templates see. Default: the variables alone.
 */
export function mapTemplates(
  spec: SpecDraft,
  scheme: Scheme,
  evaluate: Evaluate,
  source?: Locator,
  scope: TemplateScope = NO_SCOPE,
): MappedTemplates {
  const diagnostics: Diagnostic[] = [];
  const kind = scheme.get(spec.kind);
  if (kind === undefined) return { fields: spec.fields, diagnostics };
  const fields = mapTexts(kind, spec.fields, scheme, (text, path, at) => {
    if (!hasTemplate(text) || text === UNREADABLE) return text;
    const tell = (diagnostic: Diagnostic) => diagnostics.push(report({ spec, source }, prefixPath(path, diagnostic)));
    const value = evaluateText(text, {
      evaluate: (expression, variables) => evaluate(expression, spec.namespace, { ...variables, env: scope.envAt(at) }),
      values: scope,
      tell,
    });
    return value === undefined || value === OPEN ? text : value;
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

function open(): never {
  throw new OpenTemplate("a secret is not known here");
}

const NO_SCOPE: TemplateScope = {
  envAt: () => undefined,
  value: () => undefined,
  names: () => [],
  kindOf: () => undefined,
  secret: open,
};

/** What the templates of a string are evaluated with. */
export interface TextOptions {
  /** Evaluates an expression. */
  evaluate(expression: string, variables: TemplateVariables): Value;
  values: ValueSource;
  /** What `.name` stands for. Default `env`. */
  subject?: Subject;
  tell(diagnostic: Diagnostic): void;
}

/**
 * Returns the value of a string with templates.
 *
 * @returns `OPEN` if it is not known here; undefined if evaluation fails, which is told.
 */
export function evaluateText(text: string, options: TextOptions): Value | typeof OPEN | undefined {
  const { parts, diagnostic } = splitTemplate(text, options.subject);
  if (diagnostic !== undefined) options.tell(diagnostic);
  const isAlone = parts.length === 1;
  const values = parts.map((part) => part.type === "text" ? part.text : evaluatePart(part, options, isAlone));
  if (diagnostic !== undefined || values.includes(undefined)) return undefined;
  if (values.includes(OPEN)) return OPEN;
  return isAlone ? values[0] as Value : values.join("");
}

function evaluatePart(
  part: TemplateExpression,
  { evaluate, values, tell }: TextOptions,
  isAlone: boolean,
): Value | typeof OPEN | undefined {
  const read = readValues(part, values, tell);
  if (read === undefined) return undefined;
  let value: Value;
  try {
    value = evaluate(part.expression, { values: read });
    // a value's secrets are read when they are copied
    if (typeof value === "object") value = copy(value);
  } catch (thrown) {
    if (thrown instanceof OpenTemplate) return OPEN;
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

/** Returns the values that an expression reads; undefined if there is one that is not known, which is told. */
function readValues(
  part: TemplateExpression,
  values: ValueSource,
  tell: (diagnostic: Diagnostic) => void,
): ValueMap | undefined {
  const read: Record<string, Value> = {};
  let isKnown = true;
  for (const { name, offset } of part.values) {
    const value = values.value(name);
    if (value !== undefined) Object.defineProperty(read, name, { enumerable: true, get: () => value.data });
    else {
      isKnown = false;
      tell({ ...unknownValue(name, values), location: { offset: offsetIn(part, offset) } });
    }
  }
  return isKnown ? read : undefined;
}

/** Returns the diagnostic of a name that no value has. */
export function unknownValue(name: string, values: ValueSource): Diagnostic {
  const message = `unknown value ${show(name)}`;
  const kind = values.kindOf(name);
  const meant = kind === undefined ? nearest(name, values.names()) : undefined;
  if (meant !== undefined) return { message, hint: `did you mean ${show(meant)}?` };
  const expected = `expected the name of an entry of kind ${VALUE_KIND}`;
  return { message, hint: kind === undefined ? expected : `${expected}, and it is one of kind ${kind}` };
}
