import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { status } from "../../src/api/mod.ts";
import { defineKind, type Kind, type ValueMap } from "../../src/kind/mod.ts";
import { Leases } from "../../src/presence/mod.ts";
import { openStore } from "../../src/store/mod.ts";
import { TestClock } from "../../src/testing/mod.ts";
import { until } from "../support/until.ts";
import { World } from "./world.ts";

// The kinds `cron` and `interval` in real runtimes on one store.

const BEGIN = Date.UTC(2026, 0, 1);

const SPECS = `
- { kind: cron, name: times, schedule: "*/5 * * * * *", missed: all, overlap: queue, links: { out: [{ name: sink, port: in }] } }
- { kind: interval, name: each, interval: 1h, once: false }
- { kind: collect, name: sink }
`;

/** Engines on one store, with one clock. */
class Engines implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();
  readonly store = `${this.folder}/registry.db`;
  readonly clock = new TestClock({ now: BEGIN });
  /** The engine, the seconds, and the number of each run. */
  readonly runs: { engine: string; second: number; count: number }[] = [];
  readonly worlds = new Map<string, World>();

  async start(engine: string): Promise<void> {
    const collect: Kind = defineKind({
      name: "collect",
      summary: "Keeps what it is sent.",
      place: "host",
      fields: z.object({}),
      ports: { in: ["in"], out: [] },
      prepare: () => ({
        in: (payload) => {
          const { scheduled, count } = payload as ValueMap;
          this.runs.push({ engine, second: (Number(scheduled) - BEGIN) / 1_000, count: Number(count) });
          return null;
        },
      }),
    });
    const { store, clock } = this;
    this.worlds.set(
      engine,
      await World.start(SPECS, { store: await openStore(store), clock, kinds: [collect], heartbeat: 50 }),
    );
  }

  async stop(engine: string): Promise<void> {
    await this.worlds.get(engine)!.runtime.close();
    this.worlds.delete(engine);
  }

  /** Moves the clock on until something holds. */
  async until(what: string, holds: () => boolean): Promise<void> {
    await until(what, async () => {
      await this.clock.advance(2_500);
      // the time of the clock is not to run ahead of the stores: a lease would end while it is being renewed
      for (let call = 0; call < 10; call++) {
        await Promise.all(Array.from(this.worlds.values(), ({ runtime }) => runtime.store.meta.get("none")));
      }
      return holds();
    }, 30_000);
  }

  /** The engine of the last run. */
  get last(): string {
    return this.runs.at(-1)!.engine;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const engine of [...this.worlds.keys()]) await this.stop(engine);
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("of several engines on a store one runs it; when it ends the other goes on, and nothing runs twice", async () => {
  await using engines = new Engines();
  const { runs } = engines;
  await engines.start("a");
  await engines.start("b");
  await engines.until("some have run", () => runs.length >= 5);
  const first = engines.last;
  assertEquals(new Set(runs.map(({ engine }) => engine)), new Set([first]));

  const target = engines.worlds.get(first)!.runtime;
  await until("the store is told of the next runs", async () => {
    const { runtimes } = await status({ registry: target.registry, store: target.store });
    const told = runtimes.flatMap(({ schedules }) => schedules.filter(({ node }) => node === "times"));
    return told.length === 2 && told.filter(({ next }) => next === null).length === 1 &&
      told.some(({ next }) => next !== null && Date.parse(next) % 5_000 === 0);
  });

  await engines.stop(first);
  await engines.until("the other one runs", () => engines.last !== first);
  await engines.until("it goes on", () => runs.length >= 15);
  // what nobody ran is caught up on
  await engines.stop(engines.last);
  const before = runs.length;
  await engines.clock.advance(60_000);
  assertEquals(runs.length, before);
  await engines.start("c");
  await engines.until("c has run all of them", () => runs.length >= before + 13);

  assertEquals(runs.map(({ count }) => count), runs.map((_, index) => index + 1));
  assertEquals(runs.map(({ second }) => second), runs.map((_, index) => (index + 1) * 5 + runs[0]!.second - 5));
});

Deno.test("an engine that was killed is waited for, and one that drains hands over", async () => {
  await using engines = new Engines();
  const { clock, store, runs } = engines;
  // what an engine has left that was killed in the first second
  const killed = await openStore(store);
  await new Leases(killed.meta, "killed").save("schedule:default:times", clock.now(), 15_000, {
    rule: "*/5 * * * * * UTC",
    last: BEGIN,
    count: 7,
  });
  await killed.close();
  await engines.start("a");
  await engines.until("a goes on", () => runs.length >= 5);
  assertEquals(runs.slice(0, 3).map(({ second, count }) => [second, count]), [[5, 8], [10, 9], [15, 10]]);

  await engines.start("b");
  const drained = engines.worlds.get("a")!.runtime.drain();
  await engines.until("b goes on", () => engines.last === "b");
  await drained;
  const from = runs.length;
  await engines.until("a runs no more", () => runs.length >= from + 5);
  assert(runs.slice(from).every(({ engine }) => engine === "b"));
  assertEquals(runs.map(({ count }) => count), runs.map((_, index) => index + 8));
});
