import type { Kind } from "../../kind/mod.ts";
import { loadExtensions, type ManifestFile, schemeOf } from "../../runtime/mod.ts";
import type { Diagnostic, Scheme } from "../../spec/mod.ts";
import { hasErrors } from "../../spec/mod.ts";
import { asError } from "../../value/mod.ts";
import type { Coverage } from "./coverage.ts";
import type { FileResult, TestResult } from "./results.ts";
import type { SpecRunOptions } from "./run_options.ts";
import { runSuite } from "./run_suite.ts";
import { runTest, type TestRunOptions } from "./test_run.ts";
import { Snapshots } from "./snapshots.ts";
import { readSpecPaths, specPathsOf } from "./spec_paths.ts";
import { SpecSet } from "./spec_set.ts";
import { readTestFile, type TestFile } from "./test_file.ts";

/** Options of running the tests of a file. */
export interface FlowTestOptions {
  /** Kinds beside the built-in ones, and those of `extensions`. */
  readonly kinds?: readonly Kind[] | undefined;
  /** URLs of modules with more kinds. */
  readonly extensions?: readonly string[] | undefined;
  /** The variables that templates see; `env` of the file takes precedence. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The folders whose files nodes may use, as in `start --allow-files`. Default none. */
  readonly allowFiles?: readonly string[] | undefined;
  /** The private addresses that nodes may connect to, as in `start --allow-private`. Default none. */
  readonly allowPrivate?: readonly string[] | undefined;
  /** Whether snapshots are written instead of compared. Default false. */
  readonly update?: boolean | undefined;
}

/** What `weft test` gives beside the options. */
export interface FlowTestSetup {
  /** The kinds, where they are known already. */
  readonly scheme?: Scheme<Kind> | undefined;
  /** The namespace of specs that name none. Default `default`. */
  readonly namespace?: string | undefined;
  /** The folder whose files are secrets. */
  readonly secrets?: string | undefined;
  /** The specs of a test file that names none. Default: those in its folder. */
  readonly specs?: readonly string[] | undefined;
  /** Reads files and folders of specs. */
  readSpecs?(paths: readonly string[]): Promise<readonly ManifestFile[]>;
  /** Reports whether to run a test. Default all. */
  isChosen?(name: string): boolean;
  readonly coverage?: Coverage | undefined;
}

/** A test, ready to run. */
export interface OpenTest {
  readonly name: string;
  /** Why it is not run. */
  readonly skip?: string | undefined;
  run(): Promise<TestResult>;
}

/** The tests of a file, ready to run. */
export interface OpenTests {
  readonly file: string;
  /** What is wrong with the file or its specs; then there are no tests. */
  readonly diagnostics: readonly Diagnostic[];
  readonly tests: readonly OpenTest[];
  /** Writes the snapshots. To be called behind all tests. */
  close(): Promise<void>;
  /** The files that the tests depend on, their own among them. */
  readonly files: readonly string[];
}

/** Reads a test file and its specs. Errors in them are among the diagnostics. */
export async function openTests(
  path: string,
  options: FlowTestOptions = {},
  setup: FlowTestSetup = {},
): Promise<OpenTests> {
  const none = (diagnostics: readonly Diagnostic[], files: readonly string[] = [path]): OpenTests => ({
    file: path,
    diagnostics,
    tests: [],
    close: () => Promise.resolve(),
    files,
  });
  const { file, diagnostics } = readTestFile(path, await Deno.readTextFile(path));
  if (file === undefined) return none(diagnostics);
  const env = { ...options.env, ...file.data.env };
  const { namespace = "default", readSpecs = readSpecPaths } = setup;
  const scheme = await schemeFor(options, setup);
  let read: readonly ManifestFile[];
  const paths = file.data.specs === undefined && setup.specs !== undefined && setup.specs.length > 0
    ? setup.specs
    : specPathsOf(path, file.data.specs);
  try {
    read = await readSpecs(paths);
  } catch (thrown) {
    const position = file.position(file.data.specs === undefined ? [] : ["specs"]);
    return none([{ location: { position }, message: `invalid specs: ${asError(thrown).message}` }], [path, ...paths]);
  }
  if (read.length === 0) {
    const message = `no specs in ${paths.join(", ")}: name them with specs`;
    return none([{ location: { position: file.position([]) }, message }], [path, ...paths]);
  }
  const specs = await SpecSet.read(read, { scheme, namespace, env });
  if (hasErrors(specs.diagnostics)) return none(specs.diagnostics, [path, ...paths]);
  const snapshots = new Snapshots(path, options.update === true);
  const run: TestRunOptions = { ...runOptions(options, setup, { specs, scheme, namespace, env }), file, snapshots };
  const chosen = chosenOf(file, setup);
  return {
    file: path,
    diagnostics: [],
    tests: chosen.map((index) => {
      const { name, skip } = file.data.tests[index]!;
      return { name, skip, run: () => runTest(index, run) };
    }),
    close: async () => void await snapshots.save(chosen.length === file.data.tests.length),
    files: [path, ...paths],
  };
}

/**
 * Reads files and folders of specs, for the specs of kind `test` among them.
 *
 * @param name What the results are listed under.
 */
export async function openSuites(
  name: string,
  paths: readonly string[],
  options: FlowTestOptions = {},
  setup: FlowTestSetup = {},
): Promise<OpenTests> {
  const { namespace = "default", readSpecs = readSpecPaths, isChosen = () => true } = setup;
  const scheme = await schemeFor(options, setup);
  const env = options.env ?? {};
  const specs = await SpecSet.read(await readSpecs(paths), { scheme, namespace, env });
  const close = () => Promise.resolve();
  const opened = { file: name, close, files: paths };
  if (hasErrors(specs.diagnostics)) return { ...opened, diagnostics: specs.diagnostics, tests: [] };
  const run = runOptions(options, setup, { specs, scheme, namespace, env });
  const tests = specs.suites.filter(isChosen).map((name) => ({ name, run: () => runSuite(name, run) }));
  return { ...opened, diagnostics: [], tests };
}

function runOptions(
  { allowFiles = [], allowPrivate = [] }: FlowTestOptions,
  { secrets, coverage }: FlowTestSetup,
  read: Pick<SpecRunOptions, "specs" | "scheme" | "namespace" | "env">,
): SpecRunOptions {
  return { ...read, allowFiles, allowPrivate, secrets, coverage };
}

/** Runs the tests of a file, one after another. */
export async function runFile(path: string, options?: FlowTestOptions, setup?: FlowTestSetup): Promise<FileResult> {
  const { tests, diagnostics, close } = await openTests(path, options, setup);
  const results: TestResult[] = [];
  for (const test of tests) results.push(await test.run());
  await close();
  return { file: path, tests: results, diagnostics };
}

function chosenOf({ data }: TestFile, { isChosen = () => true }: FlowTestSetup): number[] {
  return data.tests.flatMap(({ name }, index) => isChosen(name) ? [index] : []);
}

async function schemeFor(options: FlowTestOptions, setup: FlowTestSetup): Promise<Scheme<Kind>> {
  const scheme = setup.scheme ?? schemeOf(await loadExtensions(options.extensions ?? []));
  if (setup.scheme === undefined) { for (const kind of options.kinds ?? []) scheme.add(kind); }
  return scheme;
}
