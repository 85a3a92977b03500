import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { TestSocket } from "../support/websocket_client.ts";
import { delay, until } from "../support/until.ts";
import { World } from "./world.ts";

/** What a node is linked to, in short: `{ out: "name.port" }`. */
function links(to: Record<string, string>): Record<string, { name: string; port: string }[]> {
  return Object.fromEntries(
    Object.entries(to).map(([port, target]) => {
      const [name, at = "in"] = target.split(".");
      return [port, [{ name: name!, port: at }]];
    }),
  );
}

/** Counts what its connections have seen, in JSON. */
interface Options {
  gateway?: Record<string, unknown>;
  /** The code of what handles messages. */
  code?: string;
  extra?: Record<string, unknown>[];
}

const ECHO = `export default (m) => {
  const { data } = m;
  if (data === "error") throw new Error("secret");
  if (data === "nothing") return undefined;
  if (data === "loop") for (;;);
  if (data === "about") return { id: m.id, rooms: m.rooms, protocol: m.protocol, context: m.context, type: m.type };
  return data;
}`;

/** A listener, a router and a gateway; `/ws?room=a` connects, POST `/in`, `/broadcast`, ... send to its ports. */
function specs({ gateway = {}, code = ECHO, extra = [] }: Options = {}): string {
  const ports = ["in", "broadcast", "join", "leave", "disconnect"];
  return JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: links({ out: "router" }) },
    {
      kind: "router",
      name: "router",
      routes: [
        { path: "/ws", port: "out[0]" },
        ...ports.map((port, index) => ({ method: "POST", path: `/${port}`, port: `out[${index + 1}]` })),
      ],
      links: {
        ...links({ "out[0]": "rooms" }),
        ...Object.fromEntries(ports.map((port, index) => [`out[${index + 1}]`, [{ name: `to-${port}`, port: "in" }]])),
      },
    },
    {
      kind: "snippet",
      name: "rooms",
      language: "javascript",
      code: `export default (r) => ({ ...r, rooms: r.query.room ?? [], context: { name: r.query.name?.[0] ?? null } })`,
      links: links({ out: "gate.io" }),
    },
    ...ports.map((port) => ({
      kind: "snippet",
      name: `to-${port}`,
      language: "cel",
      code: "self.body",
      links: links({ out: `gate.${port}` }),
    })),
    { kind: "gateway", name: "gate", links: links({ out: "handler" }), ...gateway },
    { kind: "snippet", name: "handler", language: "javascript", code, timeout: "600ms" },
    ...extra,
  ]);
}

/** The headers of a request for a websocket. */
const HANDSHAKE = {
  Upgrade: "websocket",
  Connection: "keep-alive, Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

const JSON_TYPE = { "content-type": "application/json" };

async function post(world: World, port: string, body: unknown): Promise<number> {
  return (await world.fetch(`/${port}`, { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body) })).status;
}

async function addressOf(world: World): Promise<string> {
  const [url] = await world.runtime.sockets.urls();
  return url!.replace("http:", "ws:");
}

