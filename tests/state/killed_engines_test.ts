import { assert } from "@std/assert";
import { postgres } from "../support/postgres_server.ts";
import { seededTest } from "../support/random.ts";
import { killEngines, type Seen } from "./killed_engines.ts";

// `scripts/state_kills.ts` does it for longer.

const TYPES = postgres.ignore ? ["sqlite"] as const : ["sqlite", "postgres"] as const;

for (const type of TYPES) {
  seededTest(`${type}: killed engines and servers lose nothing that was answered`, async (random) => {
    const seen = await killEngines(type, 2, random);
    assert(seen.pushed > 0 && seen.worked > 0, say(seen));
  });
}

function say({ pushed, worked, again, kills }: Seen): string {
  return `${pushed} pushed, ${worked} worked on, ${again} again, ${kills} kills`;
}
