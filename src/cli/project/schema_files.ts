import type { Kind } from "../../kind/mod.ts";
import { type JsonSchema, jsonSchema, type Scheme } from "../../spec/mod.ts";
import { configSchema } from "../options/config_schema.ts";
import { VERSION } from "../version.ts";
import { testSchema } from "./test_schema.ts";

/** What editors complete and check a sort of file by. */
export interface SchemaFile {
  /** What the schema is of: an argument of `weft schema`. */
  readonly name: string;
  /** The file of the schema in the folder `schemas`. */
  readonly file: string;
  /** Patterns of the files that it is for, as editors take them. */
  readonly files: readonly string[];
  schema(scheme: Scheme<Kind>): JsonSchema;
}

/** The schemas; the first is the default of `weft schema`. */
export const SCHEMAS: readonly SchemaFile[] = [
  {
    name: "specs",
    file: "specs.json",
    files: ["flows/**/*.yaml", "flows/**/*.yml", "!**/*_test.yaml", "!**/*.test.yaml"],
    schema: (scheme) => jsonSchema(scheme, VERSION),
  },
  { name: "config", file: "config.json", files: ["weft.yaml"], schema: () => configSchema(VERSION) },
  { name: "test", file: "tests.json", files: ["**/*_test.yaml", "**/*.test.yaml"], schema: () => testSchema(VERSION) },
];

/** Returns the text of a schema's file. */
export function schemaText(schema: JsonSchema): string {
  return `${JSON.stringify(schema)}\n`;
}
