import { assert, assertEquals, assertMatch } from "@std/assert";
import { MAX_PROCESSES } from "../../src/runtime/mod.ts";
import { until } from "../support/until.ts";
import { Held } from "./held_kind.ts";
import { RawConnection } from "./raw_connection.ts";
import { World } from "./world.ts";

// Clients that go away, and more of them than can be served.
const NODES = JSON.stringify([
  { kind: "listener", name: "web", port: 0, links: { out: [{ name: "router", port: "in" }] } },
  {
    kind: "router",
    name: "router",
    routes: [
      { path: "/held", port: "out[0]" },
      { path: "/slow", port: "out[1]" },
      { path: "/ping", port: "out[2]" },
    ],
    links: {
      "out[0]": [{ name: "held", port: "in" }],
      "out[1]": [{ name: "slow", port: "in" }],
      "out[2]": [{ name: "ping", port: "in" }],
    },
  },
  { kind: "held", name: "held" },
  {
    kind: "snippet",
    name: "slow",
    language: "javascript",
    code: "export default () => { for (const from = Date.now(); Date.now() - from < 400;); return 1 }",
    links: { out: [{ name: "held", port: "in" }] },
  },
  { kind: "snippet", name: "ping", language: "text", code: "pong" },
]);

const head = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

Deno.test("a client that goes away ends its process", async (t) => {
  const held = new Held();
  await using world = await World.start(NODES, { scheme: await held.scheme() });
  const { processes } = world.runtime;
  const [url] = await world.runtime.sockets.urls();

  await t.step("while a node of the host works for it, which is told by the signal", async () => {
    const connection = await RawConnection.open(url!);
    await connection.send(head("/held"));
    await until("the packet is there", () => held.processes.length === 1);
    const process = held.processes[0]!;
    const { signal } = process;
    assertEquals([process.status, signal.aborted, processes.size], ["running", false, 1]);
    connection[Symbol.dispose]();
    await until("the process has ended", () => process.status === "ended");
    assertEquals([signal.aborted, (signal.reason as Error).message, processes.size], [true, "the client went away", 0]);
  });

  await t.step("while a snippet runs for it: what would come after never does", async () => {
    const connection = await RawConnection.open(url!);
    await connection.send(head("/slow"));
    await until("the process is open", () => processes.size === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    connection[Symbol.dispose]();
    await until("the process has ended", () => processes.size === 0);
    assertEquals((await world.fetch("/ping")).text, "pong"); // the executor is done with the snippet
    assertEquals(held.processes.length, 1);
  });

  await t.step("many at once, and nobody else's", async () => {
    const staying = world.fetch("/held");
    await until("it is open", () => processes.size === 1);
    const leaving = await Promise.all(Array.from({ length: 200 }, () => RawConnection.open(url!)));
    await Promise.all(leaving.map((connection) => connection.send(head("/held"))));
    await until("all are open", () => processes.size === 201);
    for (const connection of leaving) connection[Symbol.dispose]();
    await until("all but one have ended", () => processes.size === 1);
    held.release();
    assertEquals((await staying).text, "released");
    await until("that one has ended", () => processes.size === 0);
  });

  await t.step("and is no error", () => {
    assert(!world.log.some((line) => /(error|warn) /.test(line)), world.log.join("\n"));
    assert(world.log.some((line) => /debug .*the client went away/.test(line)), world.log.join("\n"));
  });
});

Deno.test("503 while too many processes are open, and no longer", async () => {
  const held = new Held();
  await using world = await World.start(NODES, { scheme: await held.scheme() });
  const waiting = world.fetch("/held");
  await until("it is open", () => held.processes.length === 1);
  const empty = held.fill();
  assertEquals(world.runtime.processes.size, MAX_PROCESSES);
  const refused = await Promise.all(Array.from({ length: 20 }, () => world.fetch("/ping")));
  for (const { status, headers } of refused) {
    assertEquals(status, 503);
    assertMatch(headers.get("retry-after")!, /^[1-9]\d*$/);
  }
  assertEquals((await world.fetch("/ping", { method: "POST", body: "x" })).status, 503);
  held.release();
  assertEquals((await waiting).text, "released");
  assertEquals((await world.fetch("/ping")).status, 200); // there is room for one again
  empty();
  assertEquals(world.runtime.processes.size, 0);
  const served = await Promise.all(Array.from({ length: 20 }, () => world.fetch("/ping")));
  assertEquals(served.map(({ status }) => status), Array(20).fill(200));
});

Deno.test("what clients that have gone away asked for is dropped when its turn comes", async () => {
  const held = new Held();
  await using world = await World.start(NODES, { scheme: await held.scheme(), executors: 1 });
  const { processes } = world.runtime;
  const [url] = await world.runtime.sockets.urls();
  const leaving = await Promise.all(Array.from({ length: 10 }, () => RawConnection.open(url!)));
  await Promise.all(leaving.map((connection) => connection.send(head("/slow"))));
  await until("all are open", () => processes.size === 10);
  for (const connection of leaving) connection[Symbol.dispose]();
  const began = performance.now();
  assertEquals((await world.fetch("/ping")).text, "pong");
  const took = performance.now() - began;
  // each takes 400 ms: all ten would take 4,000 ms; one is running already
  assert(took < 2_000, `it waited ${took} ms`);
  await until("all have ended", () => processes.size === 0);
});
