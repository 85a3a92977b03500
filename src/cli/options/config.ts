import { dirname, isAbsolute, join } from "node:path";
import { nearest } from "../../spec/model/mod.ts";
import type { Terminal } from "./command.ts";
import { type Flag, type FlagValue, type ParsedFlags, parseFlagValue } from "./flag.ts";
import { CONFIG_FILE, findConfig } from "./find_config.ts";
import { ALL_SETTINGS, DEFAULT_STORE } from "./settings.ts";

export { CONFIG_FILE };

/** A built-in kind that weft.yaml enables, with the position in the file: `weft.yaml:3:5`. */
export interface ConfiguredKind {
  name: string;
  position: string;
}

/** The configuration of a command. */
export interface Config {
  flags: ParsedFlags;
  /** The flags of the command line alone. */
  given?: ParsedFlags;
  /** The enabled built-in kinds. Default: all. */
  kinds?: readonly ConfiguredKind[];
  /** The path of the file that was read. */
  file?: string;
  /** Where weft.yaml lists extensions, `weft.yaml:3:5`, by what `flags` have of them. */
  extensions?: ReadonlyMap<string, string>;
  /** The folder of weft.yaml. Default the current one. */
  folder?: string;
  /** Reads the sources of settings again. */
  reload?(): Promise<Config>;
}

/** What is in a configuration file. */
export interface ConfigFile extends Config {
  /** The settings of environments, which go before those at the top. */
  environments?: ReadonlyMap<string, Config>;
}

/** The flag `--config`, which every command has. */
export const CONFIG_FLAG: Flag = {
  name: "config",
  type: "string",
  value: "FILE",
  summary: `File to read settings from (default ${CONFIG_FILE}, here or above)`,
};

/** The flag `--color`, which every command has. */
export const COLOR_FLAG: Flag = {
  name: "color",
  type: "string",
  choices: ["auto", "always", "never"],
  summary: "Colors: auto is for terminals, unless NO_COLOR is set (default auto)",
};

/** The flag `--env-name`, which every command has. */
export const ENV_NAME_FLAG: Flag = {
  name: "env-name",
  type: "string",
  value: "NAME",
  summary: `Use the settings of this environment in ${CONFIG_FILE} (or WEFT_ENV_NAME)`,
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
  const name = flags["env-name"] ?? (terminal.env("WEFT_ENV_NAME") || undefined);
  const config = inEnvironment(await readConfig(flags.config ?? terminal.env("WEFT_CONFIG"), terminal), name);
  const resolved: Record<string, FlagValue | undefined> = {
    ...flags,
    ...config.flags["default-store"] !== undefined && { "default-store": config.flags["default-store"] },
  };
  for (const flag of known) {
    if (!flag.setting || flag.name === "file" && args.length > 0) continue;
    const layers = [config.flags[flag.name], fromEnvironment(flag, terminal), flags[flag.name]];
    resolved[flag.name] = flag.name === "env"
      ? layers.flatMap((layer) => (layer ?? []) as readonly string[])
      : layers.findLast((layer) => layer !== undefined);
  }
  return { ...config, flags: resolved, given: flags, reload: () => resolveConfig(known, flags, args, terminal) };
}

/** Reads `WEFT_<NAME>`. The items of a list are separated by commas; an empty variable counts as absent. */
function fromEnvironment(flag: Flag, terminal: Terminal): FlagValue | undefined {
  const name = `WEFT_${flag.name.toUpperCase().replaceAll("-", "_")}`;
  const text = terminal.env(name);
  if (text === undefined || text === "") return undefined;
  return parseFlagValue(flag, flag.type === "list" ? text.split(",").map((item) => item.trim()) : [text], name);
}

/** Returns a configuration with the settings of an environment. @throws {Error} If there is no such environment. */
function inEnvironment({ environments, ...config }: ConfigFile, name: FlagValue | undefined): Config {
  if (name === undefined) return config;
  const environment = environments?.get(String(name));
  if (environment !== undefined) {
    const kinds = environment.kinds ?? config.kinds;
    const env = [...listIn(config, "env"), ...listIn(environment, "env")];
    const flags = { ...config.flags, ...environment.flags, ...env.length > 0 && { env } };
    return { ...config, flags, ...kinds !== undefined && { kinds } };
  }
  const unknown = `unknown environment ${JSON.stringify(name)}`;
  if (config.file === undefined) throw new Error(`${unknown}: there is no ${CONFIG_FILE} here or above`);
  const names = [...environments?.keys() ?? []];
  const meant = nearest(String(name), names);
  const hint = names.length === 0
    ? 'the file has no "environments"'
    : meant === undefined
    ? `environments are ${names.join(", ")}`
    : `did you mean ${JSON.stringify(meant)}?`;
  throw new Error(`${config.file}: ${unknown}; ${hint}`);
}

function listIn({ flags }: Config, name: string): readonly string[] {
  return (flags[name] ?? []) as readonly string[];
}

async function readConfig(file: FlagValue | undefined, terminal: Terminal): Promise<ConfigFile> {
  const found = file === undefined || file === "" ? await findConfig(terminal) : undefined;
  const path = found ?? (file === undefined || file === "" ? CONFIG_FILE : String(file));
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
  const { environments, extensions: written, ...config } = parseConfig(text, path, ALL_SETTINGS);
  const folder = dirname(path);
  const extensions = new Map<string, string>();
  const resolved = <Settings extends Config>(settings: Settings) => {
    const flags = resolvePaths(settings.flags, folder);
    for (const [index, extension] of listIn(settings, "extension").entries()) {
      const position = written?.get(extension);
      if (position !== undefined) extensions.set(listIn({ flags }, "extension")[index]!, position);
    }
    return { ...settings, flags };
  };
  const { flags } = resolved(config);
  return {
    ...config,
    // the store of a project is where its file is, wherever in it a command is called
    flags: found === undefined || folder === "."
      ? flags
      : { ...flags, "default-store": pathFrom(folder, DEFAULT_STORE) },
    file: path,
    folder,
    extensions,
    ...environments !== undefined && {
      environments: new Map([...environments].map(([name, settings]) => [name, resolved(settings)])),
    },
  };
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
