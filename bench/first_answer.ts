// Measures how long it takes from the installation of the npm package to the first answer, and from the start of an
// installed one. Processor time is that of all processes until the answer, which a busy machine changes less.
//
//   deno run -A bench/first_answer.ts [ROUNDS]

import { buildPackage, pack } from "../scripts/npm.ts";

const ROUNDS = Number(Deno.args[0] ?? 9);
/** Ticks of processor time a second, in /proc. */
const TICKS = 100;
const PING = await Deno.readTextFile(new URL("../examples/ping.yaml", import.meta.url));

/** What a start took until the line `serving`, and until the first answer, in seconds. */
interface Took {
  serving: number;
  answer: number;
  processor: number;
}

/** Starts a command that serves, and ends it once it has answered. */
async function start(program: string, args: string[], cwd: string, env: Record<string, string>): Promise<Took> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;
  const child = new Deno.Command(program, { args, cwd, env, stdout: "piped", stderr: "null", detached: true }).spawn();
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream()).values({ preventCancel: true })) {
    text += chunk;
    if (text.includes("\nserving")) break;
  }
  const serving = seconds();
  const [, url] = /^listening +(\S+)/m.exec(text)!;
  const body = await (await fetch(`${url}/ping`)).text();
  const took = { serving, answer: seconds(), processor: processorTime(child.pid) };
  if (body !== "pong") throw new Error(`unexpected answer ${JSON.stringify(body)}`);
  child.kill("SIGTERM");
  await child.status;
  await child.stdout.cancel().catch(() => {});
  return took;
}

/** Returns the processor time of a process group, in seconds. */
function processorTime(group: number): number {
  let ticks = 0;
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = Deno.readTextFileSync(`/proc/${name}/stat`).replace(/^.*\) /, "").split(" ").map(Number);
      if (fields[2] === group) ticks += fields[11]! + fields[12]! + fields[13]! + fields[14]!;
    } catch {
      // it has ended
    }
  }
  return ticks / TICKS;
}

async function install(folder: string, tarball: string, flags: string[]): Promise<number> {
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/flow.yaml`, PING.replace("port: 8000", "port: 0"));
  const began = performance.now();
  const { code, stderr } = await new Deno.Command("npm", {
    args: ["install", "--no-audit", "--no-fund", ...flags, tarball],
    cwd: folder,
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return (performance.now() - began) / 1_000;
}

function median(values: number[]): string {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!.toFixed(2);
}

function print(what: string, rounds: readonly Took[]): void {
  const of = (key: keyof Took) => median(rounds.map((took) => took[key]));
  console.log(
    `${what.padEnd(44)} serving ${of("serving")} s   answer ${of("answer")} s   processor ${of("processor")} s`,
  );
}

const root = await Deno.makeTempDir({ prefix: "weft-first-answer-" });
try {
  await buildPackage(`${root}/package`, { types: false });
  const tarball = await pack(`${root}/package`, root);
  const args = ["start", "-f", "flow.yaml"];
  for (
    const [what, flags] of [["downloading", ["--cache", `${root}/npm`]], ["from npm's cache", [
      "--prefer-offline",
    ]]] as const
  ) {
    const folder = `${root}/${what}`;
    const took = await install(folder, tarball, [...flags]);
    const first = await start("npx", ["weft", ...args], folder, { DENO_DIR: `${root}/${what} deno` });
    console.log(
      `npm install, ${what}: ${took.toFixed(1)} s; first npx weft start: answer ${first.answer.toFixed(2)} s; ` +
        `in all ${(took + first.answer).toFixed(1)} s`,
    );
  }
  const folder = `${root}/downloading`;
  const env = { DENO_DIR: `${folder} deno` };
  const rounds: Record<string, Took[]> = {};
  console.log(`median of ${ROUNDS}, alternating`);
  for (let round = 0; round < ROUNDS; round++) {
    const programs: Record<string, [program: string, args: string[]]> = {
      "npx weft start": ["npx", ["weft", ...args]],
      "node_modules/.bin/weft start": [`${folder}/node_modules/.bin/weft`, args],
    };
    for (const [what, [program, args]] of Object.entries(programs)) {
      (rounds[what] ??= []).push(await start(program, args, folder, env));
    }
  }
  for (const [what, took] of Object.entries(rounds)) print(what, took);
} finally {
  await Deno.remove(root, { recursive: true });
}
