// Runs the tests: first those that may run beside each other, then those that measure, kill or starve, one at a time.
//
//   deno task test [--quick] [PATH ...]

import { configFlags } from "./config_flags.ts";

const ROOT = new URL("../", import.meta.url);

/** The folders with tests. */
const ALL = ["src", "tests"];

/** Folders whose tests disturb others, or are disturbed by them. */
const ALONE = [
  "tests/pool",
  "tests/e2e",
  "tests/cli",
  "tests/admin",
  "tests/api",
  "tests/embed",
  "tests/runtime",
  "tests/registry/process_test.ts",
];

/** What `--quick` runs: tests of one file or folder, without processes and runtimes. */
const QUICK = ["src", "tests/spec", "tests/http", "tests/language", "tests/jsr", "tests/layout_test.ts"];

/** Tests that `--quick` leaves out: they take seconds each. */
const SLOW = ["src/registry/sqlite", "src/store", "src/cli/input", "tests/spec/bad_files_test.ts"];

/** The tests that have passed and failed. */
interface Counts {
  passed: number;
  failed: number;
}

/** Runs `deno test` with arguments and shows what it prints. */
async function run(args: readonly string[]): Promise<Counts> {
  console.log(`deno test ${args.length > 20 ? `${args.slice(0, 3).join(" ")} ...` : args.join(" ")}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", ...configFlags(), "-P", ...args],
    cwd: ROOT,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let summary = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    await Deno.stdout.write(chunk);
    summary = (summary + decoder.decode(chunk, { stream: true })).slice(-10_000);
  }
  const { code } = await child.status;
  const [, passed = "0", failed = "0"] = summary.match(/\| (\d+) passed[^|]*\| (\d+) failed/) ?? [];
  const counts = { passed: Number(passed), failed: Number(failed) };
  // a run that ended without a summary, or with an error outside of tests, is one failure
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** Returns the test files in files and folders, except those in others: `--ignore` of `deno test` spares no named folder. */
function* testFiles(paths: readonly string[], except: readonly string[]): Generator<string> {
  for (const path of paths) {
    if (except.includes(path)) continue;
    if (path.endsWith(".ts")) {
      if (path.endsWith("_test.ts")) yield path;
      continue;
    }
    if (!Deno.statSync(new URL(path, ROOT)).isDirectory) continue;
    const inside = Array.from(Deno.readDirSync(new URL(`${path}/`, ROOT)), ({ name }) => `${path}/${name}`);
    yield* testFiles(inside.sort(), except);
  }
}

/** Returns the runs of `deno test` that arguments ask for. */
function runsOf(args: readonly string[]): string[][] {
  const quick = args.includes("--quick");
  const rest = args.filter((arg) => arg !== "--quick");
  if (quick) return [["--no-check", "--parallel", ...testFiles(QUICK, SLOW), ...rest]];
  if (rest.length > 0) return [rest];
  return [["--parallel", ...testFiles(ALL, ALONE)], ["--no-check", ...ALONE]];
}

const total: Counts = { passed: 0, failed: 0 };
for (const args of runsOf(Deno.args)) {
  const { passed, failed } = await run(args);
  total.passed += passed;
  total.failed += failed;
}
console.log(`tests: ${total.passed} passed, ${total.failed} failed`);
Deno.exit(total.failed === 0 ? 0 : 1);
