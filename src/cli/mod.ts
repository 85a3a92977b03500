/** The weft command. Each command's own code is loaded when it is wanted. */
import { fullMessage } from "../value/error.ts";
import { nearest } from "../spec/nearest.ts";
import { type Command, helpOf, table, type Terminal } from "./command.ts";
import { readFlags, UsageError } from "./flag.ts";
import { VERSION } from "./version.ts";

interface Listed {
  summary: string;
  load(): Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Listed>> = {
  start: {
    summary: "Starts a runtime and serves until it is told to stop.",
    load: async () => (await import("./start.ts")).start,
  },
  check: {
    summary: "Checks spec files and runs nothing.",
    load: async () => (await import("./check.ts")).check,
  },
  schema: {
    summary: "Prints the JSON Schema of spec files, for editors.",
    load: async () => (await import("./schema.ts")).schema,
  },
  kinds: {
    summary: "Lists the kinds of nodes.",
    load: async () => (await import("./kinds.ts")).kinds,
  },
};

/**
 * Runs the command line.
 *
 * @param args Without the program's name.
 * @returns The exit code: 0, 1 for an error, 2 for wrong usage.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === "help" || name === "--help" || name === "-h") {
      const of = rest[0];
      terminal.print(of === undefined ? usage() : helpOf(await find(of)));
      return name === undefined ? 2 : 0;
    }
    if (name === "--version" || name === "-V") {
      terminal.print(`weft ${VERSION}`);
      return 0;
    }
    const command = await find(name);
    if (wantsHelp(rest)) {
      terminal.print(helpOf(command));
      return 0;
    }
    const { given, rest: words } = readFlags(rest, command.flags);
    return await command.run(given, words, terminal);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    for (const line of fullMessage(thrown).split("\n")) terminal.complain(line);
    if (!(thrown instanceof UsageError)) return 1;
    const known = name !== undefined && Object.hasOwn(COMMANDS, name);
    terminal.complain(`Try: weft ${known ? `${name} ` : ""}--help`);
    return 2;
  }
}

async function find(name: string): Promise<Command> {
  const listed = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (listed !== undefined) return await listed.load();
  const meant = nearest(name, Object.keys(COMMANDS));
  throw new UsageError(`unknown command ${name}${meant === undefined ? "" : `; did you mean ${meant}?`}`);
}

function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}

function usage(): string {
  return [
    "Weft runs workflows described in YAML.",
    "",
    "Usage: weft COMMAND [FLAGS]",
    "",
    "Commands:",
    ...table(Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary])),
    "",
    "weft COMMAND --help says more of each, with examples.",
  ].join("\n");
}
