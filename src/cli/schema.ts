import { loadScheme } from "../runtime/mod.ts";
import { jsonSchema } from "../spec/mod.ts";
import type { Command } from "./command.ts";
import { readExtensions, SPEC_FLAGS } from "./settings.ts";
import { VERSION } from "./version.ts";

/** `weft schema` */
export const schema: Command = {
  name: "schema",
  summary: "Prints the JSON Schema of spec files, for editors.",
  usage: "[FLAGS]",
  flags: SPEC_FLAGS.filter(({ name }) => name === "extension"),
  examples: [["weft schema > weft.schema.json", "write the schema to a file that an editor is pointed at"]],
  async run(given, _, terminal) {
    terminal.print(
      JSON.stringify(jsonSchema(await loadScheme({ extensions: readExtensions(given) }), VERSION), null, 2),
    );
    return 0;
  },
};