for (const isolation of ["thread", "process"] as const) {
  Deno.test(`a gateway answers, sends to rooms and lives on after errors (${isolation})`, async (t) => {
    await using world = await World.start(specs({ gateway: { protocols: ["chat.v2", "chat.v1"] } }), { isolation });
    const url = await addressOf(world);
    const open = (query = "", options: WebSocketOptions = {}) => TestSocket.open(`${url}/ws${query}`, options);
    await using first = await open("?room=a&name=Ada", { protocols: ["chat.v1", "chat.v2"] });
    await using second = await open("?room=a&room=b");
    assertEquals(first.protocol, "chat.v2");
    let id = "";

    await t.step("text, bytes, values and nothing", async () => {
      for (const message of ["hello", "", "ä€😀"]) {
        first.send(message);
        assertEquals(await first.next(), message);
      }
      first.send(new Uint8Array([0, 255]));
      assertEquals(await first.next(), new Uint8Array([0, 255]));
      first.send("nothing");
      first.send("about");
      const about = await first.json();
      id = about.id as string;
      assertMatch(id, /^[0-9a-f-]{36}$/);
      assertEquals(about, { id, rooms: ["a"], protocol: "chat.v2", context: { name: "Ada" }, type: 1 });
      assertEquals(world.runtime.processes.size, 0);
    });

    await t.step("an error is told without what it says, and the connection lives on", async () => {
      first.send("error");
      const { error, process } = await first.json();
      assertEquals(error, "Internal Server Error");
      await world.logged(new RegExp(`error \\[${process}\\] .*: secret`));
      first.send("loop");
      second.send("beside");
      assertEquals(await second.next(), "beside");
      assertEquals((await first.json()).error, "Internal Server Error");
      first.send("still here");
      assertEquals(await first.next(), "still here");
    });

    await t.step("to a room, to a connection, to all, to all but some", async () => {
      assertEquals(await post(world, "in", { to: "a", data: "to a" }), 204);
      assertEquals([await first.next(), await second.next()], ["to a", "to a"]);
      await post(world, "in", { to: ["a", "b"], data: { once: true } });
      assertEquals([await first.json(), await second.json()], [{ once: true }, { once: true }]);
      await post(world, "in", { to: id, data: "for you" });
      assertEquals(await first.next(), "for you");
      await post(world, "broadcast", { data: "others", except: id });
      assertEquals(await second.next(), "others");
      await post(world, "broadcast", { type: "news", data: 1 });
      assertEquals([await first.json(), await second.json()], [{ type: "news", data: 1 }, { type: "news", data: 1 }]);
      assertEquals(await post(world, "in", { to: "nobody", data: "x" }), 204);
    });

    await t.step("to whom is an error where the process is of no connection, and nonsense too", async () => {
      for (const body of ["x", { to: "a" }, { to: "a", data: 1, text: 2 }, { to: 7, data: 1 }]) {
        assertEquals(await post(world, "in", body), 500, JSON.stringify(body));
      }
      assertEquals(await post(world, "disconnect", { to: id, code: 1006 }), 500);
      assertEquals([first.waiting, second.waiting], [[], []]);
    });

    await t.step("rooms are joined and left later", async () => {
      await post(world, "join", { to: id, rooms: ["c", "d"] });
      await post(world, "leave", { to: id, rooms: "a" });
      await post(world, "in", { to: "c", data: "in c" });
      assertEquals(await first.next(), "in c");
      first.send("about");
      assertEquals((await first.json()).rooms, ["c", "d"]);
      await post(world, "in", { to: "a", data: "only second" });
      assertEquals(await second.next(), "only second");
    });

    await t.step("connections are closed with a code and a reason", async () => {
      await post(world, "disconnect", { to: id, code: 4001, reason: "enough" });
      assertEquals(await first.next(), { code: 4001, reason: "enough" });
    });
  });
}

Deno.test("messages of one connection are handled in order, those of others beside them", async () => {
  const code = `export default async (m) => {
    const [wait, name] = m.data.split(" ");
    await new Promise((resolve) => setTimeout(resolve, Number(wait)));
    return name;
  }`;
  await using world = await World.start(specs({ code }));
  const url = await addressOf(world);
  await using slow = await TestSocket.open(`${url}/ws`);
  await using fast = await TestSocket.open(`${url}/ws`);
  for (const message of ["300 a", "50 b", "0 c"]) slow.send(message);
  fast.send("0 first");
  const order: string[] = [];
  await Promise.all([
    (async () => {
      for (let i = 0; i < 3; i++) order.push(await slow.next() as string);
    })(),
    (async () => order.push(await fast.next() as string))(),
  ]);
  assertEquals(order, ["first", "a", "b", "c"]);
});

Deno.test("open, close and errors open processes too; a handler sends by in, joins and leaves", async () => {
  await using world = await World.start(specs({
    gateway: {
      format: "json",
      links: links({ out: "handler", open: "opened", close: "closed", error: "failed" }),
    },
    code: `export default (m) => {
      if (m.data.fail) throw new Error(m.data.fail);
      return m.data.join;
    }`,
    extra: [
      {
        kind: "snippet",
        name: "opened",
        language: "javascript",
        code: `export default (m) => ({ welcome: m.client })`,
      },
      {
        kind: "snippet",
        name: "closed",
        language: "javascript",
        code: `export default (m) => ({ gone: m.context.name, code: m.code, reason: m.reason, rooms: m.rooms })`,
        links: links({ out: "gate.broadcast" }),
      },
      { kind: "snippet", name: "failed", language: "javascript", code: `export default (e) => ({ sorry: e.message })` },
    ],
  }));
  const url = await addressOf(world);
  await using first = await TestSocket.open(`${url}/ws?name=Ada`);
  assertEquals(await first.json(), { welcome: "127.0.0.1" });
  first.send({ fail: "no" });
  assertEquals(await first.json(), { sorry: "no" });
  for (const message of ["a text", "{ no json"]) {
    first.send(message);
    assertMatch(String((await first.json()).error), /^the message is not JSON/);
  }
  const second = await TestSocket.open(`${url}/ws?name=Bob&room=b`);
  await second.json();
  await second.close(4000, "bye");
  assertEquals(await first.json(), { gone: "Bob", code: 4000, reason: "bye", rooms: ["b"] });
});

