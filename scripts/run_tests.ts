// Runs the tests in three groups: those that share a program, those that need one of their own, and those that need the
// machine.
//
//   deno task test [--quick] [--no-check] [--repeat N] [--group NAME] [PATH ...]

import { configFlags } from "./config_flags.ts";

const ROOT = new URL("../", import.meta.url);

/** The folders with tests. */
const ALL = ["src", "tests", "examples"];

/** Tests that kill threads, start programs, or count what their program holds: each file is a program of its own. */
const APART = [
  "tests/pool",
  "tests/e2e",
  "tests/cli",
  "tests/admin",
  "tests/api",
  "tests/embed",
  "tests/runtime",
  "tests/database",
  "tests/state",
  "tests/registry/process_test.ts",
  "examples",
];

/** Tests with a configuration of their own, which tests/e2e runs. */
const OTHERS = ["examples/extension", "extensions/mqtt"];

/** Tests that use all of the machine, or have a real bound on time: one at a time, with nothing beside them. */
const ALONE = [
  "tests/pool/close_call_test.ts", // a thread that waits for a processor for 20 ms misses what it tests
  "tests/pool/doctor_test.ts", // a kill may take 100 ms
  "tests/pool/load_test.ts", // ten thousand connections
  "tests/pool/starved_test.ts", // two busy programs for each processor
];

/** The files of `APART` that take longest: they begin first, so that none of them is the last one to run. */
const LONGEST = [
  "tests/e2e/supervise_test.ts",
  "tests/e2e/npm_test.ts",
  "tests/e2e/cli_start_test.ts",
  "tests/e2e/attacks_test.ts",
  "tests/e2e/cli_watch_test.ts",
  "tests/e2e/live_processes_test.ts",
  "tests/registry/process_test.ts",
  "tests/e2e/extension_example_test.ts",
  "tests/e2e/new_user_test.ts",
  "tests/cli/init_test.ts",
  "tests/runtime/serial_model_test.ts",
  "tests/pool/time_test.ts",
  "tests/runtime/live_rejection_test.ts",
  "tests/pool/death_test.ts",
  "tests/e2e/cli_output_test.ts",
  "tests/e2e/cli_apply_test.ts",
];

/** What `--quick` runs: tests of one file or folder, without processes and runtimes. */
const QUICK = ["src", "tests/spec", "tests/http", "tests/language", "tests/jsr", "tests/layout_test.ts"];

/** Tests that `--quick` leaves out: they take seconds each. */
const SLOW = ["src/registry/sqlite", "src/store", "src/cli/input", "tests/spec/bad_files_test.ts"];

/** How many files are tested at once: one more than there are processors, as each waits now and then. */
const LANES = navigator.hardwareConcurrency + 1;

/** How long one `deno test` may take, in milliseconds. Only a hang takes so long. */
const HANG = 900_000;

/** Runs of `deno test`, of which some run at once. */
interface Group {
  name: string;
  /** The arguments of each. */
  runs: readonly (readonly string[])[];
  /** How many run at once. */
  lanes: number;
}

/** What came of a run or a group. */
interface Result {
  passed: number;
  failed: number;
  /** The names and files of the tests that failed. */
  failures: string[];
}

const decoder = new TextDecoder();

/** Runs `deno test` with arguments. What it prints is shown as it comes, or once it has ended. */
async function run(args: readonly string[], atOnce: boolean): Promise<Result> {
  const began = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", ...configFlags(), "-P", ...args],
    cwd: ROOT,
    env: { DENO_JOBS: String(LANES) },
    stdout: "piped",
    stderr: atOnce ? "inherit" : "piped",
    signal: AbortSignal.timeout(HANG),
  }).spawn();
  const errors = atOnce ? undefined : new Response(child.stderr).text();
  let output = "";
  for await (const chunk of child.stdout) {
    if (atOnce) await Deno.stdout.write(chunk);
    output += decoder.decode(chunk, { stream: true });
  }
  const { code } = await child.status;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  if (!atOnce) console.log(`deno test ${args.join(" ")} (${seconds} s)\n${await errors}${output}`);
  const [, passed = "0", failed = "0"] = output.match(/\| (\d+) passed[^|]*\| (\d+) failed/) ?? [];
  const failures = [...new Set(output.match(/^.+ => \.\/\S+_test\.ts:\d+:\d+$/gm))];
  const result = { passed: Number(passed), failed: Number(failed), failures };
  // a run that ended without a summary, or with an error outside of tests, is one failure
  if (code !== 0 && result.failed === 0) {
    result.failed = 1;
    const last = output.trimEnd().split("\n").at(-1);
    result.failures.push(`deno test ${args.at(-1)} ended with code ${code} after ${seconds} s: ${last}`);
  }
  return result;
}

/** Runs a group. */
async function runGroup({ name, runs, lanes }: Group): Promise<Result> {
  const began = performance.now();
  const total: Result = { passed: 0, failed: 0, failures: [] };
  const queue = runs.values();
  const lane = async () => {
    for (const args of queue) {
      const { passed, failed, failures } = await run(args, lanes === 1);
      total.passed += passed;
      total.failed += failed;
      total.failures.push(...failures);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`tests ${name}: ${total.passed} passed, ${total.failed} failed (${seconds} s)`);
  for (const failure of total.failures) console.log(`  ${failure}`);
  return total;
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

/** Returns the groups of all tests. */
function allGroups(check: readonly string[]): Group[] {
  const apart = [...new Set(LONGEST), ...testFiles(APART, [...ALONE, ...LONGEST, ...OTHERS])];
  return [
    { name: "together", runs: [[...check, "--parallel", ...testFiles(ALL, APART)]], lanes: 1 },
    { name: "apart", runs: apart.map((file) => ["--no-check", file]), lanes: LANES },
    { name: "alone", runs: [["--no-check", ...ALONE]], lanes: 1 },
  ];
}

/** Returns the value of an option, and removes both from arguments. */
function take(args: string[], option: string): string | undefined {
  const at = args.indexOf(option);
  return at < 0 ? undefined : args.splice(at, 2)[1];
}

const args = [...Deno.args];
const repeat = Number(take(args, "--repeat") ?? "1");
const only = take(args, "--group");
const rest = args.filter((arg) => arg !== "--quick" && arg !== "--no-check");
const check = args.includes("--no-check") ? ["--no-check"] : [];
const groups = args.includes("--quick")
  ? [{ name: "quick", runs: [["--no-check", "--parallel", ...testFiles(QUICK, SLOW), ...rest]], lanes: 1 }]
  : rest.length > 0
  ? [{ name: "named", runs: [[...check, ...rest]], lanes: 1 }]
  : allGroups(check).filter(({ name }) => only === undefined || name === only);
if (groups.length === 0) throw new Error(`invalid --group "${only}": expected together, apart or alone`);
if (!(Number.isInteger(repeat) && repeat > 0)) throw new Error("invalid --repeat: expected a number of rounds");

let passed = 0;
let failed = 0;
const rounds: string[] = [];
for (let round = 1; round <= repeat; round++) {
  for (const group of groups) {
    const result = await runGroup(group);
    passed += result.passed;
    failed += result.failed;
    rounds.push(`round ${round}, ${group.name}: ${result.passed} passed, ${result.failed} failed`);
    rounds.push(...result.failures.map((failure) => `  ${failure}`));
  }
}
if (repeat > 1) console.log(rounds.join("\n"));
console.log(`tests: ${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
