import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { type Kind, oneToOne } from "../../src/flow/mod.ts";
import { type HostContext, KINDS } from "../../src/kinds/mod.ts";
import { type Change, change } from "../../src/registry/mod.ts";
import { Scheme } from "../../src/spec/mod.ts";
import { KeepAlive, Load } from "../e2e/keep_alive.ts";
import { World } from "./world.ts";

// A workflow that changes while connections are served that look at every answer: none is lost, none is of two versions.

/** A kind of the tests' own, on the host: answers its payload after a time. */
const later: Kind<HostContext> = {
  name: "later",
  summary: "Answers its payload after a time.",
  fields: z.object({ ms: z.number() }),
  ports: { in: ["in"], out: ["out", "error"] },
  place: "host",
  pure: true,
  prepare({ symbol, fields }) {
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    return {
      node: oneToOne(symbol, async (payload) => {
        await wait(fields.ms as number);
        return payload;
      }),
    };
  },
};

const scheme = () => new Scheme<Kind>([...KINDS, later]);

/** Specs as JSON, which is YAML. */
function yaml(...specs: Record<string, unknown>[]): string {
  return JSON.stringify(specs);
}

const to = (...names: string[]) => names.map((name) => ({ name, port: "in" }));

/** Three nodes that each add the version, with a node of the host amid them. */
function chain(version: number): Record<string, unknown>[] {
  const code = (payload: string) => `export default (payload) => ${payload} + ${JSON.stringify(`${version} `)}`;
  return [
    { kind: "snippet", name: "a", language: "javascript", code: code("''"), links: { out: to("hop") } },
    { kind: "log", name: "hop", level: "debug", links: { out: to("b") } },
    { kind: "snippet", name: "b", language: "javascript", code: code("payload"), links: { out: to("c") } },
    { kind: "snippet", name: "c", language: "javascript", code: code("payload") },
  ];
}

const web = { kind: "listener", name: "web", port: 0, links: { out: to("a") } };

/** The version that an answer of the chain is of. @throws {Error} If it is not of one alone. */
function versionOf({ status, body }: { status: number; body: string }): number {
  const [first, ...rest] = body.trim().split(" ");
  if (status !== 200 || rest.length !== 2 || rest.some((other) => other !== first)) {
    throw new Error(`an answer that is of no version: ${status} ${body}`);
  }
  return Number(first);
}

async function urlOf({ runtime }: World): Promise<string> {
  return (await runtime.sockets.urls())[0]!;
}

Deno.test("200 quick changes under 64 connections: every answer is of one version, and none goes back", async () => {
  await using world = await World.start(yaml(web, ...chain(0)));
  const seen = new Set<number>();
  const last: number[] = Array(64).fill(0);
  const load = await Load.start(await urlOf(world), {
    connections: 64,
    check: (answer, connection) => {
      const version = versionOf(answer);
      if (version < last[connection]!) throw new Error(`version ${version} after ${last[connection]}`);
      last[connection] = version;
      seen.add(version);
    },
  });
  for (let version = 1; version <= 200; version++) await world.apply(yaml(...chain(version)));
  await load.more(64 * 2);
  const { answers, wrong } = await load.stop();
  assertEquals(wrong, []);
  assertEquals(last, Array(64).fill(200));
  assert(seen.size > 20, `${seen.size} versions were seen in ${answers} answers`);
  assertEquals(world.runtime.processes.list(), []);
});

