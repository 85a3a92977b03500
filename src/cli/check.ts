import { evaluateTemplate } from "../language/mod.ts";
import { formatProblem, hasErrors } from "../spec/mod.ts";
import { loadScheme, readManifest } from "../runtime/mod.ts";
import type { Command } from "./command.ts";
import { UsageError } from "./flag.ts";
import { readEnv, readExtensions, SPEC_FLAGS } from "./settings.ts";
import { readSpecFiles } from "./spec_files.ts";

/** `weft check` */
export const check: Command = {
  name: "check",
  summary: "Checks spec files and runs nothing.",
  usage: "[FLAGS] FILE|FOLDER|- ...",
  about: "Says everything that is wrong, as file:line:column: what; what would be right. Exit code 1 if anything is.",
  flags: [
    ...SPEC_FLAGS,
    { name: "file", short: "f", type: "list", value: "FILE", summary: "A file, a folder, or - for standard input." },
    {
      name: "output",
      short: "o",
      type: "text",
      choices: ["text", "json"],
      summary: "How problems are written. Default text.",
    },
  ],
  examples: [
    ["weft check flow.yaml", "check one file"],
    ["weft check -e PORT=8000 flows/", "check a folder whose templates read env.PORT"],
    ["cat flow.yaml | weft check -o json -", "check what comes in, and print problems as JSON"],
  ],
  async run(given, args, terminal) {
    const paths = [...(given.file ?? []) as string[], ...args];
    if (paths.length === 0) throw new UsageError("no file is named");
    const env = await readEnv(given, terminal);
    const scheme = await loadScheme({ extensions: readExtensions(given) });
    const files = await readSpecFiles(paths, terminal);
    const { specs, problems } = readManifest(files, {
      ...given.namespace !== undefined && { namespace: given.namespace as string },
      scheme,
      evaluate: (expression) => evaluateTemplate(expression, env),
    });
    const failed = hasErrors(problems);
    if (given.output === "json") {
      terminal.print(JSON.stringify(problems.map(toJson), null, 2));
      return failed ? 1 : 0;
    }
    for (const problem of problems) terminal.complain(formatProblem(problem));
    if (!failed) terminal.print(`${count(specs.length, "spec")} in ${count(files.length, "file")}: no errors`);
    return failed ? 1 : 0;
  },
};

function toJson(
  { position, spec, what, hint, severity = "error" }: ReturnType<typeof readManifest>["problems"][number],
) {
  return { ...position ?? { spec }, severity, what, ...hint !== undefined && { hint } };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
