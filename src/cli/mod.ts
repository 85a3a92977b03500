/** The weft command. A command's module is loaded when the command is used. */
import type { Compiler } from "../compiler/mod.ts";
import { nearest } from "../spec/model/mod.ts";
import { formatLine } from "../runtime/log/mod.ts";
import { type ColorChoice, painted } from "./output/paint.ts";
import { reasonOf } from "../value/mod.ts";
import { columns, type Command, helpOf, type Terminal } from "./options/command.ts";
import { COLOR_FLAG, CONFIG_FLAG, ENV_NAME_FLAG, resolveConfig } from "./options/config.ts";
import { type FlagValue, parseFlags, UsageError } from "./options/flag.ts";
import { VERSION } from "./version.ts";

interface CommandEntry {
  /** One line for the list of commands. */
  summary: string;
  /** Whether it checks specs, for which code has to be parsed. */
  checks?: true;
  /** Whether what it prints is for people, unless `--output` says otherwise. */
  paints?: true;
  load(): Promise<Command>;
}

const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  init: { summary: "Make a new project", load: async () => (await import("./commands/init.ts")).init },
  start: {
    summary: "Start a runtime and serve until stopped",
    load: async () => (await import("./commands/start.ts")).start,
  },
  apply: {
    summary: "Apply spec files to the store as a new version",
    paints: true,
    checks: true,
    load: async () => (await import("./commands/apply.ts")).apply,
  },
  delete: {
    summary: "Delete specs from the store as a new version",
    paints: true,
    load: async () => (await import("./commands/delete.ts")).deleteCommand,
  },
  get: {
    summary: "Show the specs in the store",
    paints: true,
    load: async () => (await import("./commands/get.ts")).get,
  },
  find: {
    summary: "Show the specs that match criteria",
    paints: true,
    load: async () => (await import("./commands/find.ts")).find,
  },
  history: {
    summary: "Show the versions of the store, or prune old ones",
    paints: true,
    load: async () => (await import("./commands/history.ts")).history,
  },
  diff: {
    summary: "Show changes between versions",
    paints: true,
    load: async () => (await import("./commands/diff.ts")).diff,
  },
  rollback: {
    summary: "Move head to another version",
    paints: true,
    load: async () => (await import("./commands/rollback.ts")).rollback,
  },
  status: {
    summary: "Show which version each runtime runs",
    paints: true,
    load: async () => (await import("./commands/status.ts")).status,
  },
  backup: {
    summary: "Copy the store into a file, while it is in use",
    load: async () => (await import("./commands/backup.ts")).backup,
  },
  restore: {
    summary: "Make a store of a backup",
    load: async () => (await import("./commands/restore.ts")).restore,
  },
  export: {
    summary: "Write the specs in the store into a folder",
    load: async () => (await import("./commands/export.ts")).exportCommand,
  },
  run: {
    summary: "Send a payload to a node and print the answer",
    load: async () => (await import("./commands/run.ts")).runCommand,
  },
  check: {
    summary: "Check spec files without running them",
    paints: true,
    checks: true,
    load: async () => (await import("./commands/check.ts")).check,
  },
  test: {
    summary: "Run the tests of workflows, with mocks and virtual time",
    load: async () => (await import("./commands/test_flows.ts")).testFlows,
  },
  fmt: {
    summary: "Format spec files",
    load: async () => (await import("./commands/fmt.ts")).fmt,
  },
  module: {
    summary: "List the modules that specs import, or check one",
    checks: true,
    load: async () => (await import("./commands/module.ts")).moduleCommand,
  },
  import: {
    summary: "Rewrite files of Uniflow as spec files",
    checks: true,
    load: async () => (await import("./commands/import.ts")).importCommand,
  },
  schema: {
    summary: "Print JSON Schemas of specs, settings and tests for editors",
    load: async () => (await import("./commands/schema.ts")).schema,
  },
  kinds: {
    summary: "List the kinds of nodes",
    paints: true,
    load: async () => (await import("./commands/kinds.ts")).kinds,
  },
  explain: {
    summary: "Explain a kind, a field, the code of an error or a setting",
    load: async () => (await import("./commands/explain.ts")).explainCommand,
  },
  completions: {
    summary: "Print the script that makes a shell complete commands",
    load: async () => (await import("./commands/completions.ts")).completions,
  },
  doctor: {
    summary: "Check that this version of Deno supports Weft",
    paints: true,
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
};

