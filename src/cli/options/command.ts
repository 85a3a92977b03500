import type { Compiler } from "../../compiler/mod.ts";
import type { LineSink } from "../../runtime/log/mod.ts";
import type { Config } from "./config.ts";
import type { Flag, ParsedFlags } from "./flag.ts";

/** The input and output of a command. */
export interface Terminal {
  /** Writes a line to standard output. */
  print(line: string): void;
  /** Writes a line to standard error. */
  warn(line: string): void;
  /** Writes bytes to standard output. Default: there is no way to. */
  write?(bytes: Uint8Array): Promise<void>;
  /** Shows a line that the next one replaces, and any output; an empty one removes it. Absent unless people look on. */
  status?(line: string): void;
  /** Which streams people look at in colors. Default: none. */
  colors?: { readonly out: boolean; readonly error: boolean };
  /** Reads all of standard input. */
  input(): Promise<string>;
  /** Returns an environment variable. */
  env(name: string): string | undefined;
  /** The streams behind `print` and `warn`, if there are any. */
  streams?: { out: LineSink; error: LineSink };
}

/** A command of `weft`. */
export interface Command {
  /** What follows the name in the usage line: `[FLAGS] [NAME]...`. */
  usage: string;
  /** More than the summary says, in paragraphs. */
  about?: string;
  flags: readonly Flag[];
  /** The maximum number of arguments. Default 0. */
  maxArgs?: number;
  /** Whether its arguments are spec files, which take the place of the setting `files`. Default true. */
  takesFiles?: boolean;
  /** Returns the words that an argument may be, for shells. Default: files if `usage` says so. */
  words?(): readonly string[] | Promise<readonly string[]>;
  /** Command lines to try, each with what it does. */
  examples: readonly (readonly [line: string, what: string])[];
  /**
   * Runs the command.
   *
   * @param flags The values of its flags, from the command line, the environment or weft.yaml.
   * @param args The arguments of the command line.
   * @param config The whole configuration.
   * @param compiler Parses code, for a command that checks specs.
   * @returns The exit code.
   */
  run(
    flags: ParsedFlags,
    args: readonly string[],
    terminal: Terminal,
    config: Config,
    compiler?: Compiler,
  ): Promise<number>;
}

/** Returns the help of a command. */
export function helpOf(name: string, summary: string, command: Command): string {
  const lines = [`${summary}.`, "", `Usage: weft ${name} ${command.usage}`.trimEnd()];
  if (command.about !== undefined) lines.push("", command.about);
  lines.push("", "Flags:", ...columns([...command.flags, HELP].map((flag) => [syntaxOf(flag), flag.summary])));
  if (command.flags.some(({ setting }) => setting)) lines.push("", SETTINGS_NOTE);
  lines.push("", "Examples:");
  for (const [line, what] of command.examples) lines.push(`  # ${what}`, `  ${line}`);
  return lines.join("\n");
}

const HELP: Flag = { name: "help", short: "h", type: "boolean", summary: "Show this help" };

const SETTINGS_NOTE =
  "Flags marked with * can also be set in weft.yaml or by an environment variable such as WEFT_STORE.";

function syntaxOf({ name, short, type, value = "VALUE", choices, setting }: Flag): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  const placeholder = type === "boolean" ? "" : ` ${choices?.join("|") ?? value}`;
  return `${letter}--${name}${placeholder}${setting ? " *" : ""}`;
}

/** Returns indented rows with the second column aligned. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`.trimEnd());
}
