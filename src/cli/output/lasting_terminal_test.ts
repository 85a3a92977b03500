import { assertEquals } from "@std/assert";
import type { Terminal } from "../options/command.ts";
import { lastingTerminal } from "./lasting_terminal.ts";

Deno.test("where the log is JSON, all that is printed is a line of it", () => {
  const lines: string[] = [];
  const plain: Terminal = {
    print: (line) => lines.push(line),
    warn: (line) => lines.push(line),
    input: () => Promise.resolve(""),
    env: () => undefined,
  };
  const { terminal } = lastingTerminal(plain, "json");
  terminal.print("listening  http://127.0.0.1:8000");
  terminal.warn("a.yaml:1:2: warning: odd");
  terminal.warn("a.yaml:1:2: wrong");
  terminal.warn("still running version 1");
  assertEquals(
    lines.map((line) => JSON.parse(line)).map(({ level, part, message }) => [level, part, message]),
    [
      ["info", "engine", "listening http://127.0.0.1:8000"],
      ["warn", "engine", "a.yaml:1:2: warning: odd"],
      ["error", "engine", "a.yaml:1:2: wrong"],
      ["warn", "engine", "still running version 1"],
    ],
  );
  assertEquals(lastingTerminal(plain, "text").terminal, plain);
});
