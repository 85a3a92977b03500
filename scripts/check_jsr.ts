// Checks Weft against the real packages of JSR that src/jsr/ stands for: their versions exist, the whole project
// type-checks with them, and the tests of what uses them pass. Where JSR cannot be reached, it says so.
//
//   deno run -A scripts/check_jsr.ts               everything
//   deno run -A scripts/check_jsr.ts --versions    whether the versions exist

const ROOT = new URL("../", import.meta.url);
const REGISTRY = Deno.env.get("JSR_URL") ?? "https://jsr.io";
/** How long to wait for the registry, in milliseconds. */
const TIMEOUT = 5_000;

/** The tests of what uses the packages. */
const TESTS = ["src/jsr", "src/registry/sqlite", "src/cli/options", "tests/registry/history_test.ts"];

interface Package {
  readonly name: string;
  readonly version: string;
}

/** Returns the packages of JSR that deno.jsr.json binds. */
async function packages(): Promise<Package[]> {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.jsr.json", ROOT))) as {
    imports: Record<string, string>;
  };
  return Object.values(imports).flatMap((to) => {
    const [, name, version] = /^jsr:(@[\w-]+\/[\w-]+)@([^/]+)/.exec(to) ?? [];
    return name === undefined ? [] : [{ name, version: version! }];
  });
}

/** Returns the packages whose version does not exist. @throws {Error} If the registry cannot be reached. */
async function missing(wanted: readonly Package[]): Promise<Package[]> {
  const found = await Promise.all(wanted.map(async ({ name, version }) => {
    const response = await fetch(`${REGISTRY}/${name}/meta.json`, {
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const text = await response.text();
    if (response.status !== 404 && !response.ok) throw new Error(`status ${response.status}`);
    const versions = response.ok ? (JSON.parse(text) as { versions: Record<string, unknown> }).versions : {};
    return Object.hasOwn(versions, version);
  }));
  return wanted.filter((_, index) => !found[index]);
}

/** Runs deno and shows what it prints. */
async function deno(...args: readonly string[]): Promise<boolean> {
  console.log(`deno ${args.join(" ")}`);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return success;
}

async function main(args: readonly string[]): Promise<number> {
  const wanted = await packages();
  let unknown: Package[];
  try {
    unknown = await missing(wanted);
  } catch {
    console.log(`not checked: cannot reach ${REGISTRY}`);
    return 0;
  }
  for (const { name, version } of unknown) console.error(`deno.jsr.json: ${name} has no version ${version}`);
  if (unknown.length > 0) return 1;
  console.log(`${wanted.length} packages of JSR: versions exist`);
  if (args.includes("--versions")) return 0;
  const config = ["--config", "deno.jsr.json"];
  const types = await deno("check", ...config);
  const tests = await deno("test", ...config, "-A", "--no-check", ...TESTS);
  return types && tests ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
