/**
 * How long commands take, as a user waits for them, and how much processor time. Run it on an idle machine:
 * `deno run -A bench/commands.ts [ROUNDS]`.
 */
import { taskArguments } from "../scripts/task_arguments.ts";

const ROUNDS = Number(Deno.args[0] ?? 10);
const SPECS = 1_000;
const MAIN = new URL("../main.ts", import.meta.url).pathname;
const FLOW = `
- { kind: listener, name: web, port: 0, links: { out: [{ name: hello, port: in }] } }
- { kind: snippet, name: hello, language: text, code: hello }
`;

const folder = Deno.makeTempDirSync({ prefix: "weft-" });
Deno.mkdirSync(`${folder}/many`);
for (let number = 0; number < SPECS; number += 2) {
  Deno.writeTextFileSync(
    `${folder}/many/${number}.yaml`,
    `- { kind: snippet, name: s${number}, language: javascript, code: "export default (p) => p + ${number}" }
- { kind: if, name: i${number}, when: self > ${number}, links: { "out[0]": [{ name: s${number}, port: in }] } }
`,
  );
}
Deno.writeTextFileSync(`${folder}/flow.yaml`, FLOW);

/** Command lines, each with how long it may take, in milliseconds. */
const COMMANDS: readonly (readonly [line: string, limit: number])[] = [
  ["--version", 500],
  ["apply flow.yaml", 1_000],
  ["apply many", 3_000],
  ["get hello", 500],
  ["find .kind=listener", 500],
  ["history", 500],
  ["diff", 500],
  ["status", 500],
  ["kinds", 500],
  ["schema", 500],
  ["explain listener", 500],
  ["completions bash", 1_000],
  ["fmt flow.yaml --check", 500],
  ["fmt many --check", 2_000],
  ["export out --force", 1_000],
  ["backup copy.db --force", 500],
  ["check flow.yaml", 1_000],
  ["check many", 2_000],
  ["run hello -f flow.yaml", 2_000],
];

/** Runs a command line. @returns How long it took and how much processor time, in milliseconds. */
async function measure(line: string): Promise<[wall: number, processor: number]> {
  const [run, ...words] = taskArguments("weft", [`--allow-write=${folder}`]);
  const flags = words.map((word) => word === "main.ts" ? MAIN : word);
  const began = performance.now();
  // the shell tells the processor time of what it has run
  const { stderr } = await new Deno.Command("bash", {
    args: [
      "-c",
      'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1',
      "bash",
      Deno.execPath(),
      run!,
      "--quiet",
      ...flags,
      ...line.split(" "),
    ],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const wall = performance.now() - began;
  const [user = 0, system = 0] = new TextDecoder().decode(stderr).trim().split(" ").map(Number);
  return [wall, (user + system) * 1_000];
}

try {
  console.log(
    `least of ${ROUNDS} rounds, in ms\n\n| command | wall | processor | limit |\n| --- | ---: | ---: | ---: |`,
  );
  for (const [line, limit] of COMMANDS) {
    const times: [number, number][] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await measure(line));
    const least = (index: 0 | 1) => Math.round(Math.min(...times.map((time) => time[index])));
    console.log(`| \`${line}\` | ${least(0)}${least(0) > limit ? " (!)" : ""} | ${least(1)} | ${limit} |`);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
