import { assert, assertEquals, assertMatch } from "@std/assert";
import { doctor, doctorOf, type Fact } from "../../src/cli/commands/doctor.ts";
import { Skipped } from "../../src/cli/commands/doctor_fact.ts";

const FACTS: readonly Fact[] = [
  { name: "water is wet", check: () => "wet" },
  {
    name: "fire is cold",
    check: () => {
      throw new Error("hot");
    },
  },
  { name: "ice is warm", check: () => Promise.reject(new Error("cold")) },
  { name: "the moon is near", check: () => Promise.reject(new Skipped("no rocket")) },
];

async function run(command: typeof doctor, flags: Record<string, string> = {}): Promise<{ code: number; out: string }> {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const terminal = { print, warn: print, input: () => Promise.resolve(""), env: () => undefined };
  const code = await command.run(flags, [], terminal, { flags });
  return { code, out: lines.join("\n") };
}

Deno.test("doctor passes on this Deno", async () => {
  const { code, out } = await run(doctor);
  const lines = out.split("\n");
  for (const line of lines) assertMatch(line, /^pass {2}\S.*: \S/);
  assert(lines.length >= 12);
  assertEquals(code, 0);
});

Deno.test("doctor reports what does not hold, and what it saw instead", async () => {
  assertEquals(await run(doctorOf(FACTS)), {
    code: 1,
    out: "pass  water is wet: wet\nFAIL  fire is cold: hot\nFAIL  ice is warm: cold\nskip  the moon is near: no rocket",
  });
  const { code, out } = await run(doctorOf(FACTS), { output: "json" });
  assertEquals(JSON.parse(out)[2], { fact: "ice is warm", holds: false, saw: "cold" });
  assertEquals(JSON.parse(out)[3], { fact: "the moon is near", holds: null, saw: "no rocket" });
  assertEquals(code, 1);
});
