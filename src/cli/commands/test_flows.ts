import {
  Coverage,
  type FileResult,
  type FlowTestOptions,
  type FlowTestSetup,
  openSuites,
  openTests,
} from "../../testing/flow/mod.ts";
import { extensionFolder, type Extensions, loadExtensions } from "../../runtime/mod.ts";
import { asError, reasonOf } from "../../value/mod.ts";
import { watchFiles } from "../input/file_watch.ts";
import { readSpecFiles } from "../input/spec_files.ts";
import { findTests } from "../input/test_files.ts";
import type { Command, Terminal } from "../options/command.ts";
import { type Config, resolveConfig } from "../options/config.ts";
import { readExtensions } from "../options/extensions.ts";
import { type ParsedFlags, UsageError } from "../options/flag.ts";
import { knownKinds } from "../options/known_kinds.ts";
import { readNamespace } from "../options/namespace.ts";
import {
  listOf,
  readAllowFiles,
  readAllowPrivate,
  readEnv,
  settings,
  SPEC_FLAGS,
  stringOf,
} from "../options/settings.ts";
import { junitOf } from "../output/junit.ts";
import { outputFlag, printData } from "../output/output.ts";
import { coverageData, coverageLines, fileData, fileLines, totalLine, totalsOf } from "../output/test_report.ts";
import { stopSignal } from "../stop_signal.ts";

/** `weft test` */
export const testFlows: Command = {
  usage: "[FLAGS] [FILE|FOLDER]...",
  about:
    `Runs the tests in files named NAME_test.yaml or NAME.test.yaml, and specs of kind test, by default all below the current
folder. Nodes that reach outside are mocked or refused, and time is virtual. docs/testing.md describes the files. The exit
code is 1 if a test fails.`,
  maxArgs: Infinity,
  flags: [
    { name: "only", type: "string", value: "TEXT", summary: "Run tests whose name has the text, or matches /REGEXP/" },
    { name: "watch", type: "boolean", summary: "Run again whenever a test, a spec or an extension changes" },
    { name: "update", type: "boolean", summary: "Write the snapshots instead of comparing with them" },
    { name: "coverage", type: "boolean", summary: "List the links that no test has taken" },
    { name: "coverage-file", type: "string", value: "FILE", summary: "Write all links, and which were taken, as JSON" },
    { name: "junit", type: "string", value: "FILE", summary: "Write a report in the format of JUnit" },
    ...SPEC_FLAGS,
    ...settings("allow-files", "allow-private", "secrets"),
    outputFlag("text"),
  ],
  examples: [
    ["weft test", "run all tests below this folder"],
    ["weft test flows/ --only refund", "run those of a folder that are about refunds"],
    ["weft test --watch", "run them again on each change"],
    ["weft test --coverage --junit report.xml", "list links without a test, and write a report for CI"],
  ],
  async run(flags, args, terminal, config) {
    const paths = args.length === 0 ? ["."] : args;
    if (flags.watch !== true) return await runAll(paths, await prepare(flags, terminal, config), flags, terminal);
    if (flags.output === "json" || flags.output === "yaml") {
      throw new UsageError("--watch and --output exclude each other");
    }
    return await watch(paths, flags, terminal, config);
  },
};

/** What tests are run with. */
interface Prepared {
  readonly options: FlowTestOptions;
  readonly setup: FlowTestSetup;
}

/** @param extensions The extensions, if they are loaded already. */
async function prepare(
  flags: ParsedFlags,
  terminal: Terminal,
  config: Config,
  extensions?: Extensions,
): Promise<Prepared> {
  const { flags: configured } = await resolveConfig(settings("file"), { config: flags.config }, [], terminal);
  return {
    options: {
      env: await readEnv(flags, terminal),
      allowFiles: await readAllowFiles(flags),
      allowPrivate: await readAllowPrivate(flags),
      update: flags.update === true,
    },
    setup: {
      scheme: await knownKinds(config, extensions),
      namespace: readNamespace(flags),
      secrets: stringOf(flags, "secrets"),
      specs: listOf(configured, "file"),
      readSpecs: (paths) => readSpecFiles(paths, terminal),
      isChosen: chooser(stringOf(flags, "only")),
      coverage: flags.coverage === true || flags["coverage-file"] !== undefined ? new Coverage() : undefined,
    },
  };
}

