import type { JsonSchema } from "../../spec/mod.ts";
import { PLURALS } from "./config_file.ts";
import type { Flag } from "./flag.ts";
import { ALL_SETTINGS } from "./settings.ts";

// As in weft.yaml: a key without a value counts as absent, a number as the text that it is written as.
const TEXT: JsonSchema = { type: ["string", "number"], minLength: 1 };

/**
 * Returns the JSON Schema of weft.yaml, for editors: it accepts what `parseConfig` does.
 *
 * @param version The version of Weft, for the title.
 */
export function configSchema(version: string): JsonSchema {
  const { properties, ...rest } = settingsSchema();
  const environments = {
    description: "Settings that go before those at the top if --env-name names them.",
    type: ["object", "null"],
    additionalProperties: { $ref: "#/definitions/settings" },
  };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: `Weft ${version} settings`,
    description: "The settings of weft: each is a flag too, which takes precedence.",
    ...rest,
    properties: { ...properties as JsonSchema, environments },
    definitions: { settings: { properties, ...rest } },
  };
}

/** Returns the schema of a map of settings. */
function settingsSchema(): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const flag of ALL_SETTINGS) {
    properties[flag.name] = { description: `${flag.summary}.`, ...schemaOf(flag) };
  }
  for (const [plural, name] of Object.entries(PLURALS)) properties[plural] = properties[name]!;
  return {
    type: ["object", "null"],
    properties: {
      ...properties,
      kinds: { description: "The built-in kinds that are enabled (default all).", ...listOf({ type: "string" }) },
    },
    additionalProperties: false,
    allOf: Object.entries(PLURALS).map((names) => ({ not: { type: "object", required: names } })),
  };
}

function schemaOf({ name, type, choices, min = 0 }: Flag): JsonSchema {
  switch (type) {
    case "boolean":
      return { type: ["boolean", "null"] };
    case "number":
      return { type: ["integer", "null"], minimum: min };
    case "string":
      return choices === undefined ? orNull(TEXT) : { enum: [...choices, null] };
    case "list":
      return name === "env" ? { anyOf: [...listOf(TEXT).anyOf as JsonSchema[], VARIABLES] } : listOf(TEXT);
  }
}

/** Variables by their names; one without a value is taken from the environment. */
const VARIABLES: JsonSchema = {
  type: "object",
  additionalProperties: { type: ["string", "number", "boolean", "null"] },
};

function listOf(item: JsonSchema): JsonSchema {
  return { anyOf: [orNull(item), { type: "array", items: item }] };
}

function orNull(schema: JsonSchema): JsonSchema {
  return { ...schema, type: [schema.type, "null"].flat() };
}
