import { z } from "zod";
import type { Value } from "../../value/mod.ts";
import { valueAt } from "../model/at_path.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { nearest } from "../../value/mod.ts";
import { show, showChoice, showExpected, showInvalid, showPath } from "../model/show.ts";
import type { Path } from "../model/spec.ts";
import { UNREADABLE } from "../yaml/node.ts";
import type { Issue } from "./coerce.ts";

/** What a schema describes, for messages. */
export interface Subject {
  /** What the fields belong to: `listener`, `spec`. */
  readonly of: string;
  readonly schema: z.ZodType;
  readonly value: Value;
}

/** Returns the diagnostics of an issue; several for unknown keys, none for a value that could not be read. */
export function diagnosticsOf(issue: Issue, subject: Subject, base: Path = []): Diagnostic[] {
  const path = [...base, ...issue.path as Path];
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(subject.schema, path);
    return issue.keys.map((key) => unknownField([...path, key], known, subject));
  }
  const found = valueAt(subject.value, path);
  if (found === UNREADABLE) return [];
  const inner = issue.code === "invalid_union" && found !== undefined ? closest(issue.errors) : [];
  if (inner.some((one) => one.path.length > 0)) return inner.flatMap((one) => diagnosticsOf(one, subject, path));
  const { expected, hint } = wanted(issue, found);
  if (found === undefined && path.length > 0) {
    const parent = path.slice(0, -1);
    const message = `missing field ${show(path.at(-1))} of ${showOwner(parent, subject)}`;
    return [{ location: { path: parent }, message: showExpected(message, expected), ...hint && { hint } }];
  }
  const owner = showOwner(path, subject);
  // whoever wrote the secret itself in the place of a reference is not to find it in a log
  const message = isSecret(issue) ? showExpected(`invalid ${owner}`, expected) : showInvalid(owner, found, expected);
  return [{ location: { path }, message, ...hint && { hint } }];
}

/** Returns the diagnostic of a field that is not known, with the name that was probably meant. */
export function unknownField(path: Path, known: readonly string[], subject: Pick<Subject, "of">): Diagnostic {
  const key = String(path.at(-1));
  const meant = nearest(key, known);
  const diagnostic: Diagnostic = {
    location: { path, key: true },
    message: `unknown field ${show(key)} of ${showOwner(path.slice(0, -1), subject)}`,
  };
  if (meant !== undefined) diagnostic.hint = `did you mean ${show(meant)}?`;
  else if (known.length > 0) diagnostic.hint = `known fields are ${known.join(", ")}`;
  return diagnostic;
}

/** Reports whether an issue is about a value that may be a secret; see `secret`. */
function isSecret(issue: Issue): boolean {
  if (issue.code === "invalid_union") return issue.errors.flat().some(isSecret);
  return issue.code === "custom" && issue.params?.secret === true;
}

function showOwner(path: Path, subject: Pick<Subject, "of">): string {
  return path.length === 0 ? subject.of : showPath(path);
}

/** Returns the issues of the union's option that the value comes closest to: whose issues are deepest. */
function closest(options: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (option: readonly Issue[]) => Math.max(0, ...option.map((issue) => issue.path.length));
  return options.reduce<readonly Issue[]>((best, option) => depth(option) > depth(best) ? option : best, []);
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
  null: "null",
};

const FORMATS: Readonly<Record<string, string>> = { url: "a URL", email: "an email address", uuid: "a UUID" };

/** What a schema expects, to stand behind `expected`, or advice that does not fit there. */
interface Wanted {
  expected?: string;
  hint?: string;
}

function wanted(issue: Issue, found: Value | undefined): Wanted {
  // the library's own messages begin like this; any other is one of the schema's
  if (!/^(?:Invalid|Too (?:big|small)|Unrecognized)\b/.test(issue.message)) {
    const expected = /^expected (.*)$/s.exec(issue.message)?.[1];
    return expected === undefined ? { hint: issue.message } : { expected };
  }
  switch (issue.code) {
    case "invalid_type":
      return { expected: TYPES[issue.expected] ?? issue.expected };
    case "invalid_value":
      return choice(issue.values as readonly Value[], found);
    case "too_small":
      return { expected: bound(issue.origin, issue.inclusive ? "at least" : "more than", issue.minimum) };
    case "too_big":
      return { expected: bound(issue.origin, issue.inclusive ? "at most" : "less than", issue.maximum) };
    case "not_multiple_of":
      return { expected: `a multiple of ${issue.divisor}` };
    case "invalid_format": {
      const { format, pattern } = issue;
      const isPattern = pattern !== undefined && FORMATS[format] === undefined;
      return { expected: isPattern ? `a string that matches ${pattern}` : FORMATS[format] ?? `the format ${format}` };
    }
    case "invalid_union":
      return unionOf(issue, found);
    default:
      return {};
  }
}

function unionOf(issue: Issue & { code: "invalid_union" }, found: Value | undefined): Wanted {
  const options = (issue as { options?: readonly Value[] }).options;
  if (options !== undefined) return choice(options, found);
  const expected = new Set(
    issue.errors.flatMap((option) => option.flatMap((one) => wanted(one, found).expected ?? [])),
  );
  return expected.size === 0 ? {} : { expected: [...expected].join(" or ") };
}

function choice(values: readonly Value[], found: Value | undefined): Wanted {
  const words = values.filter((value) => typeof value === "string");
  const meant = typeof found === "string" ? nearest(found, words) : undefined;
  return meant === undefined ? { expected: showChoice(values) } : { hint: `did you mean ${show(meant)}?` };
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  const unit = origin === "string" ? " character" : origin === "array" ? " item" : "";
  return `${relation} ${limit}${unit}${unit !== "" && Number(limit) !== 1 ? "s" : ""}`;
}

/** Returns the names of the fields that a schema has at a path. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  let at: z.core.$ZodType[] = [schema];
  for (const step of path) at = at.flatMap(unwrapped).flatMap((one) => childOf(one, step));
  return at.flatMap(unwrapped).flatMap((one) => one instanceof z.ZodObject ? Object.keys(one.shape) : []);
}

function childOf(schema: z.core.$ZodType, step: string | number): z.core.$ZodType[] {
  if (schema instanceof z.ZodObject) {
    const field = (schema.shape as Record<string, z.core.$ZodType>)[step];
    return field === undefined ? [] : [field];
  }
  if (schema instanceof z.ZodArray) return [schema.element];
  return schema instanceof z.ZodRecord ? [schema.valueType] : [];
}

/** Returns the schemas behind optional, default and similar wrappers, and the options of a union. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrapped);
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  if (
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault || schema instanceof z.ZodReadonly || schema instanceof z.ZodLazy
  ) return unwrapped(schema.unwrap());
  return [schema];
}
