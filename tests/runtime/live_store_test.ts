import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { z } from "zod";
import { Admin } from "../../src/admin/mod.ts";
import type { Kind } from "../../src/kind/mod.ts";
import { KINDS } from "../../src/kinds/mod.ts";
import { change, Registry } from "../../src/registry/mod.ts";
import { Scheme } from "../../src/spec/mod.ts";
import { openStore, type Store } from "../../src/store/mod.ts";
import { delay, until } from "../support/until.ts";
import { SystemWorld } from "./system_world.ts";
import { World, type WorldOptions } from "./world.ts";

// What a runtime makes of its store: what is not its business, what it cannot run, what it tries again.

async function withFile(run: (file: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(`${folder}/registry.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

type SpecMap = Record<string, unknown> & { kind: string; name: string };

/** Saves specs as a version past every check, as another program could. */
async function force(file: string, namespace: string, ...specs: SpecMap[]): Promise<void> {
  await using store = await openStore(file);
  await forceInto(store, namespace, ...specs);
}

async function forceInto({ history }: Store, namespace: string, ...specs: SpecMap[]): Promise<void> {
  const writer = new Registry(history, { dispatch: "none" });
  await writer.edit((head) =>
    specs.flatMap((spec) => {
      const id = `${namespace}:${spec.name}`;
      const data = { id: idOf(id), namespace, ...spec } as never;
      const entry = { id, kind: spec.kind, meta: {}, data };
      const found = head.get(id);
      if (found === undefined) return [change.create(entry)];
      return found.kind === spec.kind ? [change.update(entry)] : [change.delete(id), change.create(entry)];
    })
  );
}

/** Returns a UUID that is the same for the same text. */
function idOf(text: string): string {
  const digits = [...text].map((letter) => letter.charCodeAt(0).toString(16)).join("").padEnd(12, "0").slice(-12);
  return `01935000-0000-7000-8000-${digits}`;
}

const text = (name: string, code: string) => ({ kind: "snippet", name, language: "text", code });
const door = (name: string, to: string, port: unknown = 0) => ({
  kind: "listener",
  name,
  port,
  links: { out: [{ name: to, port: "in" }] },
});

/** Lines of the log that tell of something wrong. */
function complaints({ log }: World): string[] {
  return log.filter((line) => / (warn|error) /.test(line));
}

function portTaken(): { port: number; free(): void } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return { port: listener.addr.port, free: () => listener.close() };
}

Deno.test("what belongs to other namespaces is none of a runtime's business", async (t) => {
  await withFile(async (file) => {
    const taken = portTaken();
    const mine: Kind = {
      name: "mine",
      summary: "Known to one runtime.",
      fields: z.object({}),
      ports: { in: ["in"], out: [] },
      place: "host",
      prepare: () => ({ node: { receive: () => "mine" } }),
    };
    const ofA: WorldOptions = {
      namespace: "a",
      scheme: new Scheme<Kind>([...KINDS, mine]),
      env: { PORT: "0" },
    };
    await force(file, "b", door("web", "hello"), text("hello", "b"));
    await force(file, "a", { kind: "mine", name: "kept" }, door("web", "hello", "{{ .PORT }}"), text("hello", "a"));
    await using a = await World.start("[]", { ...ofA, store: await openStore(file) });
    await using b = await World.start("[]", { namespace: "b", store: await openStore(file) });
    await t.step("each runs its own at the start", async () => {
      assertEquals([(await a.fetch("/")).text, (await b.fetch("/")).text], ["a", "b"]);
      assertEquals([a.runtime.registry.version.id, b.runtime.registry.version.id], [2, 2]);
    });
    await t.step("changes of the other are followed, whatever they hold", async () => {
      await force(file, "a", { kind: "unheard-of", name: "bad" });
      await until("a rejects it", () => a.runtime.follower.rejected !== undefined);
      await force(file, "a", { kind: "mine", name: "bad2" }, door("door", "hello", taken.port));
      await force(file, "a", { ...text("broken", "x"), language: "javascript", code: "export default (" });
      await force(file, "a", { kind: "snippet", name: "empty", nonsense: true } as SpecMap);
      await until("b follows", () => b.runtime.registry.version.id === 6);
      assertEquals([(await a.fetch("/")).text, (await b.fetch("/")).text], ["a", "b"]);
      assertEquals(b.runtime.follower.rejected, undefined);
      assertEquals(a.runtime.registry.version.id, 2);
    });
    await t.step("its own can be changed meanwhile", async () => {
      await force(file, "b", text("hello", "b2"));
      await until("b follows", async () => (await b.fetch("/")).text === "b2");
      assertEquals(complaints(b), []);
    });
    await t.step("and a start is not kept from anything", async () => {
      await using again = await World.start("[]", { namespace: "b", store: await openStore(file) });
      assertEquals([(await again.fetch("/")).text, complaints(again)], ["b2", []]);
    });
    taken.free();
  });
});

Deno.test("a version that was rejected because a port was taken is tried again until it runs", async () => {
  await withFile(async (file) => {
    const taken = portTaken();
    await force(file, "default", door("web", "hello"), text("hello", "old"));
    await using world = await World.start("[]", { store: await openStore(file) });
    const { follower, registry, sockets } = world.runtime;
    const [url] = await sockets.urls();
    await force(file, "default", door("web", "hello", taken.port), text("hello", "new"));
    await until("it is rejected twice", () => (follower.rejected?.attempts ?? 0) >= 2);
    assertEquals([follower.rejected!.version, registry.version.id], [2, 1]);
    // another attempt may be under way, which has a socket too
    assertEquals(await (await fetch(url!)).text(), "old");
    // it is told once
    assertEquals(complaints(world).length, 1);
    taken.free();
    await until("it runs", () => registry.version.id === 2);
    assertEquals((await world.fetch("/")).text, "new");
    await until("it is told", () => world.log.some((line) => / info .*version 2 runs/.test(line)));
    assertEquals(follower.rejected, undefined);
  });
});

Deno.test("a version whose specs are wrong is tried again only when head is moved to it again", async () => {
  await withFile(async (file) => {
    await force(file, "default", text("hello", "old"));
    await using store = await openStore(file);
    await using world = await World.start("[]", { store: await openStore(file) });
    const { follower } = world.runtime;
    await force(file, "default", { kind: "unheard-of", name: "bad" });
    await until("it is rejected", () => follower.rejected !== undefined);
    await delay(1_500);
    assertEquals(follower.rejected?.attempts, 1);
    await store.history.setHead(2, 2);
    await until("it is rejected again", () => follower.rejected?.attempts === 2);
  });
});

Deno.test("a runtime that has rejected head can be told through it what mends head", async () => {
  await withFile(async (file) => {
    await using system = await SystemWorld.start({ store: await openStore(file) });
    const { follower, registry } = system.world.runtime;
    await force(file, "system", { ...text("bad", "x"), language: "lisp" });
    await until("it is rejected", () => follower.rejected !== undefined);
    const refused = await system.nodes("PATCH", { namespace: "system", name: "bad", code: "y" });
    assertEquals(refused.status, 400, JSON.stringify(refused.body));
    assertMatch(refused.body.error, /lisp/);
    const { status, body } = await system.nodes("PATCH", { namespace: "system", name: "bad", language: "text" });
    assertEquals(status, 200, JSON.stringify(body));
    assertEquals(body[0].code, "x");
    assertEquals([registry.version.id, follower.rejected], [(await registry.head()).version, undefined]);
  });
});

Deno.test("a start on a store of which no version can run fails with the reasons, unless it is to keep going", async () => {
  await withFile(async (file) => {
    const taken = portTaken();
    await force(file, "default", door("web", "hello", taken.port), text("hello", "one"));
    await force(file, "default", text("hello", "two"), { kind: "unheard-of", name: "bad" });
    const start = async (options: WorldOptions = {}) =>
      await World.start("[]", { store: await openStore(file), ...options });
    const error = await assertRejects(() => start(), Error);
    assertMatch(error.message, /^version 2 cannot be loaded: .*unheard-of/);
    assertMatch(error.message, new RegExp(`${taken.port} is already in use`));
    assertMatch(error.message, /no older version with specs of namespace "default" can be loaded$/);
    // nothing of the kind for a namespace that has no specs
    await using other = await start({ namespace: "other" });
    assertEquals([other.runtime.registry.version.id, complaints(other)], [2, []]);
    await using world = await start({ keepGoing: true });
    assertEquals([world.runtime.registry.version.id, world.runtime.follower.rejected?.version], [0, 2]);
    taken.free();
    await force(file, "default", { kind: "nop", name: "bad" });
    await until("what can run does", () => world.runtime.registry.version.id === 3);
    assertEquals([(await world.fetch("/")).text, world.runtime.follower.rejected], ["two", undefined]);
  });
});

Deno.test("a runtime that can run none of 1,280 versions tries few of them, and says so in one line", async () => {
  await withFile(async (file) => {
    const store = await openStore(file);
    const writer = new Registry(store.history, { dispatch: "none" });
    const bad = (n: number) => ({
      id: "default:bad",
      kind: "unheard-of",
      data: { id: idOf("bad"), kind: "unheard-of", name: "bad", n },
    });
    for (let n = 0; n < 1_280; n++) await writer.apply([n === 0 ? change.create(bad(n)) : change.update(bad(n))]);
    const checked: number[] = [];
    const get = store.history.get.bind(store.history);
    store.history.get = (id) => {
      checked.push(id);
      return get(id);
    };
    const world = await World.start("[]", { store, keepGoing: true });
    await using _ = world;
    assertEquals(world.runtime.registry.version.id, 0);
    assert(checked.length < 40, `${checked.length} versions were looked at`);
    const [error, warning, ...more] = complaints(world);
    assertMatch(error!, / error version 1280 cannot be loaded: .*unheard-of.*; \d+ of its ancestors were tried/);
    assertMatch(warning!, /running version 0; head is 1280/);
    assertEquals(more, []);
  });
});

Deno.test("a file that is replaced under a running runtime is noticed, told, and not written any more", async () => {
  await withFile(async (file) => {
    await using admin = new Admin("127.0.0.1:0");
    const ready = async () => {
      const answer = await fetch(new URL("/ready", admin.url));
      return `${answer.status} ${await answer.text()}`;
    };
    await using system = await SystemWorld.start({ store: await openStore(file), heartbeat: 50 });
    const { runtime, log } = system.world;
    admin.attach(runtime);
    assertEquals(await ready(), "200 ready\n");
    await Deno.rename(file, `${file}.gone`);
    await until("that it is gone is noticed", () => runtime.follower.storeReplaced);
    assertEquals(await ready(), "503 store replaced\n");
    await Deno.writeTextFile(file, "");
    const { version } = await runtime.registry.head();
    const refused = await system.nodes("POST", text("late", "x"));
    assertEquals([refused.status, (await runtime.registry.head()).version], [500, version]);
    await until("a save is told", () => log.some((line) => /the file was replaced or moved away/.test(line)));
    await delay(200);
    assertEquals(log.filter((line) => / error .*no change is followed/.test(line)).length, 1);
    await Deno.remove(file);
    await Deno.rename(`${file}.gone`, file);
    await until("that it is back is noticed", () => !runtime.follower.storeReplaced);
    assertEquals(await ready(), "200 ready\n");
    assertEquals((await system.nodes("POST", text("late", "x"))).status, 200);
  });
});