Deno.test("requests that ask for no websocket, or may not have one, are answered so", async (t) => {
  await using world = await World.start(specs({
    gateway: { protocols: ["a"], origins: ["https://*.shop.example"], connections: 2 },
  }));
  const url = await addressOf(world);
  const [httpUrl] = await world.runtime.sockets.urls();
  const { hostname, port } = new URL(httpUrl!);
  const ask = async (headers: Record<string, string>, method = "GET") => {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    const all = {
      Host: `${hostname}:${port}`,
      ...HANDSHAKE,
      ...headers,
    };
    const lines = Object.entries(all).filter(([, value]) => value !== "").map(([name, value]) => `${name}: ${value}`);
    await connection.write(new TextEncoder().encode(`${method} /ws HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`));
    const buffer = new Uint8Array(4096);
    const count = await connection.read(buffer);
    connection.close();
    return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
  };

  await t.step("426 says what to ask for", async () => {
    for (const headers of [{ Upgrade: "" }, { Upgrade: "h2c" }, { "Sec-WebSocket-Version": "8" }]) {
      const answer = await ask(headers as Record<string, string>);
      assertMatch(answer, /^HTTP\/1\.1 426 /);
      assertMatch(answer, /\r\nupgrade: websocket\r\n/i);
      assertMatch(answer, /\r\nconnection: upgrade\r\n/i);
      assertMatch(answer, /\r\nsec-websocket-version: 13\r\n/i);
    }
    const { status, text } = await world.fetch("/ws");
    assertEquals([status, JSON.parse(text).error], [426, "expected a request to upgrade to websocket"]);
  });

  await t.step("400 for a key or a method that is none", async () => {
    assertMatch(await ask({ "Sec-WebSocket-Key": "short" }), /^HTTP\/1\.1 400 /);
    assertMatch(await ask({}, "DELETE"), /^HTTP\/1\.1 400 /);
    assertMatch(await ask({ "Sec-WebSocket-Protocol": "x, y" }), /^HTTP\/1\.1 400 /);
  });

  await t.step("403 for a page of another site", async () => {
    const own = `${hostname}:${port}`;
    const forbidden = ["https://evil.example", "null", `http://${hostname}:1`, "https://shop.example", "file://", "x"];
    for (const origin of forbidden) assertMatch(await ask({ Origin: origin }), /^HTTP\/1\.1 403 /, origin);
    for (const origin of ["", `http://${own}`, `https://${own}`, "https://a.shop.example"]) {
      assertMatch(await ask({ Origin: origin }), /^HTTP\/1\.1 101 /, origin);
    }
  });

  await t.step("subprotocols with and without spaces", async () => {
    assertMatch(await ask({ "Sec-WebSocket-Protocol": "b,a" }), /\r\nsec-websocket-protocol: a\r\n/i);
    assertMatch(await ask({ "Sec-WebSocket-Protocol": "a, b" }), /\r\nsec-websocket-protocol: a\r\n/i);
  });

  await t.step("503 for more than may connect", async () => {
    await until("those before are gone", () => world.runtime.processes.size === 0);
    const opened: TestSocket[] = [];
    await until("two are connected", async () => {
      const socket = await TestSocket.open(`${url}/ws`).catch(() => undefined);
      if (socket !== undefined) opened.push(socket);
      return opened.length === 2;
    });
    assertMatch(await ask({}), /^HTTP\/1\.1 503 /);
    for (const socket of opened) await socket.close();
  });

  await t.step("an origin that is none is rejected", async () => {
    await assertRejects(() => World.start(specs({ gateway: { origins: ["shop.example"] } })), Error, "invalid origin");
  });
});

Deno.test({
  name: "clients that go away while they are upgraded hold up neither others nor the end of the engine",
  // Deno waits for them without end
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const world = await World.start(specs({ gateway: { connections: 2 } }));
    const url = await addressOf(world);
    const { hostname, port } = new URL(url);
    const head = Object.entries(HANDSHAKE).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    for (let i = 0; i < 30; i++) {
      const connection = await Deno.connect({ hostname, port: Number(port) });
      await connection.write(new TextEncoder().encode(`GET /ws HTTP/1.1\r\nHost: ${hostname}:${port}\r\n${head}\r\n`));
      connection.close();
    }
    await until("they are gone", () => world.runtime.processes.size === 0, 5_000);
    const sockets = [await TestSocket.open(`${url}/ws`), await TestSocket.open(`${url}/ws`)];
    for (const socket of sockets) await socket.close();
    const began = performance.now();
    await world.runtime.close();
    assert(performance.now() - began < 9_000);
  },
});

