import { parseEnv } from "node:util";
import { type LogFormat, type LogLevels, parseLevels } from "../../runtime/log/mod.ts";
import type { Terminal } from "./command.ts";
import { type Flag, type ParsedFlags, UsageError } from "./flag.ts";

/** The default store; `start` with files defaults to `memory:` instead. */
export const DEFAULT_STORE = ".weft/registry.db";

/** Returns the URL of the store that flags name. Default: that of the project, beside its weft.yaml. */
export function storeOf(flags: ParsedFlags): string {
  return stringOf(flags, "store") ?? stringOf(flags, "default-store") ?? DEFAULT_STORE;
}

/** The default namespace. */
export const DEFAULT_NAMESPACE = "default";

const SETTINGS = {
  file: {
    name: "file",
    short: "f",
    type: "list",
    value: "FILE",
    summary: "Specs to read: a file, a folder (recursively), or - for standard input",
  },
  namespace: {
    name: "namespace",
    short: "n",
    type: "string",
    value: "NAME",
    summary: "Namespace of specs that do not name one (default default)",
  },
  store: {
    name: "store",
    type: "string",
    value: "STORE",
    summary: `Store of versions: the path of a SQLite file, postgres://... or env:NAME (default ${DEFAULT_STORE})`,
  },
  env: {
    name: "env",
    short: "e",
    type: "list",
    value: "NAME[=VALUE]",
    summary: "Set a template variable; without VALUE, take it from the environment",
  },
  "env-file": {
    name: "env-file",
    type: "list",
    value: "FILE",
    summary: "Set template variables from a file of NAME=VALUE lines",
  },
  extension: {
    name: "extension",
    type: "list",
    value: "MODULE",
    summary: "Module with more kinds: a path, a folder, a file: URL or an npm: specifier",
  },
  dependency: {
    name: "dependency",
    type: "list",
    value: "PATH",
    summary: "Where entries name what they depend on, beside meta.depends_on: meta.server, data.imports.*",
  },
  executors: {
    name: "executors",
    type: "number",
    value: "N",
    min: 1,
    summary: "Number of executors that run workflows (default: one fewer than CPUs, at least 1)",
  },
  "executor-memory": {
    name: "executor-memory",
    type: "number",
    value: "MIB",
    min: 16,
    summary: "Heap limit of each executor, in MiB (default 256)",
  },
  isolation: {
    name: "isolation",
    type: "string",
    choices: ["thread", "process"],
    summary: "Whether executors are threads, or programs of their own, whose crash ends no other (default thread)",
  },
  "allow-private": {
    name: "allow-private",
    type: "list",
    value: "ADDRESS",
    summary: "Private address that nodes may connect to: db.internal, 127.0.0.1:9000, 10.0.0.0/8, or all",
  },
  "allow-files": {
    name: "allow-files",
    type: "list",
    value: "[NAME=]FOLDER[:ro]",
    summary: "Folder whose files nodes may use, by a name: data=/srv/data; with :ro for reading only",
  },
  secrets: {
    name: "secrets",
    type: "string",
    value: "FOLDER",
    summary: "Folder whose files are secrets that values and connections name as file:NAME",
  },
  host: {
    name: "host",
    type: "string",
    value: "ADDRESS",
    summary: "Address to bind for listeners that do not name a host (default 127.0.0.1)",
  },
  admin: {
    name: "admin",
    type: "string",
    value: "HOST:PORT",
    summary: "Serve health, status and metrics on this address, such as 127.0.0.1:9180",
  },
  "admin-host": {
    name: "admin-host",
    type: "list",
    value: "NAME",
    summary: "Host name by which --admin may be asked on a loopback address, besides IP addresses and localhost",
  },
  dev: { name: "dev", type: "boolean", summary: "Include error details in responses; do not use in production" },
  strict: { name: "strict", type: "boolean", summary: "Exit with code 1 if head cannot be run" },
  "keep-going": {
    name: "keep-going",
    type: "boolean",
    summary: "Serve nothing if no version can be run, until one can (default: exit with code 1)",
  },
  supervise: {
    name: "supervise",
    type: "boolean",
    summary: "Run the engine as a second program that is started again when it crashes; 503 meanwhile",
  },
  watch: { name: "watch", type: "boolean", summary: "Apply the files again whenever one changes" },
  "log-format": {
    name: "log-format",
    type: "string",
    choices: ["text", "json"],
    summary: "Log format (default text)",
  },
  "log-level": {
    name: "log-level",
    type: "string",
    value: "LEVEL[,PART=LEVEL]",
    expected: levelsExpected,
    summary: "Minimum log level (default info), and others for parts: info,registry=debug,http=warn",
  },
  "access-log": {
    name: "access-log",
    type: "string",
    choices: ["common", "json", "off"],
    summary: "Write a line for each request to standard output (default off)",
  },
  "log-limit": {
    name: "log-limit",
    type: "number",
    value: "N",
    min: 0,
    summary: "Lines that each node may log in a second; 0 for any number (default 1000)",
  },
  author: {
    name: "author",
    type: "string",
    value: "NAME",
    summary: "Author of the version (default: the name of the user)",
  },
  timeout: {
    name: "timeout",
    type: "string",
    value: "DURATION",
    summary: "Maximum time to wait for runtimes (default 10s)",
  },
} as const satisfies Record<string, Flag>;

