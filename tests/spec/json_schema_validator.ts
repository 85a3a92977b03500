import type { JsonSchema } from "../../src/spec/mod.ts";

const NOTES = new Set(["$schema", "title", "description", "default", "definitions", "enumDescriptions", "format"]);

/** Whether a value is as a schema of draft-07 wants it. @throws {Error} For a keyword that it does not know. */
export function matches(value: unknown, schema: JsonSchema, root: JsonSchema = schema): boolean {
  return Object.entries(schema).every(([keyword, wanted]) => {
    if (NOTES.has(keyword) || keyword === "then" || keyword === "if" && schema.then === undefined) return true;
    const check = KEYWORDS[keyword];
    if (check === undefined) throw new Error(`the keyword ${keyword} is not known`);
    // deno-lint-ignore no-explicit-any -- each keyword has a value of its own shape, as the standard says
    return check(value, wanted as any, (part, inner) => matches(part, inner, root), schema, root);
  });
}

type Check = (
  value: unknown,
  // deno-lint-ignore no-explicit-any -- as above
  wanted: any,
  matches: (value: unknown, schema: JsonSchema) => boolean,
  schema: JsonSchema,
  root: JsonSchema,
) => boolean;

const KEYWORDS: Record<string, Check> = {
  $ref: (value, wanted: string, matches, _, root) => {
    const [, , name] = wanted.split("/");
    const found = (root.definitions as Record<string, JsonSchema>)[name!];
    if (found === undefined) throw new Error(`nothing is at ${wanted}`);
    return matches(value, found);
  },
  type: (value, wanted) => typeOf(value) === wanted || wanted === "number" && typeOf(value) === "integer",
  enum: (value, wanted: unknown[]) => wanted.includes(value),
  const: (value, wanted) => value === wanted,
  anyOf: (value, wanted: JsonSchema[], matches) => wanted.some((schema) => matches(value, schema)),
  oneOf: (value, wanted: JsonSchema[], matches) => wanted.filter((schema) => matches(value, schema)).length === 1,
  allOf: (value, wanted: JsonSchema[], matches) => wanted.every((schema) => matches(value, schema)),
  not: (value, wanted, matches) => !matches(value, wanted),
  if: (value, wanted, matches, { then }) => !matches(value, wanted) || matches(value, then as JsonSchema),
  properties: (value, wanted: Record<string, JsonSchema>, matches) =>
    !isMap(value) ||
    Object.keys(wanted).every((key) => !Object.hasOwn(value, key) || matches(value[key], wanted[key]!)),
  propertyNames: (value, wanted, matches) => !isMap(value) || Object.keys(value).every((key) => matches(key, wanted)),
  additionalProperties: (value, wanted: JsonSchema | boolean, matches, { properties }) =>
    !isMap(value) ||
    Object.keys(value).every((key) =>
      Object.hasOwn(properties as object ?? {}, key) ||
      (typeof wanted === "boolean" ? wanted : matches(value[key], wanted))
    ),
  required: (value, wanted: string[]) => !isMap(value) || wanted.every((key) => Object.hasOwn(value, key)),
  items: (value, wanted, matches) => !Array.isArray(value) || value.every((item) => matches(item, wanted)),
  minItems: (value, wanted) => !Array.isArray(value) || value.length >= wanted,
  pattern: (value, wanted) => typeof value !== "string" || new RegExp(wanted, "u").test(value),
  minLength: (value, wanted) => typeof value !== "string" || value.length >= wanted,
  maxLength: (value, wanted) => typeof value !== "string" || value.length <= wanted,
  minimum: (value, wanted) => typeof value !== "number" || value >= wanted,
  maximum: (value, wanted) => typeof value !== "number" || value <= wanted,
};

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeOf(value) === "object";
}
