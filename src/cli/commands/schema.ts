import { join } from "node:path";
import { nearest } from "../../spec/model/mod.ts";
import type { Command } from "../options/command.ts";
import { oneOf, UsageError } from "../options/flag.ts";
import { knownKinds } from "../options/known_kinds.ts";
import { settings, stringOf } from "../options/settings.ts";
import { type SchemaFile, SCHEMAS, schemaText } from "../project/mod.ts";

/** `weft schema` */
export const schema: Command = {
  usage: "[FLAGS] [specs|config|test]",
  about: "Prints the schema of spec files, or that of weft.yaml (config) or of test files (test).",
  maxArgs: 1,
  flags: [
    ...settings("extension"),
    { name: "write", type: "string", value: "FOLDER", summary: "Write all schemas into files of a folder instead" },
  ],
  examples: [
    ["weft schema > weft.schema.json", "save the schema of specs to a file for an editor"],
    ["weft schema config", "print the schema of weft.yaml"],
    ["weft schema --write schemas", "write all schemas, as weft init does"],
  ],
  async run(flags, [name], terminal, config) {
    const folder = stringOf(flags, "write");
    if (folder !== undefined && name !== undefined) {
      throw new UsageError(`invalid argument ${JSON.stringify(name)}: --write writes all schemas`);
    }
    const found = name === undefined ? SCHEMAS[0]! : findSchema(name);
    const scheme = await knownKinds(config);
    if (folder === undefined) {
      terminal.print(JSON.stringify(found.schema(scheme), null, 2));
      return 0;
    }
    await Deno.mkdir(folder, { recursive: true });
    for (const { file, schema } of SCHEMAS) {
      await Deno.writeTextFile(join(folder, file), schemaText(schema(scheme)));
    }
    terminal.print(`wrote ${SCHEMAS.map(({ file }) => join(folder, file)).join(", ")}`);
    return 0;
  },
};

function findSchema(name: string): SchemaFile {
  const found = SCHEMAS.find((schema) => schema.name === name);
  if (found !== undefined) return found;
  const names = SCHEMAS.map(({ name }) => name);
  const meant = nearest(name, names);
  const hint = meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`;
  throw new UsageError(`unknown schema ${JSON.stringify(name)}: expected ${oneOf(names)}${hint}`);
}
