import type { z } from "zod";
import { isList, type Value } from "../../value/mod.ts";
import { type Edit, edited, valueAt } from "../model/at_path.ts";
import type { Path } from "../model/spec.ts";

/** The value that a schema accepted, or its issues with the value that they are about. */
export type Coerced<T> = { data: T } | { issues: readonly Issue[]; value: Value };

/** An issue as the schema library reports it. */
export type Issue = z.core.$ZodIssue;

const NUMBER = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/;

// one round may make a list of one item, the next a number of the string in it; no value needs more rounds than this
const ROUNDS = 10;

/**
 * Parses a value by a schema and converts what the schema does not accept: `"8000"` to a number, `"true"` to a boolean, a
 * number to a string, a single value to a list of one; null counts as missing.
 *
 * @param aliasOf Returns a number as it is written in the file, where a string is expected: `007`, not `7`.
 */
export function coerce<T>(
  schema: z.ZodType<T>,
  value: Value,
  aliasOf?: (path: Path) => string | undefined,
): Coerced<T> {
  for (let round = 1;; round++) {
    const result = schema.safeParse(value);
    if (result.success) return { data: result.data };
    const issues = result.error.issues;
    const edits = issues.flatMap((issue) => editsFor(issue, value, []) ?? []);
    if (edits.length === 0 || round === ROUNDS) return { issues, value };
    for (const edit of edits) {
      if (typeof edit.value === "string") edit.value = aliasOf?.(edit.path) ?? edit.value;
    }
    value = edited(value, edits);
  }
}

/** Returns edits that resolve an issue without changing the meaning; undefined if there are none. */
function editsFor(issue: Issue, root: Value, base: Path): Edit[] | undefined {
  const path = [...base, ...issue.path as Path];
  if (issue.code === "invalid_union") {
    for (const option of issue.errors) {
      const edits = option.map((inner) => editsFor(inner, root, path));
      if (edits.length > 0 && edits.every((edit) => edit !== undefined)) return edits.flat();
    }
    return undefined;
  }
  const found = valueAt(root, path);
  if (found === null && typeof path.at(-1) === "string") return [{ path, value: undefined }];
  if (found === null || found === undefined) return undefined;
  const value = issue.code === "invalid_type"
    ? converted(found, issue.expected)
    : issue.code === "invalid_value"
    ? chosen(found, issue.values)
    : undefined;
  return value === undefined ? undefined : [{ path, value }];
}

function converted(found: Value, expected: string): Value | undefined {
  switch (expected) {
    case "number":
    case "int":
      return typeof found === "string" && NUMBER.test(found) ? Number(found) : undefined;
    case "boolean":
      return found === "true" ? true : found === "false" ? false : undefined;
    case "string":
      return typeof found === "number" || typeof found === "boolean" ? String(found) : undefined;
    case "array":
      return isList(found) ? undefined : [found];
    default:
      return undefined;
  }
}

/** The one of some choices that is written like a value. */
function chosen(found: Value, choices: readonly unknown[]): Value | undefined {
  if (typeof found === "object") return undefined;
  const same = choices.find((choice) => choice !== found && String(choice) === String(found));
  return same as Value | undefined;
}
