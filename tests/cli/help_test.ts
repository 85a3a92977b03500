import { assert, assertEquals, assertMatch } from "@std/assert";
import { COMMAND_NAMES, findCommand } from "../../src/cli/mod.ts";
import { VERSION } from "../../src/cli/version.ts";
import { Project, wordsOf } from "./project.ts";

Deno.test("help lists every command", async () => {
  await using project = new Project();
  for (const line of ["help", "--help", "-h"]) {
    const out = await project.weft(line);
    for (const name of COMMAND_NAMES) assertMatch(out, new RegExp(`^  ${name} +\\S`, "m"));
  }
});

Deno.test("weft without a command prints its usage, and is wrong usage", async () => {
  await using project = new Project();
  const { code, out } = await project.run([]);
  assertEquals(code, 2);
  assertMatch(out, /Usage: weft COMMAND/);
});

Deno.test("--version is that of deno.json", async () => {
  await using project = new Project();
  const { version } = JSON.parse(Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)));
  assertEquals(await project.weft("--version"), `weft ${version}`);
  assertEquals(VERSION, version);
});

for (const name of COMMAND_NAMES) {
  Deno.test(`weft ${name} --help has a usage line, described flags, and examples`, async () => {
    await using project = new Project();
    const out = await project.weft(`${name} --help`);
    assertEquals(await project.weft(`help ${name}`), out);
    assertEquals(await project.weft(`${name} --nonsense -h`), out, "help comes first");
    assertMatch(out, new RegExp(`^Usage: weft ${name}\\b`, "m"));
    const flags = out.slice(out.indexOf("Flags:\n"), out.indexOf("\n\n", out.indexOf("Flags:\n"))).split("\n").slice(1);
    for (const line of flags) assertMatch(line, /^ {2}(-\w, | {4})--[a-z-]+( \S+)?( \*)? {2,}[A-Z].*[^.]$/);
    const examples = out.slice(out.indexOf("Examples:\n")).split("\n").filter((line) => line.includes("weft"));
    assert(examples.some((line) => wordsOf(line).join(" ").includes(`weft ${name}`)), "no example");
  });
}

const SPECS = ["namespace", "env", "env-file", "extension"];
const CHANGE = ["dry-run", "base", "message", "author", "no-wait", "timeout", "output"];
const SCOPE = ["namespace", "all-namespaces"];
/** The flags of each command, which scripts rely on. */
const FLAGS: Record<string, string[]> = {
  start: [
    ...["file", ...SPECS, "store", "watch", "strict", "executors", "executor-memory", "host", "dev"],
    ...["allow-files", "allow-private", "secrets", "log-format", "log-level", "access-log"],
  ],
  apply: ["file", ...SPECS, "store", "prune", ...CHANGE],
  delete: ["file", "namespace", "all", "force", "store", ...CHANGE],
  get: [...SCOPE, "at", "store", "output"],
  find: [...SCOPE, "at", "store", "output"],
  history: ["before", "store", "output"],
  diff: [...SCOPE, "store", "output"],
  rollback: [...SCOPE, "store", ...CHANGE],
  status: [...SCOPE, "strict", "store", "output"],
  check: ["file", ...SPECS, "connect", "allow-private", "secrets", "output"],
  backup: ["store", "force", "output"],
  restore: ["store", "force", "output"],
  export: [...SCOPE, "at", "store", "force", "output"],
  fmt: ["file", "check"],
  run: ["file", ...SPECS, "store", "port", "payload", "payload-yaml", "trace", "timeout", "allow-files", "output"],
  import: ["out", ...SPECS],
  test: [
    "only",
    "watch",
    "update",
    "coverage",
    "coverage-file",
    "junit",
    ...SPECS,
    "allow-files",
    "allow-private",
    "output",
  ],
  schema: ["extension"],
  kinds: ["extension", "output"],
  explain: ["extension", "output"],
  completions: [],
  doctor: ["output"],
};

Deno.test("each command keeps its flags", async () => {
  await using project = new Project();
  for (const [name, flags] of Object.entries(FLAGS)) {
    const help = await project.weft(`${name} --help`);
    for (const flag of [...flags, "config", "env-name", "color", "help"]) {
      assertMatch(help, new RegExp(`^ {2}.{4}--${flag}\\b(?!-)`, "m"));
    }
  }
});

Deno.test("an unknown command suggests the nearest", async () => {
  await using project = new Project();
  assertEquals(await project.fail("aply"), [
    2,
    'unknown command "aply"; did you mean "apply"?\nSee "weft --help" for usage.',
  ]);
  assertEquals(await project.fail("help hstory"), [
    2,
    'unknown command "hstory"; did you mean "history"?\nSee "weft --help" for usage.',
  ]);
  assertEquals(await project.fail("constructor"), [2, 'unknown command "constructor"\nSee "weft --help" for usage.']);
});

Deno.test("wrong usage of a command points to its help", async () => {
  await using project = new Project();
  assertEquals(await project.fail("apply --prun"), [
    2,
    'unknown flag --prun; did you mean --prune?\nSee "weft apply --help" for usage.',
  ]);
  assertEquals(await project.fail("diff 1 2 3"), [
    2,
    'unexpected argument "3"\nSee "weft diff --help" for usage.',
  ]);
});

Deno.test("a command that takes no arguments rejects extra words, a missing argument is named", async () => {
  await using project = new Project();
  for (const name of ["status", "kinds", "doctor"]) {
    assertEquals(await project.fail(`${name} extra`), [
      2,
      `unexpected argument "extra"\nSee "weft ${name} --help" for usage.`,
    ]);
  }
  for (const line of ["help start more", "--help start", "--version more"]) {
    assertEquals(await project.fail(line), [
      2,
      `unexpected argument ${JSON.stringify(line.split(" ").at(-1))}\nSee "weft --help" for usage.`,
    ]);
  }
  assertEquals(
    (await project.fail("status --strict=maybe"))[1].split("\n")[0],
    'invalid --strict "maybe": expected true or false, or no value',
  );
  // every command takes a limited number of arguments, or any number of names or files
  for (const name of COMMAND_NAMES) {
    const [, command] = await findCommand(name);
    if (command.maxArgs === Infinity) assertMatch(command.usage, /\.\.\.$/, name);
    else {
      const words = Array.from({ length: (command.maxArgs ?? 0) + 1 }, (_, index) => `w${index}`);
      assertEquals(
        (await project.fail(`${name} ${words.join(" ")}`))[1].split("\n")[0],
        `unexpected argument "${words.at(-1)}"`,
      );
    }
  }
  assertEquals(await project.fail("rollback 1 2"), [
    2,
    'unexpected argument "2"\nSee "weft rollback --help" for usage.',
  ]);
  assertEquals(await project.fail("rollback"), [2, 'missing argument VERSION\nSee "weft rollback --help" for usage.']);
});
