import { check as checkSpecs, evaluator } from "../../api/mod.ts";
import { type Diagnostic, formatDiagnostic, hasErrors, isTestFile } from "../../spec/mod.ts";
import { readSpecFiles } from "../input/spec_files.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { knownKinds } from "../options/known_kinds.ts";
import { readNamespace } from "../options/namespace.ts";
import { listOf, readAllowPrivate, readEnv, settings, SPEC_FLAGS, stringOf } from "../options/settings.ts";
import { CHECK_OUTPUT, printReport } from "../output/check_report.ts";
import { count, printData } from "../output/output.ts";

/** `weft check` */
export const check: Command = {
  usage: "[FLAGS] FILE|FOLDER|-...",
  about: "Prints every problem as file:line:column: message; hint. The exit code is 1 if there are errors.",
  maxArgs: Infinity,
  flags: [
    ...settings("file"),
    ...SPEC_FLAGS,
    { name: "connect", type: "boolean", summary: "Try whether the servers of connections accept one" },
    ...settings("allow-private", "secrets"),
    CHECK_OUTPUT,
  ],
  examples: [
    ["weft check flow.yaml", "check one file"],
    ["weft check -e PORT=8000 flows/", "check a folder whose templates read env.PORT"],
    ["weft check --connect -e TOKEN flow.yaml", "try its connections as well"],
    ["weft check flows/ -o github", "show problems in the files of a pull request on GitHub"],
    ["cat flow.yaml | weft check -o json -", "check standard input, and print problems as JSON"],
  ],
  async run(flags, args, terminal, config, compiler) {
    const paths = [...listOf(flags, "file"), ...args];
    if (paths.length === 0) {
      throw new UsageError("missing argument FILE: expected a file, a folder, or - for standard input");
    }
    const namespace = readNamespace(flags);
    const env = await readEnv(flags, terminal);
    const evaluate = evaluator(env);
    const secret = (reference: string) => {
      const name = reference.slice("env:".length);
      return reference.startsWith("env:") && Object.hasOwn(env, name) ? env[name] : undefined;
    };
    const allowPrivate = await readAllowPrivate(flags);
    const connect = flags.connect === true
      ? { secrets: { env, folder: stringOf(flags, "secrets") }, allowPrivate }
      : undefined;
    const scheme = await knownKinds(config);
    const files = await readSpecFiles(paths.filter((path) => !isTestFile(path)), terminal);
    const options = { namespace, scheme, evaluate, secret, connect, compiler };
    const { specs, modules, diagnostics: found } = await checkSpecs(files, options);
    const testFiles = paths.filter(isTestFile);
    const diagnostics = [...found, ...await checkTestFiles(testFiles)];
    const failed = hasErrors(diagnostics);
    if (printReport(flags, terminal, diagnostics)) return failed ? 1 : 0;
    if (printData(flags, terminal, diagnostics.map(toData))) return failed ? 1 : 0;
    for (const diagnostic of diagnostics) terminal.warn(formatDiagnostic(diagnostic));
    if (!failed) {
      terminal.print(
        `${count(specs.length, "spec")} in ${
          count(files.filter(({ unread }) => unread === undefined).length + testFiles.length, "file")
        }${modules.length === 0 ? "" : ` and ${count(modules.length, "module")}`}: no errors`,
      );
    }
    return failed ? 1 : 0;
  },
};

/** Checks test files: what they say, not what they expect. */
async function checkTestFiles(paths: readonly string[]): Promise<Diagnostic[]> {
  if (paths.length === 0) return [];
  const { readTestFile } = await import("../../testing/flow/mod.ts");
  const diagnostics: Diagnostic[] = [];
  for (const path of paths) diagnostics.push(...readTestFile(path, await Deno.readTextFile(path)).diagnostics);
  return diagnostics;
}

function toData({ location, message, hint, severity = "error" }: Diagnostic) {
  return { ...location?.position ?? { spec: location?.spec }, severity, message, ...hint !== undefined && { hint } };
}
