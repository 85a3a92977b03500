import { z } from "zod";
import type { Value } from "../../value/mod.ts";
import { valueAt } from "../model/at_path.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { nearest } from "../model/nearest.ts";
import { show, showChoice, showPath } from "../model/show.ts";
import type { Path } from "../model/spec.ts";
import { UNREADABLE } from "../yaml/node.ts";
import type { Issue } from "./coerce.ts";

/** What the values of a schema belong to, for messages. */
export interface Subject {
  /** What the fields are of: `listener`, `a spec`. */
  readonly of: string;
  readonly schema: z.ZodType;
  readonly value: Value;
}

/** An issue of a schema in Weft's words. */
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
  const hint = wanted(issue, found);
  if (found === undefined && path.length > 0) {
    const parent = path.slice(0, -1);
    const message = `missing field ${show(path.at(-1))} of ${showOwner(parent, subject)}`;
    return [{ location: { path: parent }, message, ...hint && { hint } }];
  }
  const message = path.length === 0 ? `${subject.of} is ${show(found)}` : `${showPath(path)} is ${show(found)}`;
  return [{ location: { path }, message, ...hint && { hint } }];
}

/** Says that a field is not known. */
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

function showOwner(path: Path, subject: Pick<Subject, "of">): string {
  return path.length === 0 ? subject.of : showPath(path);
}

/** Of the ways a value could have been right, what keeps it from the one that it comes closest to. */
function closest(options: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (option: readonly Issue[]) => Math.max(0, ...option.map((issue) => issue.path.length));
  return options.reduce<readonly Issue[]>((best, option) => depth(option) > depth(best) ? option : best, []);
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
  null: "null",
};

const FORMATS: Readonly<Record<string, string>> = { url: "a URL", email: "an email address", uuid: "a UUID" };

/** What would have been right. */
function wanted(issue: Issue, found: Value | undefined): string | undefined {
  // a schema's own words come first; the library's begin like this
  if (!/^(?:Invalid|Too (?:big|small)|Unrecognized)\b/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return `it has to be ${TYPES[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return choice(issue.values as readonly Value[], found);
    case "too_small":
      return `it has to ${bound(issue.origin, issue.inclusive ? "at least" : "more than", issue.minimum)}`;
    case "too_big":
      return `it has to ${bound(issue.origin, issue.inclusive ? "at most" : "less than", issue.maximum)}`;
    case "not_multiple_of":
      return `it has to be a multiple of ${issue.divisor}`;
    case "invalid_format":
      return issue.pattern === undefined || FORMATS[issue.format] !== undefined
        ? `it has to be ${FORMATS[issue.format] ?? `of the format ${issue.format}`}`
        : `it has to match ${issue.pattern}`;
    case "invalid_union":
      return unionOf(issue, found);
    default:
      return undefined;
  }
}

function unionOf(issue: Issue & { code: "invalid_union" }, found: Value | undefined): string | undefined {
  const options = (issue as { options?: readonly Value[] }).options;
  if (options !== undefined) return choice(options, found);
  const hints = issue.errors.flatMap((option) => option.map((one) => wanted(one, found) ?? ""));
  const types = new Set(hints.map((hint) => hint.replace(/^it has to be /, "")).filter((hint) => hint !== ""));
  return types.size === 0 ? undefined : `it has to be ${[...types].join(" or ")}`;
}

function choice(values: readonly Value[], found: Value | undefined): string {
  const words = values.filter((value) => typeof value === "string");
  const meant = typeof found === "string" ? nearest(found, words) : undefined;
  return meant === undefined ? `it has to be ${showChoice(values)}` : `did you mean ${show(meant)}?`;
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  const plural = Number(limit) === 1 ? "" : "s";
  if (origin === "string") return `have ${relation} ${limit} character${plural}`;
  if (origin === "array") return `have ${relation} ${limit} item${plural}`;
  return `be ${relation} ${limit}`;
}

/** The fields that a schema knows at a path. */
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

/** The schemas that a schema is made of: what is optional, what has a default, the choices. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrapped);
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  if (
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault || schema instanceof z.ZodReadonly || schema instanceof z.ZodLazy
  ) return unwrapped(schema.unwrap());
  return [schema];
}
