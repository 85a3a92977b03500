import type { Flag, Given } from "./flag.ts";

/** What a command reads from and writes to. */
export interface Terminal {
  /** Writes a line to standard output. */
  print(line: string): void;
  /** Writes a line to standard error. */
  complain(line: string): void;
  /** All of standard input. */
  input(): Promise<string>;
  /** An environment variable. */
  env(name: string): string | undefined;
}

/** One command of `weft`. */
export interface Command {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** What follows its name: `[FILE ...]`. */
  usage: string;
  /** More than the summary says, in paragraphs. */
  about?: string;
  flags: readonly Flag[];
  /** Command lines to try, each with what it does. */
  examples: readonly (readonly [line: string, what: string])[];
  /** @returns The exit code. */
  run(given: Given, args: readonly string[], terminal: Terminal): Promise<number>;
}

/** What `--help` says of a command. */
export function helpOf(command: Command): string {
  const lines = [command.summary, "", `Usage: weft ${command.name} ${command.usage}`.trimEnd()];
  if (command.about !== undefined) lines.push("", command.about);
  lines.push("", "Flags:", ...table([...command.flags, HELP].map((flag) => [syntaxOf(flag), flag.summary])));
  lines.push("", "Examples:");
  for (const [line, what] of command.examples) lines.push(`  # ${what}`, `  ${line}`);
  return lines.join("\n");
}

const HELP: Flag = { name: "help", short: "h", type: "flag", summary: "Says this." };

function syntaxOf({ name, short, type, value = "VALUE", choices }: Flag): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  const takes = type === "flag" ? "" : ` ${choices?.join("|") ?? value}`;
  return `${letter}--${name}${takes}`;
}

/** Rows with the second column aligned, indented. */
export function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`.trimEnd());
}
