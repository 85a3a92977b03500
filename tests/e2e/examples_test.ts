import { assert, assertEquals } from "@std/assert";
import { parseCurl } from "./curl.ts";
import { Weft } from "./weft.ts";

// Every example begins with the command that starts it and, after `$`, commands to try it, each with the response: a body
// or a status. They are run here on a free port.
const FOLDER = new URL("../../examples/", import.meta.url);

interface Trial {
  command: string;
  answer: string;
}

function readHeader(text: string): { start: string; trials: Trial[] } {
  const lines = text.split("\n").filter((line) => line.startsWith("#")).map((line) => line.slice(1).trim());
  const start = lines.find((line) => line.includes("task start"));
  assert(start !== undefined, "the example has no start command");
  const trials: Trial[] = [];
  lines.forEach((line, index) => {
    if (line.startsWith("$ ")) trials.push({ command: line.slice(2), answer: lines[index + 1]! });
  });
  return { start, trials };
}

for (const { name } of [...Deno.readDirSync(FOLDER)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  if (!name.endsWith(".yaml") || name.endsWith("_test.yaml")) continue;
  Deno.test(`examples/${name} works as described`, async () => {
    const text = await Deno.readTextFile(new URL(name, FOLDER));
    const { start, trials } = readHeader(text);
    assert(trials.length > 0, "the example has no commands to try");
    const args = start.slice(start.indexOf("task start") + "task start".length).trim().split(/\s+/);
    const file = args.indexOf(`examples/${name}`);
    assert(file > 0, `the start command does not name the file: ${start}`);
    args[file] = "-";
    await using weft = await Weft.start({ args, allow: [], input: text.replaceAll("port: 8000", "port: 0") });
    for (const { command, answer } of trials) {
      const { url, method, headers, body } = parseCurl(command, weft.url);
      const response = await fetch(url, { method, headers, ...body !== undefined && { body } });
      const got = await response.text();
      assertEquals(
        /^\d{3}$/.test(answer) ? String(response.status) : got,
        answer,
        `${command}: ${response.status} ${got}`,
      );
    }
  });
}