Deno.test("what did not change keeps its symbol, and a listener its socket and connections", async () => {
  await using world = await World.start(yaml(web, ...chain(1)));
  const { table } = world.runtime.loader;
  const symbols = () => ["web", "a", "hop", "b", "c"].map((name) => table.named(name)!.nodes[0]!.symbol);
  const before = symbols();
  const url = await urlOf(world);
  const load = await Load.start(url, { check: ({ status, body }) => assertEquals([status, body.at(0)], [200, "1"]) });
  await world.apply(yaml({ ...chain(2)[2], name: "b" }));
  await load.more(100);
  const after = symbols();
  for (const [i, symbol] of after.entries()) {
    if (symbol.name === "b") assert(symbol !== before[i]);
    else assertStrictEquals(symbol, before[i]);
  }
  for (let maxBody = 1_000; maxBody < 1_020; maxBody++) {
    await world.apply(yaml({ ...web, maxBody }));
    await load.more(32);
  }
  assertEquals((await load.stop()).wrong, []);
  assertEquals(await urlOf(world), url);
  assert(symbols()[0] !== before[0]);
});

Deno.test("1,000 changed specs and a rollback under load", async () => {
  const many = (version: number) =>
    Array.from({ length: 1_000 }, (_, i) => ({
      kind: "snippet",
      name: `other${i}`,
      language: "javascript",
      code: `export default () => ${i} + ${version}`,
      links: { out: to("c") },
    }));
  await using world = await World.start(yaml(web, ...chain(1), ...many(1)));
  const { registry, processes } = world.runtime;
  const { id: first } = registry.version;
  const seen = new Set<number>();
  const load = await Load.start(await urlOf(world), { check: (answer) => void seen.add(versionOf(answer)) });
  await load.more(100);
  await world.apply(yaml(...chain(2), ...many(2)));
  await load.more(100);
  assertEquals(seen, new Set([1, 2]));
  seen.clear();
  await registry.jump(first);
  await load.more(100);
  assertEquals((await load.stop()).wrong, []);
  assert(seen.has(1));
  assertEquals(processes.list(), []);
});

Deno.test("a listener that moves: what is under way ends well, the old address is let go of", async () => {
  const slow = { kind: "later", name: "slow", ms: 300, links: { out: to("a") } };
  const [from, target] = freePorts(2);
  const at = (port: number) => yaml({ ...web, port, links: { out: to("slow") } }, slow, ...chain(1));
  await using world = await World.start(at(from!), { scheme: scheme() });
  using old = await KeepAlive.connect(`http://127.0.0.1:${from}`);
  using idle = await KeepAlive.connect(`http://127.0.0.1:${from}`);
  const underWay = old.get("/");
  await new Promise((resolve) => setTimeout(resolve, 100));
  await world.apply(at(target!));
  using fresh = await KeepAlive.connect(`http://127.0.0.1:${target}`);
  assertEquals(versionOf(await fresh.get("/")), 1);
  // nobody is left waiting at the old address: it says that there is nothing, or is closed
  const late = await idle.get("/").then(({ status }) => status, () => "closed");
  assert(late === 503 || late === "closed", String(late));
  assertEquals(versionOf(await underWay), 1);
  await until(() => Deno.connect({ hostname: "127.0.0.1", port: from! }).then((c) => (c.close(), false), () => true));
  assertEquals(await world.runtime.sockets.urls(), [`http://127.0.0.1:${target}`]);
  // and can be taken again at once
  await world.apply(at(from!));
  using again = await KeepAlive.connect(`http://127.0.0.1:${from}`);
  assertEquals(versionOf(await again.get("/")), 1);
});

Deno.test("a listener that goes to another name keeps its address and its connections", async () => {
  const [port] = freePorts(1);
  await using world = await World.start(yaml({ ...web, port }, ...chain(1)));
  const { registry } = world.runtime;
  const load = await Load.start(`http://127.0.0.1:${port}`, { check: (answer) => void versionOf(answer) });
  await load.more(50);
  const door = registry.get("default:web")!;
  const moved: Change[] = [
    change.delete(door.id),
    change.create({ ...door, id: "default:door", data: { ...door.data as object, name: "door" } }),
  ];
  await registry.apply(moved);
  await load.more(50);
  assertEquals((await load.stop()).wrong, []);
});

