import type { Entry } from "../../registry/mod.ts";
import { entryToMap, entryToSpec, isNode, shownEntry } from "../../runtime/stored/mod.ts";
import { stringifySpecs } from "../../spec/mod.ts";
import { isMap } from "../../value/mod.ts";
import type { Terminal } from "../options/command.ts";
import type { ParsedFlags } from "../options/flag.ts";
import { tableLines } from "./table.ts";

/** Prints specs as a table, as YAML that can be applied again, or as JSON. */
export function printSpecs(flags: ParsedFlags, terminal: Terminal, entries: readonly Entry[]): void {
  entries = entries.map(shownEntry);
  if (flags.output === "json") terminal.print(JSON.stringify(entries.map(entryToMap), null, 2));
  else if (flags.output === "yaml") {
    terminal.print(stringifySpecs(entries.map((entry) => entryToSpec(entry).spec)).trimEnd());
  } else {
    const rows = entries.map((entry) => [
      entry.id.namespace,
      entry.id.name,
      entry.kind,
      isNode(entry) ? targetsOf(entry.data).join(", ") : "",
    ]);
    for (const line of tableLines(["NAMESPACE", "NAME", "KIND", "LINKS TO"], rows)) terminal.print(line);
  }
}

/** Returns the distinct targets of the links of a spec. */
function targetsOf(data: Entry["data"]): string[] {
  const links = isMap(data) && isMap(data.links) ? Object.values(data.links) : [];
  const targets = links.flatMap((targets) => Array.isArray(targets) ? targets.filter(isMap) : []);
  return [...new Set(targets.map(({ id, name }) => String(name ?? id)))];
}
