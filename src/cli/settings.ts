import { parseEnv } from "node:util";
import type { Terminal } from "./command.ts";
import { extensionUrl } from "./extensions.ts";
import { type Flag, type Given, UsageError } from "./flag.ts";

/** Flags of every command that reads specs. */
export const SPEC_FLAGS: readonly Flag[] = [
  {
    name: "namespace",
    short: "n",
    type: "text",
    value: "NAME",
    summary: "The namespace of specs that name none. Default default.",
  },
  {
    name: "env",
    short: "e",
    type: "list",
    value: "NAME[=VALUE]",
    summary: "A variable that templates see, with its value or that of the environment.",
  },
  {
    name: "env-file",
    type: "list",
    value: "FILE",
    summary: "Variables that templates see, from a file of NAME=VALUE lines.",
  },
  {
    name: "extension",
    type: "list",
    value: "MODULE",
    summary: "A module of kinds to add to the built-in ones: a path, file: or npm:.",
  },
];

/** The variables that templates see, from `--env-file` and, over them, `--env`. */
export async function readEnv(given: Given, terminal: Terminal): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const file of (given["env-file"] ?? []) as string[]) {
    const text = await Deno.readTextFile(file).catch((error) => {
      throw error instanceof Deno.errors.NotFound ? new Error(`there is no file ${file}`) : error;
    });
    Object.assign(env, parseEnv(text));
  }
  for (const item of (given.env ?? []) as string[]) {
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
export function readExtensions(given: Given): string[] {
  return ((given.extension ?? []) as string[]).map(extensionUrl);
}
