import { assert, assertEquals, assertMatch } from "@std/assert";
import { z } from "zod";
import type { Kind } from "../../src/kind/mod.ts";
import { KINDS } from "../../src/kinds/mod.ts";
import { Scheme } from "../../src/spec/mod.ts";
import { fullMessage } from "../../src/value/mod.ts";
import { delay, until } from "../support/until.ts";
import { World } from "./world.ts";

// What takes too long on the host is decided at the limit: the change is undone, and the next one is not held up.

/** The limit of the tests, in place of 30 s. */
const LIMIT = 300;

/** A kind that takes its time in any step of its life. */
class Slow {
  readonly held: string[] = [];
  readonly steps: string[] = [];
  readonly kind: Kind = {
    name: "slow",
    summary: "Takes its time.",
    fields: z.object({
      prepare: z.number().default(0),
      load: z.number().default(0),
      unload: z.number().default(0),
      release: z.number().default(0),
    }),
    ports: { in: ["in"], out: ["out"] },
    place: "host",
    prepare: async ({ symbol: { name }, fields }) => {
      const step = async (step: "prepare" | "load" | "unload" | "release") => {
        const time = fields[step] as number;
        if (time < 0) await new Promise(() => {});
        if (time > 0) await delay(time);
        this.steps.push(`${step} ${name}`);
      };
      await step("prepare");
      this.held.push(name);
      return {
        node: { receive: () => name, load: () => step("load"), unload: () => step("unload") },
        release: async () => {
          await step("release");
          this.held.splice(this.held.indexOf(name), 1);
        },
      };
    },
  };

  async start(): Promise<World> {
    const world = await World.start("[]", { scheme: new Scheme<Kind>([...KINDS, this.kind]), timeout: LIMIT });
    await world.apply(JSON.stringify([
      { kind: "listener", name: "web", port: 0, links: { out: [{ name: "hello", port: "in" }] } },
      { kind: "snippet", name: "hello", language: "text", code: "old" },
      { kind: "slow", name: "kept" },
    ]));
    return world;
  }
}

/** Specs around one that is slow, which would all change. */
function company(slow: Record<string, unknown>): string {
  return JSON.stringify([
    { kind: "slow", name: "before" },
    { kind: "snippet", name: "hello", language: "text", code: "new" },
    { kind: "slow", name: "kept", load: 1 },
    { kind: "slow", name: "late", ...slow },
    { kind: "listener", name: "more", port: 0, links: { out: [{ name: "hello", port: "in" }] } },
    { kind: "slow", name: "zlast" },
  ]);
}

for (const [what, prepare] of [["takes longer than the limit", 3 * LIMIT], ["never settles", -1]] as const) {
  Deno.test(`a prepare that ${what} is decided and told at the limit, and undone`, async () => {
    const slow = new Slow();
    await using world = await slow.start();
    const { registry, sockets, loader } = world.runtime;
    const before = { version: registry.version.id, urls: await sockets.urls(), generation: loader.table.generation };
    const began = performance.now();
    const error = await world.apply(company({ prepare })).then(() => "", fullMessage);
    const took = performance.now() - began;
    assertMatch(error, /did not answer the create of default:late within 0\.3 s/);
    assert(took > LIMIT - 20 && took < LIMIT + 5_000, `it took ${took} ms`);
    assertEquals({
      version: registry.version.id,
      urls: await sockets.urls(),
      generation: loader.table.generation,
    }, before);
    assertEquals((await world.fetch("/")).text, "old");
    assertEquals(slow.held, ["kept"]);
    if (prepare > 0) await until("the late one has come", () => slow.steps.includes("prepare late"));
    await until("it is released", () => slow.held.length === 1);
    // nothing is left of it for the next change
    await world.apply(company({}));
    assertEquals((await world.fetch("/")).text, "new");
    await until("what was replaced is released", () => slow.held.length === 4);
  });
}

Deno.test("a release that never settles does not keep a rejected change from being undone", async () => {
  const slow = new Slow();
  await using world = await slow.start();
  const error = await world.apply(JSON.stringify([
    { kind: "slow", name: "a", release: -1 },
    {
      kind: "snippet",
      name: "b",
      language: "javascript",
      code: "throw new Error('not today'); export default () => 1",
    },
  ])).then(() => "", fullMessage);
  assertMatch(error, /not today/);
  assert(!/undone/.test(error), error);
  await world.apply(company({}));
  assertEquals((await world.fetch("/")).text, "new");
});

for (const step of ["load", "unload"] as const) {
  Deno.test(`a hook for ${step} that never settles is told at the limit, and later ones run`, async () => {
    const slow = new Slow();
    await using world = await slow.start();
    await world.apply(company({ [step]: -1 }));
    if (step === "unload") await world.apply(company({ load: 1 }));
    await world.logged(new RegExp(`late failed to ${step}.*it did not end within 0\\.3 s`));
    assertEquals((await world.fetch("/")).text, "new");
    slow.steps.length = 0;
    const began = performance.now();
    await world.apply(JSON.stringify([{ kind: "slow", name: "next" }]));
    await until("the next one is loaded", () => slow.steps.includes("load next"));
    assert(performance.now() - began < 5_000);
  });
}
