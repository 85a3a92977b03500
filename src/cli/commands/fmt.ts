import { join } from "node:path";
import { formatDiagnostic } from "../../spec/mod.ts";
import { asError } from "../../value/mod.ts";
import { readSpecFiles } from "../input/spec_files.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { listOf, settings } from "../options/settings.ts";
import { count } from "../output/output.ts";

/** `weft fmt` */
export const fmt: Command = {
  usage: "[FLAGS] [FILE|FOLDER|-]...",
  about:
    `Formats spec files: two spaces a level, one space before a comment and within braces, quotes only where they are needed.
Comments, blank lines and the order of keys stay, and so does the meaning, which is checked. Standard input is written
to standard output. Prints the names of the files that it changes.`,
  maxArgs: Infinity,
  flags: [
    ...settings("file"),
    { name: "check", type: "boolean", summary: "Change nothing; exit with code 1 if a file is not formatted" },
  ],
  examples: [
    ["weft fmt flows/", "format the files of a folder"],
    ["weft fmt flows/ --check", "check in a script that they are formatted"],
    ["cat flow.yaml | weft fmt -", "format standard input"],
  ],
  async run(flags, args, terminal) {
    const paths = [...listOf(flags, "file"), ...args];
    if (paths.length === 0) {
      throw new UsageError("missing argument FILE: expected a file, a folder, or - for standard input");
    }
    // half a megabyte that no other command needs
    const { formatSpecs } = await import("../format/format_specs.ts");
    const isCheck = flags.check === true;
    let [changed, failed] = [0, 0];
    for (const { name, text, unread } of await readSpecFiles(paths, terminal)) {
      if (unread !== undefined) {
        terminal.warn(formatDiagnostic(unread));
        if (unread.severity !== "warning") failed++;
        continue;
      }
      try {
        const formatted = formatSpecs(text, name);
        if (name === "<stdin>" && !isCheck) terminal.print(formatted.replace(/\n$/, ""));
        if (formatted === text) continue;
        changed++;
        if (name === "<stdin>" && !isCheck) continue;
        if (!isCheck) await replace(name, formatted);
        terminal.print(name);
      } catch (thrown) {
        failed++;
        for (const line of asError(thrown).message.split("\n")) terminal.warn(line);
      }
    }
    if (isCheck && changed > 0) {
      terminal.warn(`${count(changed, "file")} not formatted; run "weft fmt" on ${changed === 1 ? "it" : "them"}`);
    }
    return failed > 0 || isCheck && changed > 0 ? 1 : 0;
  },
};

/** Replaces the content of a file as a whole. What a link leads to is replaced, not the link. */
async function replace(path: string, text: string): Promise<void> {
  const file = await Deno.realPath(path);
  const { mode } = await Deno.stat(file);
  const temporary = join(file, "..", `.weft-fmt-${crypto.randomUUID()}`);
  try {
    await Deno.writeTextFile(temporary, text, { createNew: true, ...mode !== null && { mode: mode & 0o777 } });
    await Deno.rename(temporary, file);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
