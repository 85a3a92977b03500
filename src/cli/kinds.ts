import { loadScheme } from "../runtime/mod.ts";
import { type Command, table } from "./command.ts";
import { readExtensions, SPEC_FLAGS } from "./settings.ts";

/** `weft kinds` */
export const kinds: Command = {
  name: "kinds",
  summary: "Lists the kinds of nodes.",
  usage: "[FLAGS]",
  flags: [
    ...SPEC_FLAGS.filter(({ name }) => name === "extension"),
    {
      name: "output",
      short: "o",
      type: "text",
      choices: ["table", "json"],
      summary: "How the list is written. Default table.",
    },
  ],
  examples: [["weft kinds", "list them"], [
    "weft kinds --extension ./mail.ts -o json",
    "those of a module too, as JSON",
  ]],
  async run(given, _, terminal) {
    const list = [...await loadScheme({ extensions: readExtensions(given) })].map((kind) => ({
      name: kind.name,
      aliases: kind.aliases ?? [],
      place: kind.place ?? "executor",
      ports: kind.ports,
      fields: Object.keys(kind.fields.shape),
      summary: kind.summary,
    }));
    if (given.output === "json") terminal.print(JSON.stringify(list, null, 2));
    else for (const line of table(list.map(({ name, summary }) => [name, summary]))) terminal.print(line.slice(2));
    return 0;
  },
};
