// Kills engines and database servers at random moments, and checks that queues and values by key have lost nothing:
//
//   deno run -A scripts/state_kills.ts [--rounds N] [--only sqlite|postgres] [--seed N]
import { parseArgs } from "@std/cli/parse-args";
import { Random } from "../tests/support/random.ts";
import { killEngines } from "../tests/state/killed_engines.ts";

const { rounds = "20", only, seed = String(Date.now() % 100_000) } = parseArgs(Deno.args, {
  string: ["rounds", "only", "seed"],
});
for (const type of ["sqlite", "postgres"] as const) {
  if (only !== undefined && only !== type) continue;
  const { pushed, worked, again, kills } = await killEngines(type, Number(rounds), new Random(Number(seed)));
  console.log(`${type}: ${kills} kills (seed ${seed}): ${pushed} pushed, ${worked} worked on, ${again} of them again`);
}
