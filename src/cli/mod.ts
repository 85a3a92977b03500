/** The weft command. Each command's own code is loaded when it is wanted. */
import { nearest } from "../spec/model/mod.ts";
import { reasonOf } from "../value/mod.ts";
import { columns, type Command, helpOf, type Terminal } from "./options/command.ts";
import { CONFIG_FLAG, resolveConfig } from "./options/config.ts";
import { readFlags, UsageError } from "./options/flag.ts";
import { VERSION } from "./version.ts";

interface Listed {
  /** One line for the list of commands. */
  summary: string;
  load(): Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Listed>> = {
  start: {
    summary: "Starts a runtime and serves until it is told to stop.",
    load: async () => (await import("./commands/start.ts")).start,
  },
  apply: {
    summary: "Puts the specs of files into the store, as a new version.",
    load: async () => (await import("./commands/apply.ts")).apply,
  },
  delete: {
    summary: "Takes specs out of the store, as a new version.",
    load: async () => (await import("./commands/delete.ts")).deleteCommand,
  },
  get: {
    summary: "Prints the specs of the store.",
    load: async () => (await import("./commands/get.ts")).get,
  },
  find: {
    summary: "Prints the specs of the store that meet criteria.",
    load: async () => (await import("./commands/find.ts")).find,
  },
  history: {
    summary: "Prints the versions of the store, and forgets old ones.",
    load: async () => (await import("./commands/history.ts")).history,
  },
  diff: {
    summary: "Prints what changed from one version to another.",
    load: async () => (await import("./commands/diff.ts")).diff,
  },
  rollback: {
    summary: "Goes back, or on, to a version.",
    load: async () => (await import("./commands/rollback.ts")).rollback,
  },
  status: {
    summary: "Prints what version each runtime has reached.",
    load: async () => (await import("./commands/status.ts")).status,
  },
  check: {
    summary: "Checks spec files and runs nothing.",
    load: async () => (await import("./commands/check.ts")).check,
  },
  schema: {
    summary: "Prints the JSON Schema of spec files, for editors.",
    load: async () => (await import("./commands/schema.ts")).schema,
  },
  kinds: {
    summary: "Lists the kinds of nodes.",
    load: async () => (await import("./commands/kinds.ts")).kinds,
  },
  doctor: {
    summary: "Checks that this Deno has what Weft counts on.",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
};

/** The names of all commands. */
export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS);

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
      terminal.print(of === undefined ? usage() : helpOf(of, ...await find(of)));
      return name === undefined ? 2 : 0;
    }
    if (name === "--version" || name === "-V") {
      terminal.print(`weft ${VERSION}`);
      return 0;
    }
    const [summary, command] = await find(name);
    if (wantsHelp(rest)) {
      terminal.print(helpOf(name, summary, command));
      return 0;
    }
    const { given, rest: words } = readFlags(rest, command.flags);
    const config = await resolveConfig(command.flags, given, words, terminal);
    return await command.run(config.given, words, terminal, config);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    for (const line of reasonOf(thrown).split("\n")) terminal.warn(line);
    if (!(thrown instanceof UsageError)) return 1;
    const known = name !== undefined && Object.hasOwn(COMMANDS, name);
    terminal.warn(`Try: weft ${known ? `${name} ` : ""}--help`);
    return 2;
  }
}

async function find(name: string): Promise<[summary: string, command: Command]> {
  const listed = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (listed !== undefined) {
    const command = await listed.load();
    return [listed.summary, { ...command, flags: [...command.flags, CONFIG_FLAG] }];
  }
  const meant = nearest(name, COMMAND_NAMES);
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
    ...columns(Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary])),
    "",
    "weft COMMAND --help says more of each, with examples.",
  ].join("\n");
}
