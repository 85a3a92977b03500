import { assertEquals } from "@std/assert";
import { failure, NONE } from "../../value/mod.ts";
import type { Terminal } from "../options/command.ts";
import { errorLines, printAnswer } from "./answer_lines.ts";

async function printed(answer: Parameters<typeof printAnswer>[2], output?: string) {
  const out: unknown[] = [];
  const terminal: Terminal = {
    print: (line) => out.push(line),
    warn: (line) => out.push(line),
    write: (bytes) => Promise.resolve(void out.push(bytes)),
    input: () => Promise.resolve(""),
    env: () => undefined,
  };
  const code = await printAnswer(output === undefined ? {} : { output }, terminal, answer);
  return [code, ...out];
}

Deno.test("strings and bytes are printed as they are, all else as JSON", async () => {
  assertEquals(await printed("two\nlines"), [0, "two\nlines"]);
  assertEquals(await printed(new Uint8Array([0, 255])), [0, new Uint8Array([0, 255])]);
  assertEquals(await printed([1n, new Date(0)]), [0, '[\n  1,\n  "1970-01-01T00:00:00.000Z"\n]']);
  assertEquals(await printed(null), [0, "null"]);
  assertEquals(await printed(NONE), [0]);
  assertEquals(await printed("text", "json"), [0, '"text"']);
  assertEquals(await printed({ a: [1] }, "yaml"), [0, "a:\n  - 1"]);
});

Deno.test("an error is a line with place and code, and control characters reach no terminal", () => {
  assertEquals(errorLines(failure("bad \x1b[31m", { code: "invalid", position: "a.yaml:1:2" })), [
    "a.yaml:1:2: bad \\x1b[31m (invalid)",
  ]);
  assertEquals(errorLines(failure("first\nsecond", { code: "invalid" })), ["first", "second (invalid)"]);
});
