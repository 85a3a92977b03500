import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Isolation, WardenLink } from "../../src/pool/mod.ts";
import { ToHost } from "../../src/protocol/mod.ts";
import { Form } from "../../src/value/mod.ts";
import { World } from "../runtime/world.ts";
import { until } from "../support/until.ts";
import { counts, holding, letGo } from "./extension/counter.ts";
import { testEachMode } from "./modes.ts";
import { serving } from "./serving.ts";

// However an executor or the warden dies, another replaces it. Processes without visible effects are run again;
// visible effects are never repeated.

const EXTENSIONS = ["./extension/escaped.ts", "./extension/counter.ts"].map((file) =>
  new URL(file, import.meta.url).href
);

const ROUTES = ["good", "unseen", "seen", "created", "escaped", "native"];
const snippet = (name: string, code: string, to?: string, more = {}) => ({
  kind: "snippet",
  name,
  language: "javascript",
  code: `export default ${code}`,
  ...to !== undefined && { links: { out: [{ name: to, port: "in" }] } },
  ...more,
});
const linked = (kind: string, name: string, to: string, more = {}) => ({
  kind,
  name,
  links: { out: [{ name: to, port: "in" }] },
  ...more,
});

const SPECS = JSON.stringify([
  linked("listener", "web", "router", { port: 0 }),
  {
    kind: "router",
    name: "router",
    routes: ROUTES.map((name, n) => ({ path: `/${name}`, port: `out[${n}]` })),
    links: Object.fromEntries(ROUTES.map((name, n) => [`out[${n}]`, [{ name, port: "in" }]])),
  },
  snippet("good", "({ query }) => Number(query.n[0]) + 1"),
  // calls a pure node of the host, then is held there
  snippet("unseen", "() => 'unseen'", "look"),
  linked("count_pure", "look", "hold"),
  // causes an effect, then is held
  snippet("seen", "() => 'seen'", "act"),
  linked("count", "act", "hold"),
  { kind: "hold", name: "hold" },
  // causes an effect on the engine, then is held
  snippet("created", "() => ({ kind: 'nop', name: 'made' })", "create"),
  linked("syscall", "create", "hold", { opcode: "nodes.create" }),
  linked("escaped", "escaped", "count"),
  { kind: "count", name: "count" },
  snippet(
    "native",
    "() => { const s = 'a'.repeat(1 << 28); let n = 0; for (let i = 0; i < 10; i++) n += s.lastIndexOf('b' + i); return n }",
    undefined,
    { timeout: 100 },
  ),
]);

class Scene implements AsyncDisposable {
  private constructor(readonly world: World) {}

  static async start(options: { warden?: WardenLink; isolation?: Isolation } = {}): Promise<Scene> {
    counts.clear();
    const scene = new Scene(await World.start(SPECS, { ...options, extensions: EXTENSIONS }));
    await serving(scene.world);
    return scene;
  }

  /** Runs escaped code on its thread, after an effect that keeps it from being run again. */
  async end(code: string): Promise<number> {
    let count = 0;
    for (const { unit } of this.world.runtime.loader.table.units()) {
      for (const { symbol } of unit.nodes) if (symbol.name === "count") count = symbol.number;
    }
    const call =
      `[0, ${ToHost.Call}, given.process, 0, given.symbol, ${count}, 0, 1e6, ${Form.Plain}, "last words", null]`;
    const body = `given.port.postMessage(${call}); ${code}`;
    return (await this.world.fetch("/escaped", { method: "POST", body })).status;
  }

  /** Sends requests that are held at the host. */
  async hold(...paths: string[]): Promise<Promise<{ status: number; text: string }>[]> {
    const before = holding();
    const answers = paths.map((path) => this.world.fetch(path));
    await until("the requests are held", () => holding() === before + paths.length);
    return answers;
  }

  /** Waits until `unseen` has run so often, after the host calls of its dead executor were answered. */
  async again(times = 2): Promise<void> {
    letGo();
    await until("what nobody has seen is run again", () => counts.get("unseen") === times && holding() === 1);
  }

