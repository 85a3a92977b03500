import { stringify } from "@std/yaml";
import type { Terminal } from "../options/command.ts";
import type { Flag, ParsedFlags } from "../options/flag.ts";

/** The flag by which a command is asked for data. @param plain What it prints where nothing is said. */
export function outputFlag(plain: "text" | "table"): Flag {
  return {
    name: "output",
    short: "o",
    type: "text",
    choices: [plain, "json", "yaml"],
    summary: `How it is written. Default ${plain}.`,
  };
}

/** Prints data as JSON or YAML, if that was asked for. @returns Whether it was. */
export function printData(given: ParsedFlags, terminal: Terminal, data: unknown): boolean {
  if (given.output === "json") terminal.print(JSON.stringify(data, null, 2));
  else if (given.output === "yaml") {
    terminal.print(stringify(data, { skipInvalid: true, useAnchors: false, lineWidth: -1 }).trimEnd());
  } else return false;
  return true;
}

/** `1 spec`, `2 specs`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