Deno.test("two listeners of one runtime cannot have the same address", async () => {
  const [port, other] = freePorts(2);
  await using world = await World.start(yaml({ ...web, port }, { ...web, name: "second", port: other }, ...chain(1)));
  const inUse = new RegExp(`127\\.0\\.0\\.1:${port}.*in use`);
  // a new one, one that moves there, two new ones, and one that moves away while another stays
  await refused(world, yaml({ ...web, name: "third", port }), inUse);
  await refused(world, yaml({ ...web, name: "second", port }), inUse);
  await refused(world, yaml({ ...web, port, maxBody: 10 }, { ...web, name: "third", port }), inUse);
  assertEquals((await world.runtime.sockets.urls()).length, 2);
  // two that change places
  await world.apply(yaml({ ...web, port: other }, { ...web, name: "second", port }));
  assertEquals((await world.runtime.sockets.urls()).length, 2);
  for (const at of [port, other]) {
    using client = await KeepAlive.connect(`http://127.0.0.1:${at}`);
    assertEquals(versionOf(await client.get("/")), 1);
  }
});

Deno.test("a node amid a chain is deleted and brought back: answers are whole or 503, and no connection is cut", async () => {
  await using world = await World.start(yaml(web, ...chain(1)));
  const { registry } = world.runtime;
  const statuses = new Set<number>();
  const load = await Load.start(await urlOf(world), {
    check: (answer) => {
      statuses.add(answer.status);
      if (answer.status !== 503) versionOf(answer);
    },
  });
  const middle = registry.get("default:b")!;
  for (let i = 0; i < 10; i++) {
    await load.more(20);
    await registry.apply([change.delete(middle.id)]);
    await load.more(20);
    await registry.apply([change.create(middle)]);
  }
  await load.more(20);
  assertEquals((await load.stop()).wrong, []);
  assertEquals([...statuses].sort(), [200, 503]);
  await world.logged(/is not active: its port out is linked to b\.in, which does not exist/);
});

Deno.test("a slow request ends in the version that it began in, through many reloads", async () => {
  const slow = { kind: "later", name: "hop", ms: 2_000, links: { out: to("b") } };
  const slowly = (version: number) => yaml(...chain(version).map((spec) => spec.name === "hop" ? slow : spec));
  await using world = await World.start(yaml(web, ...chain(0)), { scheme: scheme() });
  await world.apply(slowly(1));
  using client = await KeepAlive.connect(await urlOf(world));
  const freed: number[] = [];
  const free = world.runtime.pool.free.bind(world.runtime.pool);
  world.runtime.pool.free = (numbers) => (freed.push(...numbers), free(numbers));
  const old = ["a", "b", "c"].map((name) => world.runtime.loader.table.named(name)!.nodes[0]!.symbol.number);
  const answer = client.get("/");
  await until(() => world.runtime.processes.list().length === 1);
  for (let version = 2; version < 30; version++) await world.apply(slowly(version));
  await world.apply(yaml(...chain(30)));
  using quick = await KeepAlive.connect(await urlOf(world));
  assertEquals(versionOf(await quick.get("/")), 30);
  assertEquals(old.filter((number) => freed.includes(number)), []);
  assertEquals(versionOf(await answer), 1);
  await until(() => old.every((number) => freed.includes(number)));
});

async function refused(world: World, specs: string, why: RegExp): Promise<void> {
  const { registry, sockets, loader } = world.runtime;
  const before = [registry.version.id, await sockets.urls(), loader.table.generation];
  const error = await world.apply(specs).then(() => undefined, (error: Error) => error);
  assert(error !== undefined, `it was not refused: ${specs}`);
  const reason = (error.cause as Error | undefined)?.message ?? error.message;
  assert(why.test(reason), reason);
  assertEquals([registry.version.id, await sockets.urls(), loader.table.generation], before);
}

function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  for (const listener of listeners) listener.close();
  return listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
}

async function until(holds: () => Promise<boolean> | boolean, timeout = 10_000): Promise<void> {
  const deadline = performance.now() + timeout;
  while (!await holds()) {
    if (performance.now() > deadline) throw new Error(`it did not come true within ${timeout} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
