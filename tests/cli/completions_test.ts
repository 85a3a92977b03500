import { assert, assertEquals, assertMatch } from "@std/assert";
import { completedCommands } from "../../src/cli/commands/completions.ts";
import { COMMAND_NAMES } from "../../src/cli/mod.ts";
import { Project } from "./project.ts";

/** Completes command lines in a real bash, the last word of each. @returns The words that it offers for each. */
async function completed(script: string, lines: readonly string[], folder: string): Promise<string[][]> {
  const ask = lines.map((line) => {
    // as bash splits it: at spaces and equals signs
    const words = line.split(/ |(=)/).filter((word) => word !== undefined && (word !== "" || line.endsWith(" ")));
    if (line.endsWith("=")) words.push("");
    const quoted = words.map((word) => `'${word}'`).join(" ");
    return `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _weft; printf '%s\\n' "\${COMPREPLY[*]}"`;
  });
  const { stdout, stderr, success } = await new Deno.Command("bash", {
    args: ["--norc", "-c", [script, ...ask].join("\n")],
    cwd: folder,
    clearEnv: true,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) => line.split(" ").sort());
}

Deno.test("bash completes commands, flags, choices, files and the words of explain", async () => {
  await using project = new Project({ "flow.yaml": "", "flows/a.yaml": "" });
  const script = await project.weft("completions bash");
  const lines = [
    "weft sta",
    "weft start --log-",
    "weft start --log-format ",
    "weft start --log-format=j",
    "weft start -f flo",
    "weft check fl",
    "weft explain snip",
    "weft history pr",
    "weft completions ",
    "weft get -o y",
    "weft get somethi",
    "weft help exp",
  ];
  assertEquals(await completed(script, lines, project.folder), [
    ["start", "status"],
    ["--log-format", "--log-level", "--log-limit"],
    ["json", "text"],
    ["json"],
    ["flow.yaml", "flows"],
    ["flow.yaml", "flows"],
    ["snippet"],
    ["prune"],
    ["bash", "fish", "zsh"],
    ["yaml"],
    [""],
    ["explain", "export"],
  ]);
});

Deno.test("zsh and fish get every command with every flag, and quotes that match", async () => {
  await using project = new Project();
  const commands = await completedCommands();
  assertEquals(commands.map(({ name }) => name), COMMAND_NAMES);
  const [zsh, fish] = [await project.weft("completions zsh"), await project.weft("completions fish")];
  assertMatch(zsh, /^#compdef weft\n/);
  for (const { name, flags } of commands) {
    const zshCase = zsh.split(`    ${name})\n`)[1]?.split("\n      ;;")[0] ?? "";
    for (const flag of flags) {
      assert(zshCase.includes(`--${flag.name}`), `${name} --${flag.name}`);
      assert(
        fish.includes(`from ${name}'${flag.short ? ` -s ${flag.short}` : ""} -l ${flag.name}`),
        `${name} ${flag.name}`,
      );
    }
  }
  // a flag in full, with what has a meaning in a specification escaped
  assert(
    zsh.includes(
      `        '(--log-level)--log-level[Minimum log level (default info), and others for parts\\: info,registry=debug,http=warn]:LEVEL\\[,PART=LEVEL\\]: '`,
    ),
    zsh.split("\n").find((line) => line.includes("--log-level")),
  );
  assert(
    fish.includes(
      "complete -c weft -n '__fish_seen_subcommand_from start' -l log-format -x -a 'text json' -d 'Log format",
    ),
  );
  for (const line of fish.split("\n").slice(1)) {
    const quotes = line.replace(/\\./g, "").match(/'/g)?.length ?? 0;
    assertEquals(quotes % 2, 0, line);
  }
});

Deno.test("an unknown shell is wrong usage", async () => {
  await using project = new Project();
  assertEquals(
    (await project.fail("completions tcsh"))[1].split("\n")[0],
    'invalid shell "tcsh": expected bash, zsh or fish',
  );
  assertEquals((await project.fail("completions"))[0], 2);
});
