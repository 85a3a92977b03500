import { assertEquals } from "@std/assert";
import type { Terminal } from "../options/command.ts";
import { until } from "../../../tests/support/until.ts";
import { Progress } from "./progress.ts";

const quiet: Terminal = { print() {}, warn() {}, input: () => Promise.resolve(""), env: () => undefined };

Deno.test("long work is shown to people who look on, until it has ended", async () => {
  const lines: string[] = [];
  const seen = (pattern: RegExp) => until("it is shown", () => pattern.test(lines.at(-1) ?? ""));
  {
    using progress = new Progress({ ...quiet, status: (line) => lines.push(line) }, "copying");
    await seen(/^copying {2}0 s$/);
    progress.update(0.425);
    await seen(/^copying {2}42 %$/);
    progress.next("waiting for runtimes");
    await seen(/^waiting for runtimes {2}\d s$/);
  }
  assertEquals(lines.at(-1), "");
});

Deno.test("short work, and work that nobody looks at, is not shown", () => {
  const lines: string[] = [];
  {
    using progress = new Progress({ ...quiet, status: (line) => lines.push(line) }, "copying");
    progress.update(1);
  }
  assertEquals(lines, [""]);
  using _ = new Progress(quiet, "copying");
});
