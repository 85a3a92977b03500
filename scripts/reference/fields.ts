import { z } from "zod";
import { DURATION, SIZE } from "../../src/spec/model/quantity.ts";
import { code, table } from "./markdown.ts";

/** A JSON Schema of a field. */
interface Schema {
  type?: string | string[];
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
}

/** How a description says what stands in for a field that is left out. */
const DEFAULT = /\s*Default:? ((?:[^.]|\.(?=\S))+)\./;

/** Returns the table of the fields of a schema, those of its maps and lists below them. */
export function fieldTable(fields: z.ZodObject, nested?: string): string {
  return tableOf(schemaOf(fields), nested);
}

/** Returns the tables of the data of an entry, one for each type of it, by the names of the types. */
export function dataTables(data: z.ZodType): [type: string, table: string][] {
  const schema = schemaOf(data);
  const options = schema.anyOf ?? schema.oneOf ?? [schema];
  return options.map((option) => [String(option.properties?.type?.const ?? ""), tableOf(option)]);
}

function tableOf(schema: Schema, nested?: string): string {
  const rows = rowsOf(schema, "", nested);
  return rows.length === 0 ? "None." : table(["field", "type", "default", "description"], rows);
}

function schemaOf(fields: z.ZodType): Schema {
  return z.toJSONSchema(fields, { io: "input", target: "draft-7", unrepresentable: "any" }) as Schema;
}

function rowsOf({ properties = {}, required = [] }: Schema, prefix: string, nested?: string): string[][] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${prefix}${name}`;
    const description = schema.description ?? "";
    const described = DEFAULT.exec(description)?.[1];
    const fallback = described ?? (schema.default === undefined ? undefined : code(JSON.stringify(schema.default)));
    const own = [
      code(path),
      name === nested ? "list of specs" : typeOf(schema),
      required.includes(name) ? "required" : fallback ?? "none",
      description.replace(DEFAULT, "").trim(),
    ];
    return name === nested ? [own] : [own, ...innerRows(schema, path)];
  });
}

function innerRows(schema: Schema, path: string): string[][] {
  if (schema.type === "array" && schema.items !== undefined) {
    return schema.items.properties === undefined ? [] : rowsOf(schema.items, `${path}[].`);
  }
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap((one) => innerRows(one, path));
  if (schema.properties !== undefined) return rowsOf(schema, `${path}.`);
  const values = schema.additionalProperties;
  if (typeof values === "object") return innerRows(values, `${path}.NAME`);
  return [];
}

function typeOf(schema: Schema): string {
  const { type, anyOf, items, additionalProperties } = schema;
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((choice) => code(String(choice))).join(", ");
  if (anyOf !== undefined) {
    if (anyOf.some(({ pattern }) => pattern === DURATION.source)) return "duration";
    if (anyOf.some(({ pattern }) => pattern === SIZE.source)) return "size";
    return [...new Set(anyOf.map(typeOf))].join(" or ");
  }
  if (type === "array") return `list of ${items?.properties !== undefined ? "maps" : pluralOf(typeOf(items ?? {}))}`;
  if (type === "object") {
    return typeof additionalProperties === "object" && schema.properties === undefined
      ? `map of ${pluralOf(typeOf(additionalProperties))}`
      : "map";
  }
  if (type === "integer" && schema.maximum === 65535) return "0 to 65535";
  if (type === "integer") return "whole number";
  return Array.isArray(type) ? type.join(" or ") : type ?? "any value";
}

function pluralOf(type: string): string {
  return type.startsWith("list of ") ? type.replace("list", "lists") : /[a-rt-z]$/.test(type) ? `${type}s` : type;
}
