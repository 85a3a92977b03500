import { assert, assertEquals, assertMatch } from "@std/assert";
import { Stream } from "../../src/value/mod.ts";
import { until } from "../support/until.ts";
import { RawConnection } from "./raw_connection.ts";
import { World } from "./world.ts";

function specs(fields: Record<string, unknown> = {}): string {
  return JSON.stringify([
    {
      kind: "listener",
      name: "web",
      port: 0,
      heartbeat: "100ms",
      links: { out: [{ name: "router", port: "in" }] },
    },
    {
      kind: "router",
      name: "router",
      routes: [
        { method: "GET", path: "/events", port: "out[0]" },
        { method: "POST", path: "/send", port: "out[1]" },
        { method: "GET", path: "/list", port: "out[2]" },
      ],
      links: {
        "out[0]": [{ name: "rooms", port: "in" }],
        "out[1]": [{ name: "body", port: "in" }],
        "out[2]": [{ name: "list", port: "in" }],
      },
    },
    {
      kind: "snippet",
      name: "rooms",
      language: "javascript",
      code: "export default (r) => ({ ...r, rooms: r.query.room ?? [] })",
      links: { out: [{ name: "news", port: "io" }] },
    },
    {
      kind: "snippet",
      name: "body",
      language: "cel",
      code: "self.body",
      links: { out: [{ name: "news", port: "in" }] },
    },
    {
      kind: "snippet",
      name: "list",
      language: "javascript",
      code: `export default () => ({
        header: { "Content-Type": "text/event-stream" },
        body: [{ event: "a", data: { b: 1 } }, "plain"],
      })`,
    },
    { kind: "events", name: "news", ...fields },
  ]);
}

Deno.test("events reach those who listen, by their rooms", async (t) => {
  await using world = await World.start(specs({ keep: 2, connections: 3, buffer: "64KiB" }));
  const [url] = await world.runtime.sockets.urls();
  const open = async (path = "/events", header = "") => {
    const connection = await RawConnection.open(url!);
    await connection.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${header}\r\n`);
    return connection;
  };
  const send = async (event: unknown) =>
    Number(
      (await world.fetch("/send", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(event),
      })).text,
    );

  await t.step("an answer that is a list of events is written as such", async () => {
    const { text, headers } = await world.fetch("/list");
    assertEquals(text, 'event: a\ndata: {"b":1}\n\ndata: plain\n\n');
    assertEquals(headers.get("content-type"), "text/event-stream");
  });

  using first = await open("/events?room=a");
  const head = await first.until(/\r\n\r\n/);
  assertMatch(head, /^HTTP\/1\.1 200 [^]*content-type: text\/event-stream\r\n/i);
  await first.until(/:\n/);

  await t.step("to all, and to a room", async () => {
    using second = await open("/events?room=a&room=b");
    await second.until(/:\n/);
    assertEquals(await send({ event: "x", data: { n: 1 } }), 2);
    for (const client of [first, second]) await client.until(/event: x\ndata: {"n":1}\n\n/);
    assertEquals(await send({ to: "b", data: "only" }), 1);
    await second.until(/data: only\n\n/);
    assertEquals(await send({ to: ["a", "b"], data: "each once" }), 2);
    assert(!(await first.until(/each once/)).includes("only"));
    assertEquals(await send({ to: "nobody", data: "x" }), 0);
  });

  await t.step("a client that leaves is noticed", async () => {
    await until("one is left", async () => await send("ping") === 1);
  });

  await t.step("an idle stream gets heartbeats", async () => {
    await first.until(/data: ping\n\n/);
    await first.until(/:\n[^]*:\n/);
  });

  await t.step("who comes back gets what was missed", async () => {
    await send({ id: 1, data: "one" });
    await send({ id: 2, data: "two" });
    using back = await open("/events", "Last-Event-ID: 1\r\n");
    const received = await back.until(/data: two\n\n/);
    assert(!received.includes("one"), received);
  });

  await t.step("one that does not read is disconnected, and holds up nobody", async () => {
    using slow = await open();
    await slow.until(/:\n/);
    const data = "x".repeat(32 * 1024);
    await until("it is gone", async () => {
      const count = await send({ data });
      await first.until(/xxx\n\n/);
      return count === 1;
    }, 30_000);
  });

  await t.step("more than may connect are told so", async () => {
    using _ = await open();
    using __ = await open();
    await until("they are there", async () => await send("x") === 3);
    assertEquals((await world.fetch("/events")).status, 503);
  });

  await t.step("a reload keeps them, a drain ends them", async () => {
    await world.apply(specs({ keep: 3 }));
    await until("one is left", async () => await send("after") === 1);
    await first.until(/data: after\n\n/);
    assertEquals(world.runtime.processes.size, 0);
    assert(await world.runtime.drain(5_000));
    await first.rest();
    assertEquals(Stream.kept, 0);
  });
});

Deno.test("deleting the node ends its streams", async () => {
  await using world = await World.start(specs());
  const [url] = await world.runtime.sockets.urls();
  using client = await RawConnection.open(url!);
  await client.send("GET /events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  await client.until(/:\n/);
  const { registry } = world.runtime;
  await registry.edit((head) =>
    Promise.resolve(
      head.entries().filter(({ id }) => id.text === "default:news").map(({ id }) => ({ kind: "delete", id }) as never),
    )
  );
  assertMatch(await client.rest(), /0\r\n\r\n$/);
});
