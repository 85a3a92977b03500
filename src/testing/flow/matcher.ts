import { equal, isError, isList, isMap, Stream, type Value, type ValueMap } from "../../value/mod.ts";
import type { Path } from "../../spec/mod.ts";
import { checkExpression, holds } from "./expression.ts";
import { checkPattern, type Finding } from "./finding.ts";
import { summary } from "./show_value.ts";

/** A part of a value that is not as expected. */
export interface Mismatch {
  /** The path of the expectation, from where it begins. */
  readonly path: Path;
  /** What of the value it is about: `answer.body.n`. */
  readonly at: string;
  /** What was expected and what was there: `expected 1, got 2`. */
  readonly message: string;
}

/** The keys of a map that says what matches. */
const KEYS: ReadonlySet<string> = new Set(["exactly", "match", "type", "that", "absent"]);

const TYPES: Readonly<Record<string, (value: Value | Error) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number" || typeof value === "bigint",
  integer: (value) => typeof value === "bigint" || Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  list: (value) => isList(value),
  map: (value) => !isError(value) && isMap(value),
  date: (value) => value instanceof Date,
  bytes: (value) => value instanceof Uint8Array,
  stream: (value) => value instanceof Stream,
  error: (value) => isError(value),
};

/** Reports whether an expectation is one of the keys of a matcher rather than a value. */
function isMatcher(expected: Value): expected is ValueMap {
  if (!isMap(expected)) return false;
  const keys = Object.keys(expected);
  return keys.length > 0 && keys.every((key) => KEYS.has(key));
}

/** Checks an expectation for what it could never mean. */
export function checkExpected(expected: Value, path: Path): Finding[] {
  if (isList(expected)) return expected.flatMap((item, index) => checkExpected(item, [...path, index]));
  if (!isMap(expected)) return [];
  if (!isMatcher(expected)) {
    return Object.entries(expected as ValueMap).flatMap(([key, value]) => checkExpected(value, [...path, key]));
  }
  const { type, match, that, absent } = expected;
  const data = `for data that looks like this, write exactly: { ${Object.keys(expected).join(": ..., ")}: ... }`;
  const wrong = (key: string, wanted: string): Finding => ({
    path: [...path, key],
    message: `invalid ${key} ${summary(expected[key]!)}: expected ${wanted}; ${data}`,
  });
  return [
    ...type === undefined || typeof type === "string" && Object.hasOwn(TYPES, type)
      ? []
      : [wrong("type", `one of ${Object.keys(TYPES).join(", ")}`)],
    ...match === undefined
      ? []
      : typeof match === "string"
      ? checkPattern(match, [...path, "match"])
      : [wrong("match", "a regular expression")],
    ...that === undefined
      ? []
      : typeof that === "string"
      ? checkExpression(that, [...path, "that"])
      : [wrong("that", "a CEL expression")],
    ...absent === undefined || absent === true ? [] : [wrong("absent", "true")],
  ];
}

/**
 * Compares a value with what is expected of it.
 *
 * @param at What the value is, for messages.
 * @returns What differs; empty if it matches.
 */
export function mismatches(
  expected: Value,
  actual: Value | Error | undefined,
  at: string,
  path: Path = [],
): Mismatch[] {
  const wrong = (wanted: string): Mismatch[] => [{ path, at, message: `expected ${wanted}, got ${summary(actual)}` }];
  if (isMatcher(expected)) return matcherMismatches(expected, actual, at, path);
  if (isList(expected)) {
    if (!isList(actual)) return wrong(summary(expected));
    if (actual.length !== expected.length) {
      return [{ path, at, message: `expected a list of ${expected.length}, got ${actual.length}: ${summary(actual)}` }];
    }
    return expected.flatMap((item, index) => mismatches(item, actual[index], `${at}[${index}]`, [...path, index]));
  }
  if (isMap(expected)) {
    const fields = isError(actual) ? errorFields(actual) : actual;
    if (fields === undefined || !isMap(fields)) return wrong(summary(expected));
    return Object.entries(expected).flatMap(([key, value]) =>
      mismatches(value, Object.hasOwn(fields, key) ? fields[key] : undefined, `${at}.${key}`, [...path, key])
    );
  }
  return isSame(expected, actual) ? [] : wrong(summary(expected));
}

function matcherMismatches(
  expected: ValueMap,
  actual: Value | Error | undefined,
  at: string,
  path: Path,
): Mismatch[] {
  const { exactly, match, type, that, absent } = expected;
  const wrong = (key: string, wanted: string): Mismatch => ({
    path: [...path, key],
    at,
    message: `expected ${wanted}, got ${summary(actual)}`,
  });
  const found: Mismatch[] = [];
  if (absent === true) {
    if (actual !== undefined) found.push(wrong("absent", "nothing"));
    return found;
  }
  if (actual === undefined) return [wrong(Object.keys(expected)[0]!, "a value")];
  if (exactly !== undefined && !isExactly(exactly, actual)) found.push(wrong("exactly", `exactly ${summary(exactly)}`));
  if (typeof type === "string" && !TYPES[type]!(actual)) found.push(wrong("type", `a value of type ${type}`));
  if (typeof match === "string") {
    const text = typeof actual === "string" || typeof actual === "number" ? String(actual) : textOf(actual);
    if (text === undefined || !new RegExp(match, "su").test(text)) found.push(wrong("match", `text like /${match}/`));
  }
  if (typeof that === "string") {
    const held = holds(that, actual as Value);
    if (held instanceof Error) {
      found.push({ path: [...path, "that"], at, message: `${that} fails: ${held.message}, for ${summary(actual)}` });
    } else if (!held) found.push(wrong("that", that));
  }
  return found;
}

/** Reports whether a value is the same, with what YAML cannot write taken for how it is written. */
function isExactly(expected: Value, actual: Value | Error): boolean {
  if (isList(expected)) {
    return isList(actual) && actual.length === expected.length &&
      expected.every((item, index) => isExactly(item, actual[index]!));
  }
  if (isMap(expected)) {
    if (isError(actual) || !isMap(actual)) return false;
    const keys = Object.keys(expected);
    return keys.length === Object.keys(actual).length &&
      keys.every((key) => Object.hasOwn(actual, key) && isExactly(expected[key]!, actual[key]!));
  }
  return isSame(expected, actual);
}

function isSame(expected: Value, actual: Value | Error | undefined): boolean {
  if (actual === undefined) return false;
  if (typeof actual === "bigint" && typeof expected === "number") return BigInt(Math.trunc(expected)) === actual;
  if (actual instanceof Date && typeof expected === "string") return Date.parse(expected) === actual.getTime();
  if (actual instanceof Uint8Array && typeof expected === "string") return textOf(actual) === expected;
  if (isError(actual) && typeof expected === "string") return actual.message.includes(expected);
  return equal(expected, actual);
}

/** Returns the text that a value is; undefined if it is none. */
function textOf(value: Value | Error): string | undefined {
  if (typeof value === "string") return value;
  if (isError(value)) return value.message;
  if (value instanceof Date) return value.toISOString();
  if (!(value instanceof Uint8Array)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(value);
  } catch {
    return undefined;
  }
}

/** Returns what of an error can be expected. */
export function errorFields(error: Error & { code?: unknown; details?: unknown }): ValueMap {
  const { message, code, details } = error;
  return {
    message,
    ...code !== undefined && { code: code as Value },
    ...details !== undefined && { details: details as Value },
  };
}
