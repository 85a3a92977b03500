import { dirname, isAbsolute, join } from "node:path";
import type { Terminal } from "./command.ts";
import { type Flag, type FlagValue, type ParsedFlags, parseFlagValue } from "./flag.ts";
import { ALL_SETTINGS } from "./settings.ts";

/** The name of the configuration file, which is read if it exists. */
export const CONFIG_FILE = "weft.yaml";

/** A built-in kind that weft.yaml enables, with the position in the file: `weft.yaml:3:5`. */
export interface ConfiguredKind {
  name: string;
  position: string;
}

/** The configuration of a command. */
export interface Config {
  flags: ParsedFlags;
  /** The enabled built-in kinds. Default: all. */
  kinds?: readonly ConfiguredKind[];
  /** Where weft.yaml lists extensions, `weft.yaml:3:5`, by what `flags` have of them. */
  extensions?: ReadonlyMap<string, string>;
  /** The folder of weft.yaml. Default the current one. */
  folder?: string;
}

/** The flag `--config`, which every command has. */
export const CONFIG_FLAG: Flag = {
  name: "config",
  type: "string",
  value: "FILE",
  summary: `File to read settings from (default ${CONFIG_FILE}, if it exists)`,
};

/**
 * Merges the sources of settings: the command line takes precedence over `WEFT_<NAME>` in the environment, which takes
 * precedence over weft.yaml. Template variables (`env`) are merged by name.
 *
 * @param args The arguments of the command line; where there are any, `file` is taken from the command line only.
 * @throws {Error} Every error in weft.yaml, one per line.
 * @throws {UsageError} If an environment variable has an invalid value.
 */
export async function resolveConfig(
  known: readonly Flag[],
  flags: ParsedFlags,
  args: readonly string[],
  terminal: Terminal,
): Promise<Config> {
  const config = await readConfig(flags.config ?? terminal.env("WEFT_CONFIG"));
  const resolved: Record<string, FlagValue | undefined> = { ...flags };
  for (const flag of known) {
    if (!flag.setting || flag.name === "file" && args.length > 0) continue;
    const layers = [config.flags[flag.name], fromEnvironment(flag, terminal), flags[flag.name]];
    resolved[flag.name] = flag.name === "env"
      ? layers.flatMap((layer) => (layer ?? []) as readonly string[])
      : layers.findLast((layer) => layer !== undefined);
  }
  return { ...config, flags: resolved };
}

/** Reads `WEFT_<NAME>`. The items of a list are separated by commas; an empty variable counts as absent. */
function fromEnvironment(flag: Flag, terminal: Terminal): FlagValue | undefined {
  const name = `WEFT_${flag.name.toUpperCase().replaceAll("-", "_")}`;
  const text = terminal.env(name);
  if (text === undefined || text === "") return undefined;
  return parseFlagValue(flag, flag.type === "list" ? text.split(",").map((item) => item.trim()) : [text], name);
}

async function readConfig(file: FlagValue | undefined): Promise<Config> {
  const path = file === undefined || file === "" ? CONFIG_FILE : String(file);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    if (path === file) throw new Error(`no such file: ${path}`);
    return { flags: {} };
  }
  // most commands run without a configuration file: load the YAML parser only if there is one
  const { parseConfig } = await import("./config_file.ts");
  const config = parseConfig(text, path, ALL_SETTINGS);
  const flags = resolvePaths(config.flags, dirname(path));
  const extensions = new Map(
    ((config.flags.extension ?? []) as readonly string[]).flatMap((written, index): [string, string][] => {
      const position = config.extensions?.get(written);
      return position === undefined ? [] : [[(flags.extension as readonly string[])[index]!, position]];
    }),
  );
  return { ...config, flags, folder: dirname(path), ...extensions.size > 0 && { extensions } };
}

/** Resolves relative paths in weft.yaml against the folder of the file. */
function resolvePaths(flags: ParsedFlags, folder: string): ParsedFlags {
  const result: Record<string, FlagValue | undefined> = { ...flags };
  for (const name of ["file", "env-file", "extension"]) {
    const list = flags[name] as readonly string[] | undefined;
    // `file:kinds.ts` is a path
    const rebase = (path: string) => name === "extension" ? extensionFrom(path, folder) : pathFrom(folder, path);
    if (list !== undefined) result[name] = list.map(rebase);
  }
  const granted = flags["allow-files"] as readonly string[] | undefined;
  if (granted !== undefined) {
    result["allow-files"] = granted.map((grant) => {
      const [, name = "", path] = /^([\p{L}\p{N}_][\p{L}\p{N}_.-]*=)?(.*)$/su.exec(grant)!;
      return name + pathFrom(folder, path!);
    });
  }
  for (const name of ["store", "secrets"]) {
    if (flags[name] !== undefined) result[name] = pathFrom(folder, flags[name] as string);
  }
  return result;
}

function extensionFrom(specifier: string, folder: string): string {
  return pathFrom(folder, specifier.replace(/^file:(?!\/)/, ""));
}

function pathFrom(folder: string, path: string): string {
  // a single letter is a drive of Windows, not a scheme
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]+:)(.*)$/is.exec(path) ?? [, "", path];
  const isPath = scheme === "" || scheme === "sqlite:";
  return path === "-" || !isPath || isAbsolute(rest!) || folder === "." ? path : scheme + join(folder, rest!);
}
