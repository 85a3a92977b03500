import { assert, assertEquals, assertMatch } from "@std/assert";
import { z } from "zod";
import type { Unit } from "../../src/flow/mod.ts";
import type { Kind } from "../../src/kind/mod.ts";
import { KINDS } from "../../src/kinds/mod.ts";
import { change, type History, Registry } from "../../src/registry/mod.ts";
import { Scheme } from "../../src/spec/mod.ts";
import { openStore } from "../../src/store/mod.ts";
import { failure, fullMessage } from "../../src/value/mod.ts";
import { until } from "../support/until.ts";
import { World, type WorldOptions } from "./world.ts";

// A version that cannot be taken leaves everything as it was, lets go of all that was prepared for it, and says why. Every
// step of a change is made to fail in turn.

/** A kind of the tests' own, on the host, that counts what it holds. */
class Claims {
  held = 0;
  readonly loads: string[] = [];
  readonly kind: Kind = {
    name: "claim",
    summary: "Holds something from its preparing to its release.",
    fields: z.object({
      late: z.boolean().default(false),
      load: z.boolean().default(true),
      release: z.boolean().default(true),
      value: z.string().default(""),
    }),
    ports: { in: ["in"], out: ["out", "error"] },
    place: "host",
    prepare: async ({ symbol, fields }) => {
      await new Promise((resolve) => setTimeout(resolve, fields.late === true ? 50 : 1));
      if (fields.late === true) throw failure("nothing is left to claim");
      this.held++;
      return {
        node: {
          receive: () => fields.value!,
          load: () => {
            this.loads.push(`+${symbol.name}`);
            if (fields.load !== true) throw failure("cannot begin");
          },
          unload: () => void this.loads.push(`-${symbol.name}`),
        },
        release: () => {
          this.held--;
          if (fields.release !== true) throw failure("cannot let go");
        },
      };
    },
  };

  scheme(): Scheme<Kind> {
    return new Scheme<Kind>([...KINDS, this.kind]);
  }
}

/** A world with claims, and the numbers of the symbols that its executors know. */
class Scene implements AsyncDisposable {
  readonly symbols = new Set<number>();

  private constructor(readonly world: World, readonly claims: Claims, readonly url: string) {
    const { pool, loader } = world.runtime;
    for (const { unit } of loader.table.units()) for (const number of numbersOf(unit)) this.symbols.add(number);
    const define = pool.define.bind(pool);
    const free = pool.free.bind(pool);
    pool.define = (symbols) => {
      for (const { definition } of symbols) this.symbols.add(definition.number);
      define(symbols);
    };
    pool.free = (numbers) => {
      for (const number of numbers) this.symbols.delete(number);
      free(numbers);
    };
  }

  static async start(specs: Specs, options: WorldOptions = {}): Promise<Scene> {
    const claims = new Claims();
    const world = await World.start(JSON.stringify(specs), { scheme: claims.scheme(), ...options });
    return new Scene(world, claims, (await world.runtime.sockets.urls())[0]!);
  }

  /** Applies specs. @returns Why they were rejected, if they were. */
  async apply(specs: Specs): Promise<string | undefined> {
    return await this.world.apply(JSON.stringify(specs)).then(() => undefined, fullMessage);
  }

  /** Everything that a rejected change must leave as it was. */
  async state(): Promise<unknown> {
    const { registry, loader, sockets, processes } = this.world.runtime;
    return {
      version: registry.version.id,
      entries: registry.entries(),
      generation: loader.table.generation,
      units: [...loader.table.units()].map((
        { unit, active },
      ) => [unit.spec.name, unit.nodes[0]?.symbol.number, active]),
      urls: await sockets.urls(),
      held: this.claims.held,
      loads: [...this.claims.loads],
      symbols: [...this.symbols].sort(),
      processes: processes.size,
      answer: await this.get(),
    };
  }

  /** What the workflow answers. */
  async get(): Promise<string> {
    const response = await fetch(this.url);
    return `${response.status} ${await response.text()}`;
  }

  /** Whether executors know exactly the symbols of the table. */
  checkSymbols(): void {
    const there = [...this.world.runtime.loader.table.units()].flatMap(({ unit }) => numbersOf(unit));
    assertEquals([...this.symbols].sort(), there.sort());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.world[Symbol.asyncDispose]();
  }
}

type Specs = Record<string, unknown>[];