/** Runs all tests, and tells what became of them. @returns The exit code. */
async function runAll(
  paths: readonly string[],
  prepared: Prepared,
  flags: ParsedFlags,
  terminal: Terminal,
  read: (files: readonly string[]) => void = () => {},
): Promise<number> {
  const { options, setup } = prepared;
  const began = performance.now();
  const results: FileResult[] = [];
  const isText = flags.output === undefined || flags.output === "text";
  for (const { name: file, specs } of await findTests(paths, setup.specs ?? [])) {
    const { tests, diagnostics, files, close } = specs === undefined
      ? await openTests(file, options, setup)
      : await openSuites(file, specs, options, setup);
    read(files);
    if (tests.length === 0 && diagnostics.length === 0 && flags.only !== undefined) continue;
    const done = [];
    for (const test of tests) done.push(await test.run());
    await close();
    const result: FileResult = { file, tests: done, diagnostics };
    results.push(result);
    if (isText) { for (const line of fileLines(result)) terminal.print(line); }
  }
  const totals = totalsOf(results);
  const links = setup.coverage?.list();
  const { junit, "coverage-file": coverageFile } = flags;
  if (junit !== undefined) await Deno.writeTextFile(String(junit), junitOf(results));
  if (coverageFile !== undefined) {
    await Deno.writeTextFile(String(coverageFile), `${JSON.stringify(coverageData(links!), null, 2)}\n`);
  }
  const data = { ...totals, files: results.map(fileData), ...links && { coverage: coverageData(links) } };
  const failed = totals.failed > 0 || totals.broken > 0;
  if (printData(flags, terminal, data)) return failed ? 1 : 0;
  if (flags.coverage === true) { for (const line of coverageLines(links!)) terminal.print(line); }
  if (totals.tests === 0 && totals.broken === 0 && flags.only !== undefined) {
    terminal.warn(`no test has a name like ${JSON.stringify(flags.only)}`);
    return 1;
  }
  terminal.print(totalLine(totals, performance.now() - began));
  return failed ? 1 : 0;
}

/** Runs all tests again and again until a signal arrives. */
async function watch(
  paths: readonly string[],
  flags: ParsedFlags,
  terminal: Terminal,
  config: Config,
): Promise<number> {
  const ended = new AbortController();
  void stopSignal().first.then(() => ended.abort());
  const { urls, positions } = await readExtensions(config);
  // modules are imported once by each path: those that may change are copied each time
  const folder = urls.length === 0 ? undefined : await extensionFolder();
  while (!ended.signal.aborted) {
    const files = new Set<string>([...paths, ...extensionFiles(flags)]);
    try {
      const extensions = folder === undefined ? undefined : await loadExtensions(urls, { folder, positions });
      extensions?.files.forEach((file) => files.add(file));
      const prepared = await prepare(flags, terminal, config, extensions);
      await runAll(paths, prepared, flags, terminal, (read) => read.forEach((file) => files.add(file)));
    } catch (thrown) {
      for (const line of reasonOf(asError(thrown)).split("\n")) terminal.warn(line);
    }
    // the first time says that they are watched, the second that something has changed
    let isWatched = false;
    for await (const _ of watchFiles([...files], ended.signal)) {
      if (isWatched) break;
      isWatched = true;
    }
    if (!ended.signal.aborted) terminal.print("");
  }
  return 0;
}

/** Returns the extensions that are files or folders. */
function extensionFiles(flags: ParsedFlags): string[] {
  return listOf(flags, "extension").filter((specifier) => !/^[a-z][a-z0-9+.-]+:/i.test(specifier));
}

/** Returns what chooses tests by `--only`. @throws {UsageError} If that is an invalid regular expression. */
function chooser(only: string | undefined): (name: string) => boolean {
  if (only === undefined) return () => true;
  const [, pattern, ignoreCase] = /^\/(.+)\/(i?)$/.exec(only) ?? [];
  if (pattern === undefined) return (name) => name.includes(only);
  try {
    const regexp = new RegExp(pattern, `u${ignoreCase}`);
    return (name) => regexp.test(name);
  } catch (thrown) {
    throw new UsageError(`invalid --only ${JSON.stringify(only)}: ${asError(thrown).message}`);
  }
}