  /** Checks that requests get the right answers. */
  async answers(): Promise<void> {
    const good = await Promise.all(Array.from({ length: 50 }, (_, n) => this.world.fetch(`/good?n=${n}`)));
    assertEquals(good.map(({ text }) => text), good.map((_, n) => String(n + 1)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    letGo();
    await this.world[Symbol.asyncDispose]();
  }
}

const ENDS: Record<string, [code: string, why: RegExp]> = {
  "exits": ["given.exit(); await given.ever", /executor 1 ended: it ended with code 3/],
  "crashes": ["given.crash(); await given.ever", /executor 1 ended: .*a bug of the engine/],
  "is silent": ["given.silence(); await given.ever", /executor 1 ended: it was silent for 2000 ms/],
};

for (const [name, [code, why]] of Object.entries(ENDS)) {
  testEachMode(
    `an executor that ${name} is replaced; processes are run again unless they had effects`,
    async (isolation) => {
      await using scene = await Scene.start({ isolation });
      const { world } = scene;
      const [unseen, seen, created] = await scene.hold("/unseen", "/seen", "/created");
      const version = world.runtime.registry.version.id;
      assertEquals(await scene.end(code), 500);
      assertMatch(await world.logged(/executor 1 ended/), why);
      assertEquals([(await seen!).status, (await created!).status], [500, 500]);
      assertEquals(world.log.filter((line) => /executor lost/.test(line)).length, 3, world.log.join("\n"));
      await scene.again();
      letGo();
      assertEquals((await unseen!).text, "unseen");
      // the host call that was in the port when the thread died was taken, once
      assertEquals(Object.fromEntries(counts), { unseen: 2, seen: 1, "last words": 1 });
      assertEquals(world.runtime.registry.version.id, version);
      await scene.answers();
    },
  );
}

testEachMode(
  "a killed executor fails the offender only; other processes are run again each time",
  async (isolation) => {
    await using scene = await Scene.start({ isolation });
    const { world } = scene;
    const [unseen, seen] = await scene.hold("/unseen", "/seen");
    assertEquals((await world.fetch("/native")).status, 500);
    assertEquals((await seen!).status, 500);
    await scene.again();
    assertEquals(Object.fromEntries(counts), { unseen: 2, seen: 1 });
    await serving(world);
    assertEquals((await world.fetch("/native")).status, 500);
    await scene.again(3);
    letGo();
    assertEquals((await unseen!).text, "unseen");
    assertEquals(Object.fromEntries(counts), { unseen: 3, seen: 1 });
    assertEquals(world.runtime.pool.status().deaths.map(({ node }) => node), ["native", "native"]);
    await scene.answers();
  },
);

/** Starts a runtime and gives access to the worker of its warden. */
async function withWarden(act: (scene: Scene, link: WardenLink, warden: Worker) => Promise<void>): Promise<void> {
  const { Worker } = globalThis;
  let warden: Worker | undefined;
  globalThis.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      warden = this;
    }
  };
  const link = new WardenLink(EXTENSIONS.map((url) => new URL(url)));
  globalThis.Worker = Worker;
  await using scene = await Scene.start({ warden: link });
  await act(scene, link, warden!);
}

const WARDEN_ENDS: Record<string, (link: WardenLink, warden: Worker) => void> = {
  // an invalid order, which throws in the warden
  "crashes": (link) => link.order({ order: "spawn" } as never),
  // nothing reports its end, it is only silent
  "is killed, and silent": (_, warden) => warden.terminate(),
};

for (const [name, end] of Object.entries(WARDEN_ENDS)) {
  Deno.test(`a warden that ${name} is restarted, with new executors`, async () => {
    await withWarden(async (scene, link, warden) => {
      const { world } = scene;
      const [unseen, seen] = await scene.hold("/unseen", "/seen");
      end(link, warden);
      await world.logged(/the warden was lost/);
      assertEquals((await seen!).status, 500);
      await scene.again();
      letGo();
      assertEquals((await unseen!).text, "unseen");
      assertEquals(Object.fromEntries(counts), { unseen: 2, seen: 1 });
      await scene.answers();
      await serving(world);
    });
  });
}

testEachMode("a spare replaces an executor that dies while it is idle", async (isolation) => {
  await using scene = await Scene.start({ isolation });
  const { world } = scene;
  const began = performance.now();
  await scene.end("given.exit(); await given.ever");
  await world.logged(/executor 1 ended/);
  await scene.answers();
  assert(performance.now() - began < 30_000);
  await serving(world);
});

testEachMode("a node that hangs in the code of its kind is stopped, and its executor continues", async (isolation) => {
  await using scene = await Scene.start({ isolation });
  assertEquals(await scene.end("given.hang()"), 500);
  await scene.world.logged(/escaped was stopped after 1000 ms/);
  await scene.answers();
  assertEquals(scene.world.runtime.pool.status().deaths, []);
});
