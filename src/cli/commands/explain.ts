import { schemeOf } from "../../runtime/mod.ts";
import { explain, explainable } from "../explain/explain.ts";
import { explainLines } from "../explain/explain_lines.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { knownKinds } from "../options/known_kinds.ts";
import { ALL_SETTINGS, settings } from "../options/settings.ts";
import { outputFlag, printData } from "../output/output.ts";

/** `weft explain` */
export const explainCommand: Command = {
  usage: "[FLAGS] WORD",
  about:
    `WORD is a kind (listener), a field of one (listener.tls.cert), a field that several have (timeout), the code of an error
(not_found) or a setting (log-level). Shows what the reference says, of the kinds that are loaded.`,
  maxArgs: 1,
  takesFiles: false,
  words: () => explainable(schemeOf(), ALL_SETTINGS),
  flags: [...settings("extension"), outputFlag("text")],
  examples: [
    ["weft explain listener", "show the fields, ports, errors and an example of a kind"],
    ["weft explain http.retry", "show a field, and the fields in it"],
    ["weft explain bad_status", "show what the code of an error means"],
  ],
  async run(flags, args, terminal, config) {
    const [word] = args;
    if (word === undefined) {
      throw new UsageError("missing argument WORD: expected a kind, KIND.FIELD, the code of an error or a setting");
    }
    const found = explain(word, await knownKinds(config), ALL_SETTINGS);
    if (printData(flags, terminal, found)) return 0;
    for (const line of explainLines(found)) terminal.print(line);
    return 0;
  },
};