function numbersOf(unit: Unit): number[] {
  return unit.nodes.map(({ symbol }) => symbol.number);
}

const web = { kind: "listener", name: "web", port: 0, links: { out: [{ name: "hello", port: "in" }] } };
const hello = (code: string) => ({ kind: "snippet", name: "hello", language: "javascript", code });
const flow: Specs = [web, hello("export default () => 'old'"), { kind: "claim", name: "kept" }];

/** What accompanies the bad one: new and changed specs, on the host and on executors, before and after it. */
function company(bad: Specs): Specs {
  const some = (name: string) => [
    { kind: "claim", name: `${name}claim` },
    { kind: "snippet", name: `${name}text`, language: "javascript", code: `export default () => '${name}'` },
    { kind: "listener", name: `${name}listener`, port: 0 },
  ];
  const claims = Array.from({ length: 50 }, (_, i) => ({ kind: "claim", name: `many${i}` }));
  return [
    ...some("a"),
    { kind: "claim", name: "kept", value: "changed" },
    hello("export default () => 'new'"),
    ...claims,
    ...bad,
    ...some("z"),
  ];
}

Deno.test("what cannot be prepared leaves everything as it was, and releases what was", async (t) => {
  using foreign = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const script = (code: string) => ({ kind: "snippet", name: "bad", language: "javascript", code });
  const bad: Record<string, [Specs, RegExp]> = {
    "a prepare that fails late": [[{ kind: "claim", name: "bad", late: true }], /bad: nothing is left to claim/],
    "an address of another program": [
      [{ kind: "listener", name: "bad", port: foreign.addr.port }],
      new RegExp(`bad: address 127.0.0.1:${foreign.addr.port} is already in use`),
    ],
    "a top level that throws": [
      [script("throw new Error('not today'); export default () => 1")],
      /test\.yaml:1:\d+: not today|not today/,
    ],
    "a top level that loops": [
      [script("for (;;); export default () => 1")],
      /the top level of bad was stopped after 1000 ms/,
    ],
    "two that fail": [
      [{ kind: "claim", name: "bad", late: true }, { ...script("throw 1; export default () => 1"), name: "worse" }],
      /bad: nothing is left to claim|worse/,
    ],
  };
  await using scene = await Scene.start(flow);
  for (const [what, [specs, why]] of Object.entries(bad)) {
    await t.step(what, async () => {
      const before = await scene.state();
      const reason = await scene.apply(company(specs));
      assertMatch(String(reason), why);
      assertMatch(String(reason), /invalid argument/);
      assertEquals(await scene.state(), before);
    });
  }
  await t.step("and the next one that can be is taken", async () => {
    assertEquals(await scene.apply(company([])), undefined);
    assertEquals(await scene.get(), "200 new");
    await until("the old claim was released", () => scene.claims.held === 53);
    scene.checkSymbols();
  });
});

Deno.test("begin rejected: nothing is prepared", async () => {
  await using scene = await Scene.start(flow);
  const before = await scene.state();
  const remove = scene.world.runtime.registry.handle({
    kinds: "nothing",
    create() {},
    update() {},
    delete() {},
    begin() {
      throw failure("not now");
    },
  });
  assertMatch(String(await scene.apply(company([]))), /not now/);
  assertEquals(await scene.state(), before);
  remove();
  assertEquals(await scene.apply(company([])), undefined);
});

Deno.test("a version that cannot be saved is not taken", async () => {
  const store = await openStore("memory:");
  const { history } = store;
  await using scene = await Scene.start(flow, { store });
  const before = await scene.state();
  const save = history.save.bind(history);
  history.save = () => Promise.reject(failure("the disk is full"));
  assertMatch(String(await scene.apply(company([]))), /the disk is full/);
  assertEquals(await scene.state(), before);
  // nor is one back to which head cannot be moved
  const setHead = history.setHead.bind(history);
  history.setHead = () => Promise.reject(failure("the disk is full"));
  const { registry } = scene.world.runtime;
  await registry.jump(0).then(() => assert(false, "it was taken"), () => {});
  assertEquals(await scene.state(), before);
  history.save = save;
  history.setHead = setHead;
  assertEquals(await scene.apply(company([])), undefined);
  assertEquals(await scene.get(), "200 new");
});