Deno.test("what is too large, malformed or too much ends its connection only", async (t) => {
  await using world = await World.start(specs({
    gateway: { maxMessage: 1000, backlog: 2000 },
    code: `export default async (m) => {
      if (m.data === "wait") await new Promise((resolve) => setTimeout(resolve, 500));
      return m.data;
    }`,
  }));
  const url = await addressOf(world);
  await using witness = await TestSocket.open(`${url}/ws`);

  await t.step("a message that is too large", async () => {
    await using socket = await TestSocket.open(`${url}/ws`);
    socket.send("x".repeat(1000));
    assertEquals(await socket.next(), "x".repeat(1000));
    socket.send("€".repeat(334));
    assertEquals(await socket.next(), { code: 1009, reason: "the message is larger than 1000 bytes" });
  });

  await t.step("more than may wait", async () => {
    await using socket = await TestSocket.open(`${url}/ws`);
    socket.send("wait");
    for (let i = 0; i < 10; i++) socket.send("y".repeat(500));
    // who goes on sending may not get the code: Deno closes on what comes after it has closed
    await socket.closed;
    await world.logged(/too many messages are waiting/);
  });

  await t.step("frames that break the protocol", async () => {
    const text = new TextEncoder().encode("x");
    const hostile: Record<string, Uint8Array> = {
      "no UTF-8": frame(1, new Uint8Array([0xff, 0xfe])),
      "reserved bits": frame(1, text, { reserved: 0x40 }),
      "a frame of 1 TiB": new Uint8Array([0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
      "a long ping": frame(9, new Uint8Array(125), { length: 126 }),
      "a continuation of nothing": frame(0, text),
      "an unknown opcode": frame(3, text),
      "a close with half a code": frame(8, new Uint8Array([3])),
    };
    for (const [name, bytes] of Object.entries(hostile)) {
      using connection = await upgraded(url);
      await connection.write(bytes);
      await ended(connection, name);
      witness.send(name);
      assertEquals(await witness.next(), name);
    }
  });

  await t.step("fragments are joined, with a ping between them", async () => {
    using connection = await upgraded(url);
    const [a, b] = [
      frame(1, new TextEncoder().encode("ab"), { isLast: false }),
      frame(0, new TextEncoder().encode("cd")),
    ];
    for (const bytes of [a, frame(9, new Uint8Array([1])), b]) await connection.write(bytes);
    const expected = [0x8a, 1, 1, 0x81, 4, ...new TextEncoder().encode("abcd")];
    assertEquals(await readExactly(connection, expected.length), new Uint8Array(expected));
  });

  await t.step("a peer that is killed", async () => {
    const connection = await upgraded(url);
    await connection.write(frame(1, new TextEncoder().encode("wait")));
    connection.close();
    witness.send("after");
    assertEquals(await witness.next(), "after");
    await until("its process has ended", () => world.runtime.processes.size === 0);
  });
});

Deno.test("a peer that does not answer pings is closed, one that does stays", async () => {
  await using world = await World.start(specs({ gateway: { ping: "300ms" } }));
  const url = await addressOf(world);
  await using alive = await TestSocket.open(`${url}/ws`);
  using dead = await upgraded(url);
  await ended(dead, "a dead peer");
  await delay(500);
  alive.send("here");
  assertEquals(await alive.next(), "here");
});

Deno.test("a connection without messages is closed after idleTimeout", async () => {
  await using world = await World.start(specs({ gateway: { idleTimeout: "500ms" } }));
  const url = await addressOf(world);
  await using idle = await TestSocket.open(`${url}/ws`);
  assertEquals(await idle.next(), { code: 1001, reason: "no message for too long" });
});

for (const slow of ["close", "drop", "wait"] as const) {
  Deno.test(`a client that reads too slowly: ${slow}`, async () => {
    const gateway = { slow, buffer: "64KiB", timeout: "1s", maxMessage: "4MiB" };
    await using world = await World.start(specs({ gateway }));
    const url = await addressOf(world);
    const stuck = await upgraded(url);
    await using reader = await TestSocket.open(`${url}/ws`);
    const data = "x".repeat(512 * 1024);
    const began = performance.now();
    const counted = () => metric(world, slow === "close" ? "closed" : "dropped");
    await until("the slow one is noticed", async () => {
      await post(world, "broadcast", { data });
      assertEquals(await reader.next(), data);
      return counted() > 0 || metric(world, "dropped") > 0;
    });
    if (slow === "wait") assert(performance.now() - began > 900);
    const before = metric(world, "sent");
    await post(world, "broadcast", { data: "all" });
    assertEquals(await reader.next(), "all");
    assertEquals(metric(world, "sent"), before + 1);
    stuck.close();
  });
}

Deno.test("a reload keeps connections and loses no message", async () => {
  const code = (version: number) => `export default (m) => ({ n: Number(m.data), version: ${version} })`;
  await using world = await World.start(specs({ code: code(0) }));
  const url = await addressOf(world);
  const sockets = await Promise.all(Array.from({ length: 5 }, () => TestSocket.open(`${url}/ws`)));
  let isDone = false;
  const clients = sockets.map(async (socket) => {
    const versions = new Set<unknown>();
    let sent = 0;
    for (; !isDone; sent++) {
      socket.send(String(sent));
      const { n, version } = await socket.json();
      assertEquals(n, sent);
      versions.add(version);
    }
    return versions.size;
  });
  for (let version = 1; version <= 8; version++) {
    // every other change is one of the gateway itself
    await world.apply(specs({ code: code(version), gateway: { buffer: 100_000 + Math.floor(version / 2) } }));
    await delay(20);
  }
  const seen = performance.now();
  await until("the last version answers", async () => {
    await delay(20);
    return performance.now() - seen > 100;
  });
  isDone = true;
  for (const versions of await Promise.all(clients)) assert(versions > 1, `${versions} versions`);
  for (const socket of sockets) {
    socket.send("1");
    assertEquals((await socket.json()).version, 8);
  }
  await Promise.all(sockets.map((socket) => socket.close()));
});

Deno.test("deleting the gateway, or stopping the engine, closes with 1001", async (t) => {
  const wait = `export default async (m) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return m.data;
  }`;
  await using world = await World.start(specs({ code: wait }));
  const url = await addressOf(world);
  await t.step("deleted", async () => {
    await using socket = await TestSocket.open(`${url}/ws`);
    const { registry } = world.runtime;
    await registry.edit((head) =>
      Promise.resolve(
        head.entries().filter(({ id }) => id.text === "default:gate").map(({ id }) =>
          ({ kind: "delete", id }) as never
        ),
      )
    );
    assertEquals(await socket.next(), { code: 1001, reason: "the gateway is gone" });
    await world.apply(specs({ code: wait }));
  });
  await t.step("drained: what has come is answered first", async () => {
    await using idle = await TestSocket.open(`${url}/ws`);
    await using busy = await TestSocket.open(`${url}/ws`);
    busy.send("answered");
    await until("it is being handled", () => metric(world, "received") === 1);
    const drained = world.runtime.drain(10_000);
    assertEquals((await idle.closed).code, 1001);
    assertEquals(await busy.next(), "answered");
    assertEquals((await busy.closed).code, 1001);
    assert(await drained);
  });
});

/** The value of a counter of the gateway. */
function metric(world: World, name: string): number {
  for (const series of world.runtime.metrics.series) if (series.name === name) return series.sum;
  return 0;
}

/** Makes a frame as clients send it. */
function frame(
  opcode: number,
  data: Uint8Array,
  { isLast = true, reserved = 0, length = data.length }: { isLast?: boolean; reserved?: number; length?: number } = {},
): Uint8Array {
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 255];
  // a mask of zeros changes nothing
  return new Uint8Array([(isLast ? 0x80 : 0) | reserved | opcode, ...size, 0, 0, 0, 0, ...data]);
}

/** Opens a websocket that reads and answers nothing by itself. */
async function upgraded(url: string): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head = Object.entries({ Host: `${hostname}:${port}`, ...HANDSHAKE }).map(([name, value]) =>
    `${name}: ${value}`
  );
  await connection.write(new TextEncoder().encode(`GET /ws HTTP/1.1\r\n${head.join("\r\n")}\r\n\r\n`));
  let text = "";
  while (!text.endsWith("\r\n\r\n")) text += new TextDecoder().decode(await readExactly(connection, 1));
  assertMatch(text, /^HTTP\/1\.1 101 /);
  return connection;
}

async function readExactly(connection: Deno.TcpConn, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await connection.read(bytes.subarray(at));
    if (count === null) throw new Error(`closed after ${at} of ${length} bytes`);
    at += count;
  }
  return bytes;
}

/** Resolves when the server has closed a connection. */
async function ended(connection: Deno.TcpConn, what: string): Promise<void> {
  const buffer = new Uint8Array(1024);
  let isClosed = false;
  void (async () => {
    while (await connection.read(buffer).catch(() => null) !== null);
    isClosed = true;
  })();
  await until(`${what} is closed`, () => isClosed, 20_000);
}
