import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FLAGS_OF_PROGRAM } from "../../value/mod.ts";
import type { SpawnOptions } from "../executor_warden.ts";

/** How the program of an executor is started. */
export interface ExecutorCommand {
  args: string[];
  env: Record<string, string>;
}

const ROOT = new URL("../../../", import.meta.url);
const PROGRAM = new URL("../../../workers/executor_process.ts", import.meta.url);

/**
 * Flags that leave a program nothing: no permission is asked for, and nothing is downloaded, which `npm:` and `jsr:`
 * imports need no permission for.
 */
const FLAGS = ["--no-prompt", "--cached-only", "--no-remote", "--deny-import", "--ignore-env", "--no-code-cache"];

/** Variables that Deno's node:child_process reads when it starts a program. */
const HOST_VARIABLES = ["NODE_V8_COVERAGE"];
/** Variables that say where Deno keeps what it has downloaded, which an executor is started with. */
const CACHE_VARIABLES = {
  windows: ["DENO_DIR", "LOCALAPPDATA", "USERPROFILE", "SYSTEMROOT"],
  others: ["DENO_DIR", "HOME", "XDG_CACHE_HOME"],
};

/**
 * Returns how the program of an executor is started: with nothing but leave to read Weft's own source and the modules of
 * extensions.
 *
 * @param readable The files that it may read, besides Weft's own.
 */
export function executorCommand(
  { memory, extensions, unguarded }: Pick<SpawnOptions, "memory" | "extensions" | "unguarded">,
  readable: readonly URL[],
): ExecutorCommand {
  return restrictedCommand(PROGRAM, JSON.stringify({ extensions, unguarded }), { memory, readable });
}

/** What a program may that is started in the way of an executor. */
export interface Restriction {
  /** The limit of its V8 heap, in MiB. */
  readonly memory: number;
  /** The files that it may read, besides Weft's own. */
  readonly readable: readonly URL[];
  /** The paths that it may read and write. Default none. */
  readonly writable?: readonly string[];
}

/** Returns how a program in `workers/` is started in the way of an executor. @param argument Its only argument. */
export function restrictedCommand(
  program: URL,
  argument: string,
  { memory, readable, writable = [] }: Restriction,
): ExecutorCommand {
  const files = [new URL("src/", ROOT), new URL("workers/", ROOT), ...readable].map((url) => fileURLToPath(url));
  files.push(...writable);
  const config = configFile();
  return {
    args: [
      "run",
      "--quiet",
      ...FLAGS,
      ...config === undefined ? [] : [`--config=${config}`],
      `--allow-read=${files.join(",")}`,
      ...writable.length === 0 ? [] : [`--allow-write=${writable.join(",")}`],
      // without loop unrolling, optimized loops of fewer than 5,000 passes look for a request to stop too
      `--v8-flags=--max-old-space-size=${memory},--no-turboshaft-loop-unrolling`,
      fileURLToPath(program),
      argument,
    ],
    env: environment(),
  };
}

/**
 * Returns why executors cannot be programs of their own here; undefined if they can.
 *
 * @param readable See `executorCommand`.
 * @param isCompiled Whether this program is a compiled one. Default: as Deno says.
 */
export function unavailable(readable: readonly URL[], isCompiled = Deno.build.standalone): string | undefined {
  const reason = unstartable(readable, isCompiled);
  return isCompiled ? `${reason}, or use --isolation thread` : reason;
}

/**
 * Returns why programs cannot be started in the way of executors here; undefined if they can.
 *
 * @param readable The files that they may read, besides Weft's own.
 * @param isCompiled Whether this program is a compiled one. Default: as Deno says.
 */
export function unstartable(readable: readonly URL[], isCompiled = Deno.build.standalone): string | undefined {
  if (isCompiled) return "a compiled weft cannot start itself with fewer permissions: run it with deno";
  if (PROGRAM.protocol !== "file:" || import.meta.resolve("@std/yaml").startsWith("jsr:")) {
    return "it needs Weft and the packages it imports as files, without jsr: and https:";
  }
  const comma = readable.find(({ pathname }) => pathname.includes(","));
  if (comma !== undefined) return `Deno cannot be told to read a path with a comma: ${fileURLToPath(comma)}`;
  const missing = missingFlags();
  if (missing.length > 0) return `it needs ${missing.join(" ")}: add this ${FLAGS_OF_PROGRAM}`;
  return undefined;
}

/** Returns the flags that this program lacks for starting others. */
function missingFlags(): string[] {
  const missing: string[] = [];
  const command = Deno.execPath();
  if (!isGranted({ name: "run", command })) missing.push(`--allow-run=${command}`);
  const variables = [...HOST_VARIABLES, ...CACHE_VARIABLES[Deno.build.os === "windows" ? "windows" : "others"]];
  if (variables.some((variable) => !isGranted({ name: "env", variable }))) {
    missing.push(`--allow-env=${variables.join(",")}`);
  }
  if (statusFolder() === undefined) missing.push(`--allow-read=${temporary()} --allow-write=${temporary()}`);
  return missing;
}

function isGranted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}

/**
 * Returns a folder for the files that executors write their status to, which have no name for longer than a moment;
 * undefined if this program may write neither temporary files nor into its working directory.
 */
export function statusFolder(): string | undefined {
  return [temporary(), "."].find((path) => isGranted({ name: "read", path }) && isGranted({ name: "write", path }));
}

function temporary(): string {
  if (Deno.build.os === "windows") return variable("TEMP") ?? "C:\\Windows\\Temp";
  return variable("TMPDIR") ?? "/tmp";
}

/** Returns the environment of an executor, which code in it cannot read. */
function environment(): Record<string, string> {
  const env: Record<string, string> = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
  for (const name of CACHE_VARIABLES[Deno.build.os === "windows" ? "windows" : "others"]) {
    const value = variable(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}

function variable(name: string): string | undefined {
  return isGranted({ name: "env", variable: name }) ? Deno.env.get(name) : undefined;
}

/** Returns the `deno.json` that this program most likely runs with: extensions are imported by its names. */
function configFile(): string | undefined {
  const main = mainModule();
  if (main === undefined) return undefined;
  for (let folder = dirname(fileURLToPath(main));; folder = dirname(folder)) {
    for (const name of ["deno.json", "deno.jsonc"]) if (isFile(join(folder, name))) return join(folder, name);
    if (folder === dirname(folder)) return undefined;
  }
}

function mainModule(): string | undefined {
  try {
    return Deno.mainModule.startsWith("file:") ? Deno.mainModule : undefined;
  } catch {
    return undefined;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
