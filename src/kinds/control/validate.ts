import { dereference, type OutputUnit, type Schema, type SchemaDraft, Validator } from "@cfworker/json-schema";
import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import type { Diagnostic, Path } from "../../spec/mod.ts";
import { type Failure, failure, isError, isList, isMap, type Value, type ValueMap } from "../../value/mod.ts";
import { type SchemaError, schemaErrors } from "./schema_errors.ts";

/** How many errors the message of an error names. */
const NAMED = 3;

/** Checks payloads by a JSON Schema. */
export const validate: Kind = defineKind({
  name: "validate",
  summary: "Lets payloads through that fit a JSON Schema; what is wrong with others goes by error.",
  fields: z.object({
    schema: z.union([z.boolean(), z.record(z.string(), z.any())]).describe(
      "A JSON Schema of draft 2020-12, or of the draft that its $schema names: 4, 7 or 2019-09. Formats are checked.",
    ),
  }),
  ports: { in: ["in"], out: ["out", "error"] },
  verbatim: ["schema"],
  about:
    "The error has the code `invalid_payload` and in `details.errors` a list of at most 100 errors, each with its " +
    "`path` (a JSON pointer such as `/user/age`), `message`, `keyword` and what the schema `expected` there. Behind a " +
    "listener it is answered with status 400 and that list. References lead to places in the same schema. Numbers, " +
    "strings, booleans, null, lists and maps can be checked; a date counts as its string, bytes and other values are " +
    "checked as what they are in JSON.",
  portSummaries: { out: "The payload, as it came.", error: "What is wrong with the payload." },
  errors: { invalid_payload: "The payload does not fit the schema; answered with status 400." },
  examples: [{
    title: "A user",
    spec: {
      kind: "validate",
      schema: {
        type: "object",
        required: ["name"],
        properties: { name: { type: "string", minLength: 1 }, age: { type: "integer", minimum: 0 } },
        additionalProperties: false,
      },
    },
  }, {
    title: "The body of a request",
    spec: { kind: "validate", schema: { properties: { body: { type: "object", required: ["id"] } } } },
  }],
  check: ({ schema }) => checkSchema(schema as Value, ["schema"]),
  prepare({ fields: { schema } }) {
    // the validator writes into the schema
    const own = JSON.parse(JSON.stringify(schema)) as Schema | boolean;
    const draft = draftOf(schema as Value);
    checkReferences(own);
    const validator = new Validator(own, draft, false);
    return {
      in(payload) {
        if (isError(payload)) return payload;
        const { valid, errors } = validator.validate(plain(payload));
        return valid ? payload : invalid(errors, schema as Value);
      },
    };
  },
});

const DRAFTS: readonly [pattern: RegExp, draft: SchemaDraft][] = [
  [/draft-04/, "4"],
  [/draft-0[67]/, "7"],
  [/2019-09/, "2019-09"],
  [/2020-12/, "2020-12"],
];

function draftOf(schema: Value): SchemaDraft {
  const uri = isMap(schema) ? String(schema.$schema ?? "") : "";
  return DRAFTS.find(([pattern]) => pattern.test(uri))?.[1] ?? "2020-12";
}

/** @throws {Error} If a reference leads nowhere. */
function checkReferences(schema: Schema | boolean): void {
  const lookup = dereference(schema);
  for (const part of Object.values(lookup)) {
    if (typeof part === "boolean" || part.$ref === undefined) continue;
    const target = part.__absolute_ref__ ?? part.$ref;
    if ([target, target.replace(/#$/, ""), `${target}#`].some((uri) => lookup[uri] !== undefined)) continue;
    throw new Error(`invalid schema: the reference ${JSON.stringify(part.$ref)} leads nowhere`);
  }
}

/** Keywords whose value is a map from names to schemas. */
const MAPS: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
]);
/** Keywords whose value is data. */
const DATA: ReadonlySet<string> = new Set(["const", "enum", "default", "examples"]);
const TYPES = ["null", "boolean", "object", "array", "number", "string", "integer"];

/** Checks what the validator would find only when a payload comes: types and patterns. */
function checkSchema(schema: Value, path: Path): Diagnostic[] {
  if (isList(schema)) return schema.flatMap((item, index) => checkSchema(item, [...path, index]));
  if (!isMap(schema)) return [];
  return Object.entries(schema).flatMap(([keyword, value]): Diagnostic[] => {
    const at = [...path, keyword];
    if (DATA.has(keyword)) return [];
    if (keyword === "type") return checkType(value, at);
    if (keyword === "pattern") return checkPattern(value, at);
    if (!MAPS.has(keyword) || !isMap(value)) return checkSchema(value, at);
    const patterns = keyword === "patternProperties" ? Object.keys(value) : [];
    return [
      ...patterns.flatMap((pattern) => checkPattern(pattern, [...at, pattern])),
      ...Object.entries(value).flatMap(([name, inner]) => checkSchema(inner, [...at, name])),
    ];
  });
}

function checkType(value: Value, path: Path): Diagnostic[] {
  const types = isList(value) ? value : [value];
  const unknown = types.find((type) => !TYPES.includes(type as string));
  if (unknown === undefined) return [];
  return [{
    location: { path },
    message: `invalid type ${JSON.stringify(unknown)}: expected one of ${TYPES.join(", ")}`,
  }];
}

function checkPattern(value: Value, path: Path): Diagnostic[] {
  try {
    new RegExp(String(value), "u");
    return [];
  } catch (thrown) {
    return [{ location: { path }, message: `invalid pattern: ${(thrown as Error).message}` }];
  }
}

/** Returns a payload as the validator knows it: itself, unless something in it has to be converted. */
function plain(value: Value): unknown {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return value.toJSON();
  if (isList(value)) {
    const items = value.map(plain);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isMap(value)) return value;
  const entries = Object.keys(value).map((key): [string, unknown] => [key, plain(value[key]!)]);
  return entries.some(([key, item]) => item !== value[key]) ? Object.fromEntries(entries) : value;
}

function invalid(units: readonly OutputUnit[], schema: Value): Failure {
  const errors = schemaErrors(units, schema);
  const named = errors.slice(0, NAMED).map(({ path, message }: SchemaError) => `${path || "it"}: ${message}`);
  const more = errors.length - named.length;
  const message = `invalid payload: ${named.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
  const details = { status: 400, errors: errors as readonly object[] as readonly ValueMap[] };
  return failure(message, { code: "invalid_payload", details });
}
