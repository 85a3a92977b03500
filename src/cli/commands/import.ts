import { basename, join } from "node:path";
import { evaluator, importUniflow, lenientEvaluator } from "../../api/mod.ts";
import { formatDiagnostic } from "../../spec/mod.ts";
import { readSpecFiles } from "../input/spec_files.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { knownKinds } from "../options/known_kinds.ts";
import { readNamespace } from "../options/namespace.ts";
import { readEnv, SPEC_FLAGS, stringOf } from "../options/settings.ts";
import { count } from "../output/output.ts";

/** `weft import` */
export const importCommand: Command = {
  usage: "[FLAGS] uniflow FILE|FOLDER|-...",
  about:
    `Rewrites specs and values of Uniflow, and prints them as specs of Weft, with their comments. Standard error tells
each change and what cannot be imported, as file:line:column of the file before. The exit code is 1 if something cannot.`,
  maxArgs: Infinity,
  flags: [
    {
      name: "out",
      type: "string",
      value: "FOLDER",
      summary: "Write files of the same names there, instead of printing",
    },
    ...SPEC_FLAGS,
  ],
  examples: [
    ["weft import uniflow flow.yaml > weft.yaml", "import one file"],
    ["weft import --out flows/ uniflow old/", "import a folder"],
  ],
  async run(flags, [format, ...paths], terminal, config, compiler) {
    if (format !== "uniflow") {
      const given = format === undefined ? "missing argument FORMAT" : `invalid format ${JSON.stringify(format)}`;
      throw new UsageError(`${given}: expected uniflow`);
    }
    if (paths.length === 0) {
      throw new UsageError("missing argument FILE: expected a file, a folder, or - for standard input");
    }
    const namespace = readNamespace(flags);
    const env = await readEnv(flags, terminal);
    const evaluate = Object.keys(env).length === 0 ? lenientEvaluator(env) : evaluator(env);
    const scheme = await knownKinds(config);
    const given = await readSpecFiles(paths, terminal);
    const { files, changes, left } = await importUniflow(given, { namespace, scheme, evaluate, compiler });
    const folder = stringOf(flags, "out");
    if (folder !== undefined) await writeAll(folder, files);
    else terminal.print(files.map(({ text }) => text.trimEnd()).join("\n---\n"));
    for (const change of changes) terminal.warn(formatDiagnostic(change));
    for (const diagnostic of left) {
      terminal.warn(formatDiagnostic({ ...diagnostic, message: `cannot be imported: ${diagnostic.message}` }));
    }
    terminal.warn(
      `${count(files.length, "file")}: ${count(changes.length, "change")}, ${left.length} cannot be imported`,
    );
    return left.length > 0 ? 1 : 0;
  },
};

/** Writes files into a folder, which is made if it is missing. @throws {Error} If one is there already; none is written then. */
async function writeAll(folder: string, files: readonly { name: string; text: string }[]): Promise<void> {
  const paths = new Map<string, string>();
  for (const { name, text } of files) {
    const path = join(folder, name === "<stdin>" ? "stdin.yaml" : basename(name));
    if (paths.has(path)) {
      throw new Error(`two files are called ${basename(name)}: import them into folders of their own`);
    }
    if (await Deno.lstat(path).then(() => true, () => false)) throw new Error(`${path} already exists`);
    paths.set(path, text);
  }
  await Deno.mkdir(folder, { recursive: true });
  for (const [path, text] of paths) await Deno.writeTextFile(path, text, { createNew: true });
}
