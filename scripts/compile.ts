// Builds dist/weft, a single executable of Weft and the Deno runtime.
//
//   deno task compile [FLAGS OF deno compile]

import { configFlags } from "./config_flags.ts";

/** The main module, which is embedded with everything that it imports, statically or dynamically. */
export const MAIN = "main.ts";

const ROOT = new URL("../", import.meta.url);
const OUTPUT = "dist/weft";

/** The workers, which are only reached by `new URL(..., import.meta.url)`, which `deno compile` does not follow. */
export const WORKERS: readonly string[] = Array.from(
  Deno.readDirSync(new URL("workers/", ROOT)),
  ({ name }) => `workers/${name}`,
).sort();

/**
 * Runs `deno compile`.
 *
 * @param args Additional flags: `--target=aarch64-apple-darwin`, `--output=weft`.
 * @returns The exit code.
 */
export async function compile(args: readonly string[]): Promise<number> {
  const output = args.some((arg) => /^(--output\b|-o)/.test(arg)) ? [] : [`--output=${OUTPUT}`];
  const includes = WORKERS.map((worker) => `--include=${worker}`);
  console.log(`embedding ${MAIN}, ${WORKERS.join(", ")} and their imports`);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["compile", ...configFlags(), "--quiet", "--allow-all", ...includes, ...output, ...args, MAIN],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdout: "inherit",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr);
  if (code === 0) console.log("done");
  else console.error(lacksDenort(said) ? withoutDenort() : said.split("\nStack backtrace")[0]!.trimEnd());
  return code === 0 ? 0 : 1;
}

/** Reports whether `deno compile` failed because it has no base executable. */
function lacksDenort(said: string): boolean {
  return /Setting up base binary|Writing binary bytes|denort/i.test(said);
}

function withoutDenort(): string {
  const given = Deno.env.get("DENORT_BIN");
  return given === undefined
    ? "cannot download denort, the base executable; download it manually and set DENORT_BIN to its path"
    : `invalid DENORT_BIN ${JSON.stringify(given)}: expected the path of a denort of Deno ${Deno.version.deno}`;
}

if (import.meta.main) Deno.exit(await compile(Deno.args));
