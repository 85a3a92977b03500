import { assertEquals } from "@std/assert";
import type { Terminal } from "../options/command.ts";
import { paint, painted } from "./paint.ts";

Deno.test("what is wrong and what has changed is shown in colors, all else as it is", () => {
  assertEquals(paint("a.yaml:1:2: wrong"), "\x1b[1ma.yaml:1:2:\x1b[0m\x1b[31m wrong\x1b[0m");
  assertEquals(paint("a.yaml:1:2: warning: odd"), "\x1b[1ma.yaml:1:2:\x1b[0m\x1b[33m warning: odd\x1b[0m");
  assertEquals(paint("created default:a (nop)"), "\x1b[32mcreated default:a (nop)\x1b[0m");
  assertEquals(paint("    - old"), "\x1b[31m    - old\x1b[0m");
  assertEquals(paint("NAMESPACE  NAME   LINKS TO"), "\x1b[1mNAMESPACE  NAME   LINKS TO\x1b[0m");
  for (const line of ["version 1", "default    hello  snippet", "  code:", ""]) assertEquals(paint(line), line);
});

Deno.test("colors are for people who look on, unless a flag says otherwise", () => {
  const lines: string[] = [];
  const terminal = (colors: Terminal["colors"]): Terminal => ({
    print: (line) => lines.push(line),
    warn: (line) => lines.push(line),
    input: () => Promise.resolve(""),
    env: () => undefined,
    ...colors && { colors },
  });
  const shown = (colors: Terminal["colors"], choice?: "auto" | "always" | "never") => {
    lines.length = 0;
    const { print, warn } = painted(terminal(colors), choice);
    print("KIND");
    warn("warning: odd");
    return lines.map((line) => line.includes("\x1b"));
  };
  assertEquals(shown(undefined), [false, false]);
  assertEquals(shown({ out: false, error: true }), [false, true]);
  assertEquals(shown({ out: true, error: true }, "never"), [false, false]);
  assertEquals(shown(undefined, "always"), [true, true]);
});
