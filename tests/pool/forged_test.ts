import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Isolation } from "../../src/pool/mod.ts";
import { ToHost } from "../../src/protocol/mod.ts";
import { Form } from "../../src/value/mod.ts";
import { World } from "../runtime/world.ts";
import { until } from "../support/until.ts";
import { counts, holding, letGo } from "./extension/counter.ts";
import { testEachMode } from "./modes.ts";
import { serving } from "./serving.ts";

// Code that has escaped the realm has the port to the host, and may post anything there without gaining anything.

const EXTENSIONS = ["./extension/escaped.ts", "./extension/counter.ts"].map((file) =>
  new URL(file, import.meta.url).href
);

/** `escaped` runs any code on the executor. It is not linked to `count`; only `pass` is. */
function specs(extra: Record<string, unknown>[] = []): string {
  return JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "router", port: "in" }] } },
    {
      kind: "router",
      name: "router",
      routes: [{ path: "/escaped", port: "out[0]" }, { path: "/held", port: "out[1]" }, {
        path: "/count",
        port: "out[2]",
      }],
      links: {
        "out[0]": [{ name: "escaped", port: "in" }],
        "out[1]": [{ name: "hold", port: "in" }],
        "out[2]": [{ name: "pass", port: "in" }],
      },
    },
    { kind: "escaped", name: "escaped" },
    { kind: "hold", name: "hold" },
    {
      kind: "snippet",
      name: "pass",
      language: "text",
      code: "counted",
      links: { out: [{ name: "count", port: "in" }] },
    },
    { kind: "count", name: "count" },
    ...extra,
  ]);
}

class Forger implements AsyncDisposable {
  private constructor(readonly world: World) {}

  static async start(executors: number, isolation: Isolation): Promise<Forger> {
    counts.clear();
    const world = await World.start(specs(), { executors, extensions: EXTENSIONS, isolation });
    await serving(world, executors);
    return new Forger(world);
  }

  /** Lets escaped code post frames, in which `process` and `symbol` are its own. @returns The answer to its request. */
  async post(frames: string): Promise<{ status: number; text: string }> {
    const code = `const { process, symbol, port } = given; port.postMessage(${frames}); return "posted"`;
    return await this.world.fetch("/escaped", { method: "POST", body: code });
  }

  symbol(name: string): number {
    for (const { unit } of this.world.runtime.loader.table.units()) {
      for (const { symbol } of unit.nodes) if (symbol.name === name) return symbol.number;
    }
    throw new Error(`unknown node "${name}"`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    letGo();
    await this.world[Symbol.asyncDispose]();
  }
}

/** Sends a request that is held at a node of the host. */
async function hold({ world }: Forger): Promise<{ process: number; answer: Promise<{ status: number }> }> {
  const before = new Set(world.runtime.processes.list());
  const answer = world.fetch("/held");
  await until("a request is held", () => holding() > 0);
  const process = world.runtime.processes.list().find((process) => !before.has(process))!;
  return { process: process.number, answer };
}

testEachMode("a packet to a node that the sender is not linked to is rejected and logged", async (isolation) => {
  await using forger = await Forger.start(1, isolation);
  const count = forger.symbol("count");
  const call = (from: string | number, port = 0) =>
    `[0, ${ToHost.Call}, process, 0, ${from}, ${count}, ${port}, 1e6, ${Form.Plain}, "forged", null]`;
  for (const frames of [call("symbol"), call(0), call(-1), call(1e9), call("symbol", 77)]) {
    assertEquals((await forger.post(frames)).text, "got posted");
    const why = await forger.world.logged(/packet to node \d+ rejected/);
    assertMatch(
      why,
      new RegExp(`error executor \\d+: packet to node ${count} rejected: node -?\\d+ is not linked to`),
    );
    forger.world.log.length = 0;
  }
  assertEquals(counts.get("forged"), undefined);
  await forger.world.fetch("/count");
  assertEquals(counts.get("counted"), 1);
});

testEachMode("a process on another executor is out of reach", async (isolation) => {
  await using forger = await Forger.start(2, isolation);
  const { world } = forger;
  const { process, answer } = await hold(forger);
  const pass = forger.symbol("pass");
  const count = forger.symbol("count");
  // one of the two executors has the held process; frames that the other posts for it have no effect
  const forged = [
    `[0, ${ToHost.Call}, ${process}, 0, ${pass}, ${count}, 0, 1e6, ${Form.Plain}, "forged", null]`,
    `[0, ${ToHost.Call}, -5, ${process}, ${pass}, ${count}, 0, 1e6, ${Form.Plain}, "forged", null]`,
    `[0, ${ToHost.Answer}, ${process}, 0, 2, ${Form.Plain}, "forged"]`,
    `[0, ${ToHost.Idle}, ${process}, 2]`,
    `[0, ${ToHost.Ended}, ${process}]`,
    `[0, ${ToHost.Log}, ${process}, ${pass}, "info", "forged"]`,
    `[0, ${ToHost.Warning}, ${process}, ${pass}, "forged"]`,
  ];
  for (const frames of forged) assertEquals((await forger.post(frames)).text, "got posted");
  await world.logged(new RegExp(`packet to node ${count} rejected: process ${process} is not on it`));
  const { runtime } = world;
  const id = runtime.processes.idOf(runtime.processes.list().find(({ number }) => number === process)!);
  assert(!(await world.logged(/forged/)).includes(id));
  assertEquals(counts.get("forged"), undefined);
  letGo();
  assertEquals((await answer).status, 200);
});

testEachMode("a process only sees its own generation", async (isolation) => {
  await using forger = await Forger.start(1, isolation);
  const { world } = forger;
  const old = forger.symbol("count");
  await world.apply(
    specs().replace('{"kind":"count","name":"count"}', '{"kind":"count","name":"count","annotations":{"n":"1"}}'),
  );
  const now = forger.symbol("count");
  assert(old !== now);
  const pass = forger.symbol("pass");
  await forger.post(`[0, ${ToHost.Call}, process, 0, ${pass}, ${old}, 0, 1e6, ${Form.Plain}, "forged", null]`);
  await world.logged(new RegExp(`packet to node ${old} rejected: .* in generation`));
  assertEquals(counts.get("forged"), undefined);
});

testEachMode("an executor that sends a malformed frame is killed, and the others continue", async (isolation) => {
  await using forger = await Forger.start(1, isolation);
  const { world } = forger;
  assertEquals((await forger.post(`[0, 99]`)).status, 500);
  await world.logged(/error executor \d+ sent a malformed frame and is killed: unknown frame 99/);
  assertEquals((await world.fetch("/count")).text, "counted");
  assertEquals(world.runtime.pool.status().deaths[0]?.why, "it sent a malformed frame");
});
