import { jsonSchema } from "../../spec/mod.ts";
import type { Command } from "../options/command.ts";
import { knownKinds } from "../options/known_kinds.ts";
import { settings } from "../options/settings.ts";
import { VERSION } from "../version.ts";

/** `weft schema` */
export const schema: Command = {
  usage: "[FLAGS]",
  flags: settings("extension"),
  examples: [["weft schema > weft.schema.json", "save the schema to a file for an editor"]],
  async run(_, __, terminal, config) {
    terminal.print(JSON.stringify(jsonSchema(await knownKinds(config), VERSION), null, 2));
    return 0;
  },
};
