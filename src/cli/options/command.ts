import type { Config } from "./config.ts";
import type { Flag, ParsedFlags } from "./flag.ts";

/** What a command reads from and writes to. */
export interface Terminal {
  /** Writes a line to standard output. */
  print(line: string): void;
  /** Writes a line to standard error. */
  warn(line: string): void;
  /** All of standard input. */
  input(): Promise<string>;
  /** An environment variable. */
  env(name: string): string | undefined;
}

/** One command of `weft`, as its own file has it. */
export interface Command {
  /** What follows its name: `[FILE ...]`. */
  usage: string;
  /** More than the summary says, in paragraphs. */
  about?: string;
  flags: readonly Flag[];
  /** Command lines to try, each with what it does. */
  examples: readonly (readonly [line: string, what: string])[];
  /**
   * @param given Its flags, wherever they were given.
   * @param args What the command line has beside flags.
   * @param config The rest of what weft.yaml says.
   * @returns The exit code.
   */
  run(given: ParsedFlags, args: readonly string[], terminal: Terminal, config: Config): Promise<number>;
}

/** What `--help` says of a command. */
export function helpOf(name: string, summary: string, command: Command): string {
  const lines = [summary, "", `Usage: weft ${name} ${command.usage}`.trimEnd()];
  if (command.about !== undefined) lines.push("", command.about);
  lines.push("", "Flags:", ...columns([...command.flags, HELP].map((flag) => [syntaxOf(flag), flag.summary])));
  if (command.flags.some(({ setting }) => setting)) lines.push("", SETTINGS_NOTE);
  lines.push("", "Examples:");
  for (const [line, what] of command.examples) lines.push(`  # ${what}`, `  ${line}`);
  return lines.join("\n");
}

const HELP: Flag = { name: "help", short: "h", type: "flag", summary: "Says this." };

const SETTINGS_NOTE =
  "Flags marked with * are settings: weft.yaml may have them, and the environment over it (WEFT_STORE).";

function syntaxOf({ name, short, type, value = "VALUE", choices, setting }: Flag): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  const takes = type === "flag" ? "" : ` ${choices?.join("|") ?? value}`;
  return `${letter}--${name}${takes}${setting ? " *" : ""}`;
}

/** Rows with the second column aligned, indented. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`.trimEnd());
}
