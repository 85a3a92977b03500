import type { OutputUnit } from "@cfworker/json-schema";
import { isList, isMap, type Value } from "../../value/mod.ts";

/** How many errors of a payload are told at most. */
const MOST = 100;

/** What is wrong with a part of a payload. */
export interface SchemaError {
  /** Where it is, as a JSON pointer: `/user/age`; empty for the payload itself. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** The keyword of the schema. */
  readonly keyword: string;
  /** What the schema has there; null if that is not known. */
  readonly expected: Value;
}

/** Keywords that only say that something inside is wrong, which has an error of its own. */
const WRAPPERS: ReadonlySet<string> = new Set(
  ("$ref $recursiveRef $dynamicRef allOf if properties patternProperties additionalProperties unevaluatedProperties " +
    "items prefixItems additionalItems unevaluatedItems dependentSchemas dependencies").split(" "),
);
/** Keywords with schemas of whose errors none is the one to mend. */
const CHOICES: ReadonlySet<string> = new Set(["anyOf", "oneOf", "not", "contains", "propertyNames"]);

/** Returns the errors of a payload from those of the validator: the innermost ones. */
export function schemaErrors(units: readonly OutputUnit[], schema: Value): SchemaError[] {
  const errors: SchemaError[] = [];
  const choices: string[] = [];
  for (let at = 0; at < units.length && errors.length < MOST; at++) {
    const unit = units[at]!;
    const { keyword, keywordLocation } = unit;
    if (choices.some((choice) => keywordLocation.startsWith(`${choice}/`))) continue;
    if (WRAPPERS.has(keyword) && at + 1 < units.length) continue;
    if (CHOICES.has(keyword)) choices.push(keywordLocation);
    errors.push(keyword === "false" ? notAllowed(unit, units[at - 1]) : errorOf(unit, schema));
  }
  return errors;
}

/** Returns the error of a part that no schema allows, by the keyword around it. */
function notAllowed({ instanceLocation }: OutputUnit, around: OutputUnit | undefined): SchemaError {
  const keyword = around !== undefined && WRAPPERS.has(around.keyword) ? around.keyword : "false";
  return { path: instanceLocation.slice(1), message: "is not allowed", keyword, expected: false };
}

function errorOf({ keyword, keywordLocation, instanceLocation, error }: OutputUnit, schema: Value): SchemaError {
  const path = instanceLocation.slice(1);
  const around = keywordLocation.slice(0, keywordLocation.lastIndexOf("/"));
  const expected = at(at(schema, around, schema), `#/${keyword}`, schema) ?? null;
  if (keyword === "required") {
    const name = /"(.*)"\.?$/s.exec(error)?.[1] ?? "";
    const missing = `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    return { path: missing, message: "is missing", keyword, expected };
  }
  const message = error.replace(/\.$/, "").replace(/^Instance type "(.*)" is invalid\. Expected/s, "is $1, expected");
  return { path, message, keyword, expected };
}

/** Returns what is at a location, through references within the schema. */
function at(value: Value | undefined, location: string, schema: Value): Value | undefined {
  for (const step of location.split("/").slice(1)) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (isList(value)) value = value[Number(key)];
    else value = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (key === "$ref" && typeof value === "string") value = value === "#" ? schema : at(schema, value, schema);
  }
  return value;
}
