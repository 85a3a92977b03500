import { parseEnv } from "node:util";
import type { Terminal } from "./command.ts";
import { extensionUrl } from "./extensions.ts";
import { type Flag, type ParsedFlags, UsageError } from "./flag.ts";

/** The store of every command where nothing else is said; of `start` where it is given no files either. */
export const DEFAULT_STORE = ".weft/registry.db";

/** The namespace of specs that name none, where nothing else is said. */
export const DEFAULT_NAMESPACE = "default";

const SETTINGS = {
  file: {
    name: "file",
    short: "f",
    type: "list",
    value: "FILE",
    summary: "Specs: a file, a folder with all that is below it, or - for standard input.",
  },
  namespace: {
    name: "namespace",
    short: "n",
    type: "text",
    value: "NAME",
    summary: "The namespace of specs that name none. Default default.",
  },
  store: {
    name: "store",
    type: "text",
    value: "STORE",
    summary: `Where versions are kept: the path of a SQLite file. Default ${DEFAULT_STORE}.`,
  },
  env: {
    name: "env",
    short: "e",
    type: "list",
    value: "NAME[=VALUE]",
    summary: "A variable that templates see, with its value or that of the environment.",
  },
  "env-file": {
    name: "env-file",
    type: "list",
    value: "FILE",
    summary: "Variables that templates see, from a file of NAME=VALUE lines.",
  },
  extension: {
    name: "extension",
    type: "list",
    value: "MODULE",
    summary: "A module of kinds to add to the built-in ones: a path, file: or npm:.",
  },
  executors: {
    name: "executors",
    type: "number",
    value: "N",
    least: 1,
    summary: "Threads that run workflows. Default one less than processors, one at least.",
  },
  "executor-memory": {
    name: "executor-memory",
    type: "number",
    value: "MIB",
    least: 16,
    summary: "Limit of each thread's heap, in MiB. Default 256.",
  },
  host: {
    name: "host",
    type: "text",
    value: "ADDRESS",
    summary: "Where listeners bind that name no host. Default 127.0.0.1.",
  },
  admin: {
    name: "admin",
    type: "text",
    value: "ADDRESS",
    summary: "Where health, status and metrics are served, as 127.0.0.1:9180. Default nowhere.",
  },
  dev: { name: "dev", type: "flag", summary: "Has error answers tell the error. Not for the open." },
  strict: { name: "strict", type: "flag", summary: "Ends with exit code 1 if head cannot be run." },
  watch: { name: "watch", type: "flag", summary: "Applies the files again whenever one is saved." },
  "log-format": {
    name: "log-format",
    type: "text",
    choices: ["text", "json"],
    summary: "How log lines are written. Default text.",
  },
  "log-level": {
    name: "log-level",
    type: "text",
    choices: ["debug", "info", "warn", "error"],
    summary: "The least grave lines. Default info.",
  },
  author: { name: "author", type: "text", value: "NAME", summary: "Who makes the version. Default the user's name." },
  timeout: {
    name: "timeout",
    type: "text",
    value: "DURATION",
    summary: "How long to wait for the runtimes. Default 10s.",
  },
} as const satisfies Record<string, Flag>;

/** The name of a flag that weft.yaml and the environment may say as well. */
export type SettingName = keyof typeof SETTINGS;

/** The flags of these names. */
export function settings(...names: readonly SettingName[]): Flag[] {
  return names.map((name) => ({ ...SETTINGS[name], setting: true }));
}

/** All of them. */
export const ALL_SETTINGS: readonly Flag[] = settings(...Object.keys(SETTINGS) as SettingName[]);

/** The flags of every command that reads specs. */
export const SPEC_FLAGS: readonly Flag[] = settings("namespace", "env", "env-file", "extension");

/** The variables that templates see, from `--env-file` and, over them, `--env`. */
export async function readEnv(given: ParsedFlags, terminal: Terminal): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const file of listOf(given, "env-file")) {
    const text = await Deno.readTextFile(file).catch((error) => {
      throw error instanceof Deno.errors.NotFound ? new Error(`there is no file ${file}`) : error;
    });
    Object.assign(env, parseEnv(text));
  }
  for (const item of listOf(given, "env")) {
    const at = item.indexOf("=");
    const name = at < 0 ? item : item.slice(0, at);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new UsageError(`--env ${item}: ${name || "nothing"} is no name of a variable`);
    }
    const value = at < 0 ? terminal.env(name) : item.slice(at + 1);
    if (value === undefined) throw new UsageError(`--env ${name}: the environment has no variable of that name`);
    env[name] = value;
  }
  return env;
}

/** URLs of the modules that `--extension` names. */
export function readExtensions(given: ParsedFlags): string[] {
  return listOf(given, "extension").map(extensionUrl);
}

/** What a flag of type list was given: nothing, if it was not. */
export function listOf(given: ParsedFlags, name: string): readonly string[] {
  return (given[name] ?? []) as readonly string[];
}

/** What a flag of type text was given. */
export function textOf(given: ParsedFlags, name: string): string | undefined {
  return given[name] as string | undefined;
}

/** What a flag of type number was given. */
export function numberOf(given: ParsedFlags, name: string): number | undefined {
  return given[name] as number | undefined;
}
