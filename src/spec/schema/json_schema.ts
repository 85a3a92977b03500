import { z } from "zod";
import type { DataKind } from "../model/data_kind.ts";
import type { KindDescription } from "../model/kind.ts";
import { isVerbatim } from "../model/map_texts.ts";
import type { Scheme } from "../model/scheme.ts";
import type { Path } from "../model/spec.ts";
import { COMMON } from "./fields.ts";

/** A JSON Schema, or a part of one. */
export interface JsonSchema {
  [keyword: string]: unknown;
}

const SPEC = { $ref: "#/definitions/spec" };
// draft-07 ignores everything beside a $ref
const LINKS = { allOf: [{ $ref: "#/definitions/links" }] };
const TEMPLATE = { type: "string", pattern: "\\{\\{", description: "A template: '{{ .NAME }}'." };

/**
 * Returns the JSON Schema of spec files, for editors. It is draft-07, which all versions of the language servers for YAML
 * and JSON know; only the newest know later drafts.
 *
 * @param version The version of Weft, for the title.
 */
export function jsonSchema(scheme: Scheme, version: string): JsonSchema {
  const common = exported(COMMON);
  const links = common.properties.links!;
  const properties: Properties = {
    ...common.properties,
    links: { description: links.description, ...LINKS },
    ports: { description: "Another name of links.", ...LINKS },
  };
  const kinds = [...scheme];
  const names = kinds.flatMap((kind) => [kind.name, ...kind.aliases ?? []].map((name) => ({ name, kind })));
  properties.kind = {
    ...properties.kind,
    enum: [...names, ...scheme.dataKinds].map(({ name }) => name),
    // some editors show these beside each choice
    enumDescriptions: [...names.map(({ kind }) => kind), ...scheme.dataKinds].map(({ summary }) => summary),
  };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: `Weft ${version} specs`,
    description: "The nodes of a workflow: one spec, or a list of them.",
    anyOf: [SPEC, { type: "array", items: SPEC }],
    definitions: {
      spec: {
        type: "object",
        required: ["kind"],
        properties: { kind: properties.kind },
        allOf: [
          ...kinds.map((kind) => conditional(kind.name, [kind.name, ...kind.aliases ?? []])),
          ...scheme.dataKinds.map(({ name }) => conditional(name, [name])),
        ],
      },
      links,
      ...Object.fromEntries(kinds.map((kind) => [`kind.${kind.name}`, schemaOfKind(kind, properties)])),
      ...Object.fromEntries(scheme.dataKinds.map((kind) => [`kind.${kind.name}`, schemaOfData(kind, properties)])),
    },
  };
}

function conditional(name: string, names: readonly string[]): JsonSchema {
  const test = { properties: { kind: { enum: names } }, required: ["kind"] };
  return { if: test, then: { $ref: `#/definitions/kind.${name}` } };
}

function kindNamed(names: readonly string[], summary: string): JsonSchema {
  return { type: "string", enum: names, description: summary };
}

function schemaOfData(kind: DataKind, common: Properties): JsonSchema {
  const { namespace, name, meta, annotations } = common;
  const { data } = exported(z.object({ data: kind.data ?? z.any() })).properties;
  return {
    title: kind.name,
    type: "object",
    description: kind.summary,
    properties: {
      kind: kindNamed([kind.name], kind.summary),
      ...Object.fromEntries(Object.entries({ namespace, name, meta, annotations }).filter(([, schema]) => schema)),
      data: data ?? {},
    },
    additionalProperties: false,
    required: ["kind", "name"],
    allOf: [atMostOne(["meta", "annotations"])],
  };
}

type Properties = Record<string, JsonSchema>;
type ObjectSchema = JsonSchema & { properties: Properties; required?: string[] };

function schemaOfKind(kind: KindDescription, common: Properties): JsonSchema {
  const { required = [], properties } = exported(kind.fields);
  const own: Properties = {};
  for (const [name, schema] of Object.entries(properties)) {
    own[name] = name === kind.nested
      ? { description: schema.description, type: "array", items: SPEC, minItems: 1 }
      : withTemplates(schema, [name], kind);
  }
  const aliases = Object.entries(kind.fieldAliases ?? {});
  for (const [alias, name] of aliases) own[alias] = { ...own[name], description: `Another name of ${name}.` };
  const namesOf = (name: string) => [name, ...aliases.filter(([, of]) => of === name).map(([alias]) => alias)];
  return {
    title: kind.name,
    type: "object",
    description: kind.summary,
    ...kind.examples !== undefined && { examples: kind.examples.map(({ spec }) => spec) },
    properties: { ...common, kind: kindNamed([kind.name, ...kind.aliases ?? []], kind.summary), ...own },
    additionalProperties: false,
    required: ["kind", ...required.filter((name) => namesOf(name).length === 1)],
    allOf: [
      atMostOne(["links", "ports"]),
      atMostOne(["meta", "annotations"]),
      ...required.map(namesOf).filter((names) => names.length > 1).map((names) => ({
        anyOf: names.map((name) => ({ required: [name] })),
      })),
      ...aliases.map((names) => atMostOne(names)),
    ],
  };
}

function atMostOne(names: readonly string[]): JsonSchema {
  return { not: { required: names } };
}

/** Returns a schema that also accepts a template, unless the field is code or accepts any string. */
function withTemplates(schema: JsonSchema, path: Path, kind: KindDescription): JsonSchema {
  if (isVerbatim(kind, path)) return schema;
  const inner = (part: unknown, step?: string) =>
    withTemplates(part as JsonSchema, step === undefined ? path : [...path, step], kind);
  if (schema.type === "object") {
    const changed = { ...schema };
    const properties = Object.entries((schema.properties ?? {}) as Properties);
    if (properties.length > 0) {
      changed.properties = Object.fromEntries(properties.map(([name, part]) => [name, inner(part, name)]));
    }
    if (typeof schema.additionalProperties === "object") {
      changed.additionalProperties = inner(schema.additionalProperties);
    }
    return changed;
  }
  if (schema.type === "array") return { ...schema, items: inner(schema.items ?? {}) };
  const { description, default: fallback, ...rest } = schema;
  const isAnyText = Object.keys(rest).length === 0 || rest.type === "string" && Object.keys(rest).length === 1;
  if (isAnyText) return schema;
  const options = (rest.anyOf ?? rest.oneOf) as JsonSchema[] | undefined;
  return {
    ...description !== undefined && { description },
    ...fallback !== undefined && { default: fallback },
    anyOf: [...options?.map((option) => isContainer(option) ? inner(option) : option) ?? [rest], TEMPLATE],
  };
}

function isContainer({ type }: JsonSchema): boolean {
  return type === "object" || type === "array";
}

function exported(schema: z.ZodObject): ObjectSchema {
  const options = { io: "input", target: "draft-7", unrepresentable: "any", cycles: "throw" } as const;
  const { $schema: _, ...rest } = z.toJSONSchema(schema, options) as JsonSchema;
  return { properties: {}, ...rest } as ObjectSchema;
}