/** Returns what is wrong with log levels. */
function levelsExpected(text: string): string | undefined {
  try {
    parseLevels(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The name of a flag that weft.yaml and the environment may set as well. */
export type SettingName = keyof typeof SETTINGS;

/** Returns the settings with the given names. */
export function settings(...names: readonly SettingName[]): Flag[] {
  return names.map((name) => ({ ...SETTINGS[name], setting: true }));
}

/** All settings. */
export const ALL_SETTINGS: readonly Flag[] = settings(...Object.keys(SETTINGS) as SettingName[]);

/** The flags of every command that reads specs. */
export const SPEC_FLAGS: readonly Flag[] = settings("namespace", "env", "env-file", "extension");

/**
 * Returns the template variables: those of `--env-file`, overridden by those of `--env`.
 *
 * @throws {UsageError} If a name is invalid, or a variable without a value is not in the environment.
 * @throws {Error} If a file does not exist, or the program may not read a variable.
 */
export async function readEnv(flags: ParsedFlags, terminal: Terminal): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const file of listOf(flags, "env-file")) {
    const text = await Deno.readTextFile(file).catch((error) => {
      throw error instanceof Deno.errors.NotFound ? new Error(`no such file: ${file}`) : error;
    });
    Object.assign(env, parseEnv(text));
  }
  for (const item of listOf(flags, "env")) {
    const at = item.indexOf("=");
    const name = at < 0 ? item : item.slice(0, at);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new UsageError(`invalid --env ${JSON.stringify(item)}: expected NAME or NAME=VALUE`);
    }
    const value = at < 0 ? fromEnvironment(name, terminal) : item.slice(at + 1);
    if (value === undefined) {
      throw new UsageError(`missing value of --env ${name}: the environment has no such variable`);
    }
    env[name] = value;
  }
  return env;
}

function fromEnvironment(name: string, terminal: Terminal): string | undefined {
  try {
    return terminal.env(name);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotCapable)) throw cause;
    throw new Error(`--env ${name} needs its value (--env ${name}=VALUE) or the permission to read it`, { cause });
  }
}

/** Returns the private addresses that nodes may connect to. @throws {UsageError} If one is none. */
export async function readAllowPrivate(flags: ParsedFlags): Promise<readonly string[]> {
  const granted = listOf(flags, "allow-private");
  if (granted.length === 0) return granted;
  const { PrivateHosts } = await import("../../kinds/mod.ts");
  try {
    new PrivateHosts(granted);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return granted;
}

/** Returns the folders whose files nodes may use. @throws {UsageError} If one is none. */
export async function readAllowFiles(flags: ParsedFlags): Promise<readonly string[]> {
  const granted = listOf(flags, "allow-files");
  if (granted.length === 0) return granted;
  const { GrantedFolders } = await import("../../kinds/mod.ts");
  try {
    new GrantedFolders(granted);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return granted;
}

/** Returns the value of a list flag, empty if it is not set. */
export function listOf(flags: ParsedFlags, name: string): readonly string[] {
  return (flags[name] ?? []) as readonly string[];
}

/** Returns the value of a string flag. */
export function stringOf(flags: ParsedFlags, name: string): string | undefined {
  return flags[name] as string | undefined;
}

/** Returns the levels and the format of the log. */
export function logOptions(flags: ParsedFlags): { format: LogFormat; levels: LogLevels } {
  return {
    format: (flags["log-format"] ?? "text") as LogFormat,
    levels: parseLevels(stringOf(flags, "log-level") ?? "info"),
  };
}

/** Returns the value of a number flag. */
export function numberOf(flags: ParsedFlags, name: string): number | undefined {
  return flags[name] as number | undefined;
}
