import { stringify } from "@std/yaml";
import type { Terminal } from "../options/command.ts";
import type { Flag, ParsedFlags } from "../options/flag.ts";

/** Returns the flag `--output`. @param plain The default format. */
export function outputFlag(plain: "text" | "table"): Flag {
  return {
    name: "output",
    short: "o",
    type: "string",
    choices: [plain, "json", "yaml"],
    summary: `Output format (default ${plain})`,
  };
}

/** Prints data as JSON or YAML if `--output` asks for it. @returns Whether it did. */
export function printData(flags: ParsedFlags, terminal: Terminal, data: unknown): boolean {
  if (flags.output === "json") terminal.print(JSON.stringify(data, null, 2));
  else if (flags.output === "yaml") {
    terminal.print(stringify(data, { skipInvalid: true, useAnchors: false, lineWidth: -1 }).trimEnd());
  } else return false;
  return true;
}

/** Formats a count: `1 spec`, `2 specs`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
