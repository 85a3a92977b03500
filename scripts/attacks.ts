// Tries to end, freeze and starve the engine: runs each of the attacks in tests/attacks beside fifty clients, and says
// what failed. The exit code is 1 if something failed that docs/security.md does not name.
//
//   npx -y deno@2.9.6 task attacks --isolation process --only time
import { parseArgs } from "@std/cli/parse-args";
import { FAMILIES } from "../tests/attacks/mod.ts";
import { type AttackRecord, runAttacks } from "./attacks/run.ts";

const USAGE = `Usage: deno task attacks [FLAGS]

Flags:
  --isolation thread|process  What executors are; both, one after the other, by default
  --only TEXT                 Run the attacks whose family or name contains the text
  --seconds N                 Begin no attack after so many seconds
  --slowest MS                How slow a good answer may be (default 1500)
  --executors N               Number of executors (default 1: whoever stands beside an attack is on its executor)
  --executor-memory MIB       Heap limit of an executor (default 256)
  --verbose                   Print every attack, not only those that failed
`;

const flags = parseArgs(Deno.args, {
  string: ["isolation", "only", "seconds", "slowest", "executors", "executor-memory"],
  boolean: ["verbose", "help"],
  default: { seconds: "3600", slowest: "1500" },
});
if (flags.help) {
  console.log(USAGE);
  Deno.exit(0);
}

const { only = "", executors = "1", "executor-memory": executorMemory = "256" } = flags;
const attacks = Object.entries(FAMILIES).flatMap(([family, attacks]) =>
  only in FAMILIES && only !== family ? [] : attacks.filter(({ name }) => only === family || name.includes(only))
);

function describe({ attack, failures, deaths, answers, slowest, good, memory, took, died }: AttackRecord): string {
  const marks = failures.map(({ text, known }) => `    ${known ? "known: " : ""}${text}`);
  const counts = Object.entries(answers).map(([status, count]) => count === 1 ? status : `${count} x ${status}`);
  const line = [
    attack.name.padEnd(60),
    `${counts.join(", ")} after ${Math.round(slowest)} ms`,
    `good ${good.count}, slowest ${good.slowest} ms`,
    `memory ${memory.before} > ${memory.most} > ${memory.after} MiB`,
    `${Math.round(took)} ms`,
  ].join(" | ");
  if (failures.length > 0) marks.push(...deaths.map((death) => `    ${death}`));
  return [line, ...marks, ...died === undefined ? [] : died.lines.split("\n").map((line) => `      ${line}`)].join(
    "\n",
  );
}

async function run(isolation: "thread" | "process"): Promise<number> {
  const began = performance.now();
  const records = await runAttacks({
    attacks,
    isolation,
    args: ["--executors", executors, "--executor-memory", executorMemory],
    slowest: Number(flags.slowest),
    deadline: began + Number(flags.seconds) * 1_000,
    onRecord: (record) => {
      if (flags.verbose || record.failures.length > 0) console.log(describe(record));
    },
  });
  const failed = records.filter(({ failures }) => failures.some(({ known }) => !known));
  const known = records.filter(({ failures }) => failures.length > 0 && failures.every(({ known }) => known));
  const good = records.reduce((sum, { good }) => sum + good.count, 0);
  const slowest = Math.max(0, ...records.map(({ died, good }) => died === undefined ? good.slowest : 0));
  console.log(
    `${isolation}: ${records.length} attacks in ${Math.round((performance.now() - began) / 1_000)} s, ` +
      `${good} good requests, slowest ${slowest} ms; ${failed.length} failed, ` +
      `${known.length} did what docs/security.md names`,
  );
  return failed.length;
}

let failed = 0;
for (const isolation of ["thread", "process"] as const) {
  if (flags.isolation === undefined || flags.isolation === isolation) failed += await run(isolation);
}
Deno.exit(failed === 0 ? 0 : 1);
