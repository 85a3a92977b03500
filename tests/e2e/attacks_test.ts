import { assert, assertEquals } from "@std/assert";
import { type AttackRecord, runAttacks } from "../../scripts/attacks/run.ts";
import { FAMILIES, NATIVE_CALLS } from "../attacks/mod.ts";

// Some of the attempts to end, freeze or starve the engine; `deno task attacks` runs all of them, and measures.

/** Each of another sort of danger: what is guarded, stopped, killed, rejected or refused, in its way. */
const DANGEROUS = [
  "a list-like of two billion items is sorted",
  "a long JSON text",
  "bytes are cloned again and again",
  "a bigint of a billion bits",
  "a loop in a finally block after a loop",
  "ten thousand timers that loop",
  "a proxy of a proxy, a hundred thousand times",
  "a pattern with nested repetition",
  "small objects",
  "a value ten million levels deep",
  "a getter that adds getters",
  "Object.prototype gets accessors",
  "each node sends to two, twenty times",
  "a string that is doubled in CEL, and split",
  "parentheses",
  "a pattern that hides a loop",
  "a top level that never ends",
  "a top level that fills the memory",
  "a gzip bomb of gzip bombs",
  "bodies that end early, on a hundred connections",
];

const all = Object.values(FAMILIES).flat();

Deno.test("attacks are many, and each has a name of its own", () => {
  assert(all.length >= 200);
  const names = new Set(all.map(({ name }) => name));
  assertEquals(names.size, all.length);
  assertEquals([...NATIVE_CALLS].filter((name) => !names.has(name)), []);
});

for (const isolation of ["thread", "process"] as const) {
  Deno.test(`${isolation}: no attack ends the engine or fails a bystander`, async () => {
    const attacks = DANGEROUS.map((name) => all.find((attack) => attack.name === name)!);
    const records = await runAttacks({
      attacks,
      isolation,
      args: ["--executors", "1", "--executor-memory", "64"],
      slowest: 30_000, // only a hang takes so long: how fast an answer is depends on the machine
      limit: 200,
      clients: 15,
    });
    assertEquals(records.map(({ attack }) => attack.name), DANGEROUS);
    assertEquals(records.filter(({ failures }) => failures.length > 0).map(describe), []);
    assert(records.every(({ attack, answers }) => attack.applied !== "rejected" || answers["200"] === undefined));
  });
}

function describe({ attack, failures, died, deaths }: AttackRecord): string {
  const texts = failures.map(({ text }) => text);
  return `${attack.name}: ${[...texts, ...deaths].join("; ")} ${died?.lines ?? ""}`;
}
