import type { Command } from "../options/command.ts";
import { knownKinds } from "../options/known_kinds.ts";
import { settings } from "../options/settings.ts";
import { outputFlag, printData } from "../output/output.ts";
import { tableLines } from "../output/table.ts";

/** `weft kinds` */
export const kinds: Command = {
  usage: "[FLAGS]",
  flags: [...settings("extension"), outputFlag("table")],
  examples: [
    ["weft kinds", "list all kinds"],
    ["weft kinds --extension ./mail.ts -o json", "list all kinds and those of an extension, as JSON"],
  ],
  async run(flags, _, terminal, config) {
    const scheme = await knownKinds(config);
    const nodes = [...scheme].map((kind) => ({
      name: kind.name,
      aliases: kind.aliases ?? [],
      place: kind.place ?? "executor",
      ports: kind.ports,
      fields: Object.keys(kind.fields.shape),
      summary: kind.summary,
    }));
    const data = scheme.dataKinds.filter(({ name }) => name !== "registry.entry").map(({ name, summary }) => ({
      name,
      aliases: [],
      place: "data",
      ports: { in: [], out: [] },
      fields: ["data"],
      summary,
    }));
    const list = [...nodes, ...data];
    if (printData(flags, terminal, list)) return 0;
    const rows = list.map(({ name, aliases, place, summary }) => [
      [name, ...aliases].join(", "),
      place === "data" ? "-" : place,
      summary,
    ]);
    for (const line of tableLines(["KIND", "RUNS ON", "SUMMARY"], rows)) terminal.print(line);
    return 0;
  },
};
