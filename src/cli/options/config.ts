import { dirname, isAbsolute, join } from "node:path";
import type { Terminal } from "./command.ts";
import { type Flag, flagValue, type GivenValue, type ParsedFlags } from "./flag.ts";
import { ALL_SETTINGS } from "./settings.ts";

/** The file of settings that is read where it is there. */
export const CONFIG_FILE = "weft.yaml";

/** A built-in kind that is on, and where weft.yaml says so: `weft.yaml:3:5`. */
export interface ConfiguredKind {
  name: string;
  position: string;
}

/** What weft.yaml says. */
export interface Config {
  /** By name of the flag. */
  given: ParsedFlags;
  /** The built-in kinds that are on. Absent: all. */
  kinds?: readonly ConfiguredKind[];
}

/** How `--config` is written in the help of every command that has settings. */
export const CONFIG_FLAG: Flag = {
  name: "config",
  type: "text",
  value: "FILE",
  summary: `Where settings are read from. Default ${CONFIG_FILE}, if it is there.`,
};

/**
 * Puts together what a command was told: on its command line, else by `WEFT_<NAME>` in the environment, else by
 * weft.yaml. Of variables that templates see it is the nearest of each name.
 *
 * @param words What the command line has beside flags: where there are any, files are not looked for elsewhere.
 * @throws {Error} Everything that is wrong in weft.yaml, a line each.
 * @throws {UsageError} If the environment says what cannot be.
 */
export async function resolveConfig(
  flags: readonly Flag[],
  given: ParsedFlags,
  words: readonly string[],
  terminal: Terminal,
): Promise<Config> {
  const config = await readConfig(given.config ?? terminal.env("WEFT_CONFIG"));
  const settled: Record<string, GivenValue | undefined> = { ...given };
  for (const flag of flags) {
    if (!flag.setting || flag.name === "file" && words.length > 0) continue;
    const layers = [config.given[flag.name], fromEnvironment(flag, terminal), given[flag.name]];
    settled[flag.name] = flag.name === "env"
      ? layers.flatMap((layer) => (layer ?? []) as readonly string[])
      : layers.findLast((layer) => layer !== undefined);
  }
  return { ...config, given: settled };
}

/** What `WEFT_<NAME>` says. The items of a list are separated by commas; nothing is the same as no variable. */
function fromEnvironment(flag: Flag, terminal: Terminal): GivenValue | undefined {
  const name = `WEFT_${flag.name.toUpperCase().replaceAll("-", "_")}`;
  const text = terminal.env(name);
  if (text === undefined || text === "") return undefined;
  return flagValue(flag, flag.type === "list" ? text.split(",").map((item) => item.trim()) : [text], name);
}

async function readConfig(file: GivenValue | undefined): Promise<Config> {
  const path = file === undefined || file === "" ? CONFIG_FILE : String(file);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    if (path === file) throw new Error(`there is no file ${path}`);
    return { given: {} };
  }
  // the YAML reader is loaded only where there is something to read
  const { parseConfig } = await import("./config_file.ts");
  const { given, kinds } = parseConfig(text, path, ALL_SETTINGS);
  return { given: placed(given, dirname(path)), ...kinds !== undefined && { kinds } };
}

/** Paths in weft.yaml are from its own folder. */
function placed(given: ParsedFlags, folder: string): ParsedFlags {
  const result: Record<string, GivenValue | undefined> = { ...given };
  for (const name of ["file", "env-file", "extension"]) {
    const list = given[name] as readonly string[] | undefined;
    if (list !== undefined) result[name] = list.map((path) => pathFrom(folder, path));
  }
  if (given.store !== undefined) result.store = pathFrom(folder, given.store as string);
  return result;
}

function pathFrom(folder: string, path: string): string {
  // a single letter is a drive
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]+:)(.*)$/is.exec(path) ?? [, "", path];
  const isPath = scheme === "" || scheme === "sqlite:";
  return path === "-" || !isPath || isAbsolute(rest!) || folder === "." ? path : scheme + join(folder, rest!);
}
