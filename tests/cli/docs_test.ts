import { assert, assertEquals, assertMatch } from "@std/assert";
import { taskArguments } from "../../scripts/task_arguments.ts";
import { COMMAND_NAMES } from "../../src/cli/mod.ts";
import { parseConfig } from "../../src/cli/options/config_file.ts";
import { ALL_SETTINGS } from "../../src/cli/options/settings.ts";
import { TextLineStream } from "../e2e/text_line_stream.ts";
import { Project, wordsOf } from "./project.ts";

// docs/cli.md shows commands and their output. They are run here in one folder, from the first to the last: a block of
// YAML below a file name is written to that file, `...` matches any lines, and what differs between runs (ids, times,
// ports) is ignored.
const DOCS = await Deno.readTextFile(new URL("../../docs/cli.md", import.meta.url));
const MAIN = new URL("../../main.ts", import.meta.url);

interface Step {
  /** A file to write. */
  file?: { name: string; text: string };
  /** A command to run. */
  command?: string;
  output: string;
}

function stepsOf(docs: string): Step[] {
  const blocks = docs.matchAll(/(?:^`([\w.]+)`:\n\n)?^```(yaml|console)\n([^]*?)^```$/gm);
  return Array.from(blocks).flatMap(([, name, language, body]): Step[] => {
    if (language === "yaml") return name === undefined ? [] : [{ file: { name, text: body! }, output: "" }];
    return body!.split(/^\$ /m).slice(1).map((part) => {
      const [command, ...output] = part.trimEnd().split("\n");
      return { command: command!, output: output.join("\n") };
    });
  });
}

/** Replaces everything that differs between runs by placeholders. */
function normalize(output: string): string {
  return output
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "ID")
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{3}Z)?/g, "TIME")
    .replaceAll(/127\.0\.0\.1:\d+/g, "ADDRESS")
    .replaceAll(/(runtime |"pid": |default +)\d+/g, "$1PID")
    .replaceAll(/"age": [\d.]+/g, '"age": AGE')
    .replaceAll(/\b\d+s\b/g, "AGE")
    .replaceAll(/\b\d+ ms\b/g, "TOOK")
    .replaceAll(/ {2,}(?=\S)/g, "  ")
    .replaceAll(/^(weft +)[\d.]+$/gm, "$1VERSION");
}

function patternOf(output: string): RegExp {
  const escaped = normalize(output).replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll(/^ *\\\.\\\.\\\.$/gm, "[^]*")}$`);
}

/** Starts `weft start` as a process and waits until it serves. */
async function startProcess(): Promise<{ process: Deno.ChildProcess; output: string }> {
  const args = taskArguments("start").map((word) => word === "main.ts" ? MAIN.href : word);
  const process = new Deno.Command(Deno.execPath(), {
    args: [args[0]!, "--no-check", "--quiet", ...args.slice(1)],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines: string[] = [];
  for await (const line of process.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
    lines.push(line);
    if (line === "serving") break;
  }
  return { process, output: lines.join("\n") };
}

Deno.test("docs/cli.md shows what the commands print", async () => {
  await using project = new Project();
  let started: Deno.ChildProcess | undefined;
  try {
    for (const { file, command, output } of stepsOf(DOCS)) {
      if (file !== undefined) project.write(file.name, file.text);
      if (command === undefined) continue;
      let printed: string;
      if (command === "weft start &") ({ process: started, output: printed } = await startProcess());
      else {
        const [, line, input] = /^weft ([^|<]*)(?:< (\S+))?$/.exec(command)!;
        const options = { env: { USER: "ada" }, input: input === undefined ? "" : Deno.readTextFileSync(input) };
        const { out, err } = await project.run(wordsOf(line!), options);
        printed = [out, err].filter((text) => text !== "").join("\n");
      }
      assertMatch(normalize(printed), patternOf(output), command);
    }
  } finally {
    started?.kill("SIGKILL");
    await started?.status;
  }
});

Deno.test("docs/cli.md describes every command, and shows each but doctor", () => {
  const shown = new Set(stepsOf(DOCS).flatMap(({ command }) => /^weft (\w+)/.exec(command ?? "")?.[1] ?? []));
  for (const name of COMMAND_NAMES) {
    assert(DOCS.includes(`\n### ${name}\n`), name);
    if (name !== "doctor") assert(shown.has(name), `${name} is not shown`);
  }
});

Deno.test("the weft.yaml of docs/cli.md is valid", () => {
  const text = /```yaml\n(namespace:[^]*?)```/.exec(DOCS)![1]!;
  const { flags, kinds } = parseConfig(text, "weft.yaml", ALL_SETTINGS);
  assertEquals(Object.keys(flags).length, 18);
  assertEquals(kinds?.length, 3);
});