/** The names of all commands. */
export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS);

/** Options of a command line. */
export interface CommandLineOptions {
  /** Parses code. Default: a compiler of its own for each command that checks specs. */
  readonly compiler?: Compiler;
}

/**
 * Runs a command line.
 *
 * @param words The command line without the name of the program.
 * @returns The exit code: 0, 1 for an error, 2 for wrong usage.
 */
export async function run(
  words: readonly string[],
  terminal: Terminal,
  options: CommandLineOptions = {},
): Promise<number> {
  const [name, ...rest] = words;
  // a compile thread takes half a second to start: the command is loaded in the meantime
  using own = options.compiler === undefined && name !== undefined && !wantsHelp(rest) && checksSpecs(name)
    ? await startCompiler()
    : undefined;
  const compiler = options.compiler ?? own;
  let format: FlagValue | undefined;
  try {
    if (name === undefined || name === "help" || name === "--help" || name === "-h") {
      const [topic, extra] = rest;
      if (extra !== undefined || name?.startsWith("-") && topic !== undefined) {
        throw new UsageError(`unexpected argument ${JSON.stringify(extra ?? topic)}`);
      }
      terminal.print(topic === undefined ? usage() : helpOf(topic, ...await findCommand(topic)));
      return name === undefined ? 2 : 0;
    }
    if (name === "--version" || name === "-V") {
      if (rest[0] !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(rest[0])}`);
      terminal.print(`weft ${VERSION}`);
      return 0;
    }
    const [summary, command] = await findCommand(name);
    if (wantsHelp(rest)) {
      terminal.print(helpOf(name, summary, command));
      return 0;
    }
    const { flags, args } = parseFlags(rest, command.flags);
    const unexpected = args[command.maxArgs ?? 0];
    if (unexpected !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(unexpected)}`);
    const config = await resolveConfig(command.flags, flags, command.takesFiles === false ? [] : args, terminal);
    format = config.flags["log-format"];
    // data stays as it is
    const isForPeople = COMMANDS[name]!.paints === true &&
      ["text", "table", undefined].includes(flags.output as string);
    const shown = isForPeople ? painted(terminal, config.flags.color as ColorChoice | undefined) : terminal;
    return await command.run(config.flags, args, shown, config, compiler);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    const isUsage = thrown instanceof UsageError;
    const isKnown = name !== undefined && Object.hasOwn(COMMANDS, name);
    const usage = isUsage ? [`See "weft ${isKnown ? `${name} ` : ""}--help" for usage.`] : [];
    const lines = [...reasonOf(thrown).split("\n"), ...usage];
    if (name === "start" && (format === "json" || asksForJson(rest, terminal))) {
      for (const line of lines) terminal.warn(formatLine("json", "error", line));
    } else for (const line of lines) terminal.warn(line);
    return isUsage ? 2 : 1;
  }
}

/** Returns a command with its summary. @throws {UsageError} If it is unknown; it suggests the nearest. */
export async function findCommand(name: string): Promise<[summary: string, command: Command]> {
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry !== undefined) {
    const command = await entry.load();
    return [entry.summary, { ...command, flags: [...command.flags, CONFIG_FLAG, ENV_NAME_FLAG, COLOR_FLAG] }];
  }
  const meant = nearest(name, COMMAND_NAMES);
  const hint = meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`;
  throw new UsageError(`unknown command ${JSON.stringify(name)}${hint}`);
}

/** Reports whether the log of a command is JSON, even if its flags could not be read. */
function asksForJson(words: readonly string[], { env }: Terminal): boolean {
  return /--log-format[= ]json(?: |$)/.test(words.join(" ")) || env("WEFT_LOG_FORMAT") === "json";
}

function checksSpecs(name: string): boolean {
  return Object.hasOwn(COMMANDS, name) && COMMANDS[name]!.checks === true;
}

async function startCompiler(): Promise<Compiler & Disposable> {
  const { ThreadCompiler } = await import("../compiler/mod.ts");
  const compiler = new ThreadCompiler();
  compiler.warm();
  return compiler;
}

function wantsHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return (end < 0 ? words : words.slice(0, end)).some((word) => word === "--help" || word === "-h");
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
    "Flags:",
    ...columns([["-h, --help", "Show this help"], ["-V, --version", "Show the version"]]),
    "",
    'Use "weft COMMAND --help" for more about a command.',
  ].join("\n");
}
