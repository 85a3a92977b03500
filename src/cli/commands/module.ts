import { check as checkFiles, checkModule, evaluator, type ModuleReport, modules } from "../../api/mod.ts";
import { type Diagnostic, formatDiagnostic, hasErrors, nearest } from "../../spec/mod.ts";
import { readSpecFiles } from "../input/spec_files.ts";
import type { Command, Terminal } from "../options/command.ts";
import type { Config } from "../options/config.ts";
import { type Flag, type ParsedFlags, UsageError } from "../options/flag.ts";
import { knownKinds } from "../options/known_kinds.ts";
import { readNamespace } from "../options/namespace.ts";
import { listOf, readEnv, settings, SPEC_FLAGS } from "../options/settings.ts";
import { scopeOf, STORE_FLAGS, withStore } from "../options/store.ts";
import { count, outputFlag, printData } from "../output/output.ts";
import { tableLines } from "../output/table.ts";
import type { Compiler } from "../../compiler/mod.ts";

const ACTIONS = ["list", "check"];

// not a setting here: without files, the store is meant
const FILE_FLAG: Flag = {
  ...settings("file")[0]!,
  setting: false,
  summary: "With list: the files whose modules are listed, in place of those in the store",
};

/** `weft module` */
export const moduleCommand: Command = {
  usage: "list [FLAGS] | check [FLAGS] [FOLDER]...",
  about:
    `A module is a folder of spec files with an entry of kind ns.definition. An entry of kind ns.dependency imports it.

"weft module list" lists the modules that are imported: in the store, or in files with -f. It shows where each comes
from, how many entries it has brought, and the values of its requirements; with -o json, the names of its entries too.

"weft module check" checks the module in a folder (default the current one) by itself: its specs with the defaults and
examples of its requirements, the targets of these, and the modules that it imports. The exit code is 1 if there are
errors.`,
  maxArgs: Infinity,
  flags: [FILE_FLAG, ...SPEC_FLAGS, ...STORE_FLAGS, outputFlag("table")],
  examples: [
    ["weft module list", "list the modules in the store"],
    ["weft module list -f flows/ -o json", "list the modules that files import, as JSON"],
    ["weft module check modules/notifier", "check a module before somebody imports it"],
  ],
  async run(flags, args, terminal, config, compiler) {
    const [action, ...rest] = args;
    if (action === "list") return await list(flags, rest, terminal, config, compiler);
    if (action === "check") return await check(flags, rest, terminal, config, compiler);
    if (action === undefined) throw new UsageError("missing argument: expected list or check");
    const meant = nearest(action, ACTIONS);
    const hint = meant === undefined ? "expected list or check" : `did you mean "${meant}"?`;
    throw new UsageError(`unknown command "module ${action}"; ${hint}`);
  },
};

async function list(
  flags: ParsedFlags,
  args: readonly string[],
  terminal: Terminal,
  config: Config,
  compiler: Compiler | undefined,
): Promise<number> {
  const paths = [...listOf(flags, "file"), ...args];
  if (paths.length === 0) {
    await withStore(
      flags,
      terminal,
      async (target) => print(flags, terminal, await modules(target, { namespace: scopeOf(flags) })),
    );
    return 0;
  }
  const namespace = readNamespace(flags);
  const evaluate = evaluator(await readEnv(flags, terminal));
  const scheme = await knownKinds(config);
  const files = await readSpecFiles(paths, terminal);
  const found = await checkFiles(files, { namespace, scheme, evaluate, compiler });
  for (const diagnostic of found.diagnostics) terminal.warn(formatDiagnostic(diagnostic));
  print(flags, terminal, found.modules);
  return hasErrors(found.diagnostics) ? 1 : 0;
}

async function check(
  flags: ParsedFlags,
  args: readonly string[],
  terminal: Terminal,
  config: Config,
  compiler: Compiler | undefined,
): Promise<number> {
  if (listOf(flags, "file").length > 0) {
    throw new UsageError("--file is for module list: name the folder of the module");
  }
  const evaluate = evaluator(await readEnv(flags, terminal));
  const scheme = await knownKinds(config);
  const diagnostics: Diagnostic[] = [];
  const found: ModuleReport[] = [];
  for (const folder of args.length === 0 ? ["."] : args) {
    if (!await isFolder(folder)) throw new Error(`no such folder: ${folder}`);
    const checked = await checkModule(folder, { scheme, evaluate, compiler });
    diagnostics.push(...checked.diagnostics);
    if (checked.module !== undefined) found.push(checked.module);
  }
  for (const diagnostic of diagnostics) terminal.warn(formatDiagnostic(diagnostic));
  const failed = hasErrors(diagnostics);
  if (printData(flags, terminal, found.map(toData)) || failed) return failed ? 1 : 0;
  for (const { name, version, entries, requirements } of found) {
    const what = `${count(entries.length, "spec")}, ${count(requirements.length, "requirement")}`;
    terminal.print(`module ${version === undefined ? name : `${name} ${version}`}: ${what}: no errors`);
  }
  return 0;
}

async function isFolder(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isDirectory ?? false;
}

function print(flags: ParsedFlags, terminal: Terminal, found: readonly ModuleReport[]): void {
  if (printData(flags, terminal, found.map(toData))) return;
  const rows = found.map(({ name, version = "-", prefix, from, entries, requirements }) => [
    name,
    version,
    `${prefix}*`,
    from,
    String(entries.length),
    requirements.map(({ name, value, isGiven }) => {
      const text = value === undefined ? "none" : JSON.stringify(value);
      return `${name}=${text}${isGiven ? "" : " (default)"}`;
    }).join(", "),
  ]);
  const header = ["MODULE", "VERSION", "NAMES", "FROM", "ENTRIES", "REQUIREMENTS"];
  for (const line of tableLines(header, rows)) terminal.print(line);
}

function toData({ name, version, dependency, prefix, from, entries, requirements }: ModuleReport) {
  return {
    name,
    version: version ?? null,
    dependency: dependency === "" ? null : dependency,
    prefix,
    from,
    entries,
    requirements: requirements.map(({ name, value, isGiven }) => ({ name, value: value ?? null, given: isGiven })),
  };
}
