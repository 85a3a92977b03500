import { z } from "zod";
import { DURATION, SIZE } from "../model/quantity.ts";

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

/** A field as people read of it. */
export interface FieldDescription {
  /** Where it stands: `retry.attempts`, `routes[].path`. */
  readonly path: string;
  /** What it takes: `string`, `list of maps`. */
  readonly type: string;
  readonly required: boolean;
  /** What stands in for it where it is left out; undefined for nothing. */
  readonly fallback: string | undefined;
  readonly description: string;
}

/** Options of `describeFields`. */
export interface DescribeFieldsOptions {
  /** The field that holds nested specs, which are not described. */
  readonly nested?: string | undefined;
  /** Marks what is written literally. Default: as it is. */
  readonly literal?: (text: string) => string;
}

/** How a description says what stands in for a field that is left out. */
const DEFAULT = /\s*Default:? ((?:[^.]|\.(?=\S))+)\./;

/** Describes the fields of a schema, those of its maps and lists below them. */
export function describeFields(fields: z.ZodType, options: DescribeFieldsOptions = {}): FieldDescription[] {
  return new Describer(options).rows(schemaOf(fields), "");
}

/** Describes the data of an entry, for each type of it by its name; the name is empty if there is one only. */
export function describeData(
  data: z.ZodType,
  options: DescribeFieldsOptions = {},
): [type: string, fields: FieldDescription[]][] {
  const schema = schemaOf(data);
  const describer = new Describer(options);
  return (schema.anyOf ?? schema.oneOf ?? [schema]).map((option) => [
    String(option.properties?.type?.const ?? ""),
    describer.rows(option, ""),
  ]);
}

function schemaOf(fields: z.ZodType): Schema {
  return z.toJSONSchema(fields, { io: "input", target: "draft-7", unrepresentable: "any" }) as Schema;
}

class Describer {
  readonly #nested: string | undefined;
  readonly #literal: (text: string) => string;

  constructor({ nested, literal = (text) => text }: DescribeFieldsOptions) {
    this.#nested = nested;
    this.#literal = literal;
  }

  rows({ properties = {}, required = [] }: Schema, prefix: string): FieldDescription[] {
    return Object.entries(properties).flatMap(([name, schema]) => {
      const path = `${prefix}${name}`;
      const description = schema.description ?? "";
      const own: FieldDescription = {
        path,
        type: name === this.#nested ? "list of specs" : this.#type(schema),
        required: required.includes(name),
        fallback: DEFAULT.exec(description)?.[1] ??
          (schema.default === undefined ? undefined : this.#literal(JSON.stringify(schema.default))),
        description: description.replace(DEFAULT, "").trim(),
      };
      return name === this.#nested ? [own] : [own, ...this.#inner(schema, path)];
    });
  }

  #inner(schema: Schema, path: string): FieldDescription[] {
    if (schema.type === "array" && schema.items !== undefined) {
      return schema.items.properties === undefined ? [] : this.rows(schema.items, `${path}[].`);
    }
    if (schema.anyOf !== undefined) return schema.anyOf.flatMap((one) => this.#inner(one, path));
    if (schema.properties !== undefined) return this.rows(schema, `${path}.`);
    const values = schema.additionalProperties;
    return typeof values === "object" ? this.#inner(values, `${path}.NAME`) : [];
  }

  #type(schema: Schema): string {
    const { type, anyOf, items, additionalProperties } = schema;
    if (schema.const !== undefined) return this.#literal(JSON.stringify(schema.const));
    if (schema.enum !== undefined) return schema.enum.map((choice) => this.#literal(String(choice))).join(", ");
    if (anyOf !== undefined) {
      if (anyOf.some(({ pattern }) => pattern === DURATION.source)) return "duration";
      if (anyOf.some(({ pattern }) => pattern === SIZE.source)) return "size";
      return [...new Set(anyOf.map((one) => this.#type(one)))].join(" or ");
    }
    if (type === "array") {
      return `list of ${items?.properties !== undefined ? "maps" : pluralOf(this.#type(items ?? {}))}`;
    }
    if (type === "object") {
      return typeof additionalProperties === "object" && schema.properties === undefined
        ? `map of ${pluralOf(this.#type(additionalProperties))}`
        : "map";
    }
    if (type === "integer" && schema.maximum === 65535) return "0 to 65535";
    if (type === "integer") return "whole number";
    return Array.isArray(type) ? type.join(" or ") : type ?? "any value";
  }
}

function pluralOf(type: string): string {
  return type.startsWith("list of ") ? type.replace("list", "lists") : /[a-rt-z]$/.test(type) ? `${type}s` : type;
}