Deno.test("a hook that fails is told, and stops nothing", async () => {
  await using scene = await Scene.start(flow);
  scene.claims.loads.length = 0;
  const failing = [
    { kind: "claim", name: "first", load: false, release: false },
    { kind: "claim", name: "second", links: { init: [{ name: "thrower", port: "in" }] } },
    { kind: "throw", name: "thrower" },
    { kind: "claim", name: "third" },
  ];
  assertEquals(await scene.apply([...failing, hello("export default () => 'new'")]), undefined);
  assertEquals(await scene.get(), "200 new");
  assertEquals(scene.claims.loads.toSorted(), ["+first", "+second", "+third"]);
  assertMatch(await scene.world.logged(/first failed to load/), /cannot begin/);
  await scene.world.logged(/second init failed/);
  const { registry, processes } = scene.world.runtime;
  await registry.apply(["default:first", "default:second", "default:third"].map((id) => change.delete(id)));
  assertMatch(await scene.world.logged(/first failed to release/), /cannot let go/);
  assertEquals(scene.claims.held, 1);
  assertEquals(processes.size, 0);
});

Deno.test("an init that never answers holds up no change for long", async () => {
  await using scene = await Scene.start(flow);
  const began = performance.now();
  const loop = { kind: "snippet", name: "loop", language: "javascript", code: "export default () => { for (;;); }" };
  const slow = { kind: "claim", name: "slow", links: { init: [{ name: "loop", port: "in" }] } };
  assertEquals(
    await scene.apply([{ ...loop, timeout: 120_000 }, slow, hello("export default () => 'new'")]),
    undefined,
  );
  assert(performance.now() - began < 30_000, `it took ${performance.now() - began} ms`);
});

Deno.test("init and term get the spec, in a process of their own", async () => {
  await using scene = await Scene.start([
    ...flow,
    { kind: "log", name: "journal", level: "warn" },
    {
      kind: "claim",
      name: "told",
      value: "v",
      links: { init: [{ name: "journal", port: "in" }], term: [{ name: "journal", port: "in" }] },
    },
  ]);
  const line = await scene.world.logged(/journal: \{.*"name":"told"/);
  assertMatch(line, /"value":"v"/);
  assertMatch(line, /"kind":"claim"/);
  scene.world.log.length = 0;
  await scene.world.runtime.registry.apply([change.delete("default:told")]);
  await scene.world.logged(/journal: \{.*"name":"told"/);
  assertEquals(scene.world.runtime.processes.size, 0);
});

/** Puts entries into a store past every check, as another program could. */
async function force(history: History, name: string, data: Record<string, unknown>): Promise<void> {
  const writer = new Registry(history, { dispatch: "none" });
  await writer.load();
  const entry = {
    id: `default:${name}`,
    kind: String(data.kind),
    meta: {},
    data: { namespace: "default", ...data } as never,
  };
  await writer.apply([writer.get(entry.id) === undefined ? change.create(entry) : change.update(entry)]);
}

Deno.test("at the start, a head that cannot be taken gives way to its newest ancestor that can", async () => {
  const shared = await openStore("memory:");
  const { history, presence } = shared;
  const close = history.close.bind(history);
  history.close = () => Promise.resolve(); // two runtimes use it, one after the other
  const store = { ...shared, close: history.close };
  {
    await using _ = await Scene.start(flow, { store });
  }
  const id = "01935000-0000-7000-8000-000000000001";
  await force(history, "bad", { id, kind: "claim", name: "bad", late: true });
  await force(history, "bad", { id, kind: "claim", name: "bad", late: true, value: "still" });
  {
    await using scene = await Scene.start([], { store });
    const { registry, follower } = scene.world.runtime;
    assertEquals(registry.version.id, 1);
    assertEquals(await scene.get(), "200 old");
    assertEquals(follower.rejected?.version, 3);
    assertMatch(follower.rejected!.reason, /bad: nothing is left to claim/);
    await scene.world.logged(/version 3 cannot be loaded: .*nothing is left/);
    await scene.world.logged(/running version 1; head is 3/);
    const [report] = (await presence.instances()).map(({ data }) => data as Record<string, unknown>);
    assertEquals([report?.version, (report?.rejected as { version: number }).version], [1, 3]);
    // head moves on to what can be taken
    await force(history, "bad", { id, kind: "claim", name: "bad", value: "good" });
    await until("version 4 is taken", () => registry.version.id === 4);
    assertEquals(follower.rejected, undefined);
  }
  await close();
});
