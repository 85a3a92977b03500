import { readManifest } from "../../runtime/mod.ts";
import { type Diagnostic, formatDiagnostic, hasErrors } from "../../spec/mod.ts";
import { readSpecFiles } from "../input/spec_files.ts";
import { evaluator } from "../input/templates.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { knownKinds } from "../options/known_kinds.ts";
import { readNamespace } from "../options/namespace.ts";
import { listOf, readEnv, settings, SPEC_FLAGS } from "../options/settings.ts";
import { count, outputFlag, printData } from "../output/output.ts";

/** `weft check` */
export const check: Command = {
  usage: "[FLAGS] FILE|FOLDER|- ...",
  about: "Says everything that is wrong, as file:line:column: message; hint. Exit code 1 if anything is.",
  flags: [...settings("file"), ...SPEC_FLAGS, outputFlag("text")],
  examples: [
    ["weft check flow.yaml", "check one file"],
    ["weft check -e PORT=8000 flows/", "check a folder whose templates read env.PORT"],
    ["cat flow.yaml | weft check -o json -", "check what comes in, and print diagnostics as JSON"],
  ],
  async run(given, args, terminal, config) {
    const paths = [...listOf(given, "file"), ...args];
    if (paths.length === 0) throw new UsageError("there is nothing to check: name spec files");
    const namespace = readNamespace(given);
    const evaluate = evaluator(await readEnv(given, terminal));
    const scheme = await knownKinds(config);
    const files = await readSpecFiles(paths, terminal);
    const { specs, diagnostics } = readManifest(files, { namespace, scheme, evaluate });
    const failed = hasErrors(diagnostics);
    if (printData(given, terminal, diagnostics.map(toData))) return failed ? 1 : 0;
    for (const diagnostic of diagnostics) terminal.warn(formatDiagnostic(diagnostic));
    if (!failed) terminal.print(`${count(specs.length, "spec")} in ${count(files.length, "file")}: no errors`);
    return failed ? 1 : 0;
  },
};

function toData({ location, message, hint, severity = "error" }: Diagnostic) {
  return { ...location?.position ?? { spec: location?.spec }, severity, message, ...hint !== undefined && { hint } };
}
