import { assert, assertEquals, assertMatch } from "@std/assert";
import { AUTHORITY, CERTIFICATE, KEY } from "../support/certificates.ts";
import { until } from "../support/until.ts";
import { World } from "./world.ts";

/** A server of websockets that can be killed and started again at the same port. */
class Server implements AsyncDisposable {
  readonly sockets: WebSocket[] = [];
  readonly received: (string | Uint8Array)[] = [];
  readonly requests: { readonly url: URL; readonly headers: Headers }[] = [];
  #server: Deno.HttpServer<Deno.NetAddr>;
  /** What a request is answered instead of an upgrade. */
  instead: Response | undefined;

  constructor(readonly tls?: { cert: string; key: string }) {
    this.#server = this.#serve(0);
  }

  get port(): number {
    return this.#server.addr.port;
  }

  #serve(port: number): Deno.HttpServer<Deno.NetAddr> {
    const options = { port, hostname: "127.0.0.1", onListen() {}, ...this.tls };
    return Deno.serve(options, (request: Request) => {
      this.requests.push({ url: new URL(request.url), headers: new Headers(request.headers) });
      if (this.instead !== undefined) return this.instead;
      const protocol = request.headers.get("sec-websocket-protocol")?.split(",")[0];
      const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
      if (protocol !== undefined) response.headers.set("sec-websocket-protocol", protocol);
      socket.binaryType = "arraybuffer";
      socket.onopen = () => this.sockets.push(socket);
      socket.onclose = () => this.sockets.splice(this.sockets.indexOf(socket) >>> 0, 1);
      socket.onerror = () => {};
      socket.onmessage = ({ data }) => this.received.push(typeof data === "string" ? data : new Uint8Array(data));
      return response;
    }) as Deno.HttpServer<Deno.NetAddr>;
  }

  /** Waits for the next message. */
  async next(): Promise<string | Uint8Array> {
    await until("a message has come", () => this.received.length > 0);
    return this.received.shift()!;
  }

  /** Waits for a client. */
  async connected(): Promise<WebSocket> {
    await until("a client is connected", () => this.sockets.length > 0);
    return this.sockets.at(-1)!;
  }

  /** Ends all connections, and stops listening. */
  async die(): Promise<void> {
    await this.#server.shutdown();
  }

  /** Listens again, at the same port. */
  start(): void {
    this.#server = this.#serve(this.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

const ANSWER = `export default ({ type, data }) => {
  if (data === "fail") throw new Error("cannot");
  if (data === "slow") return new Promise((resolve) => setTimeout(() => resolve("slow"), 300));
  return typeof data === "string" ? data.toUpperCase() : type === 2 ? data : { got: data };
}`;

function specs(fields: Record<string, unknown>, code = ANSWER, extra: Record<string, unknown>[] = []): string {
  const link = (name: string, port = "in") => [{ name, port }];
  return JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: link("router") } },
    {
      kind: "router",
      name: "router",
      routes: [{ method: "POST", path: "/in", port: "out[0]" }, { method: "POST", path: "/io", port: "out[1]" }],
      links: { "out[0]": link("body"), "out[1]": link("client", "io") },
    },
    { kind: "snippet", name: "body", language: "cel", code: "self.body", links: { out: link("client") } },
    {
      kind: "websocket",
      name: "client",
      links: { out: link("handler") },
      reconnect: { delay: "20ms", max: "100ms" },
      ...fields,
    },
    { kind: "snippet", name: "handler", language: "javascript", code },
    ...extra,
  ]);
}

const OPTIONS = { allowPrivate: ["all"], dev: true };

function post(world: World, port: string, body: unknown) {
  const headers = { "content-type": "application/json" };
  return world.fetch(`/${port}`, { method: "POST", headers, body: JSON.stringify(body) });
}

for (const isolation of ["thread", "process"] as const) {
  Deno.test(`a client answers its server, sends, and connects again (${isolation})`, async (t) => {
    await using server = new Server();
    const url = `ws://localhost:${server.port}/feed?token=secret`;
    const fields = { url, protocols: ["a", "b"], header: { "X-Key": "k" } };
    await using world = await World.start(specs(fields), { ...OPTIONS, isolation });

    await t.step("with its headers and subprotocols", async () => {
      await server.connected();
      const { url, headers } = server.requests[0]!;
      assertEquals(url.search, "?token=secret");
      assertEquals([headers.get("x-key"), headers.get("sec-websocket-protocol")], ["k", "a,b"]);
      assertMatch(await world.logged(/connected to/), /connected to ws:\/\/localhost:\d+\/feed$/);
    });

    await t.step("each message is answered, in order; an error ends nothing", async () => {
      const socket = await server.connected();
      for (const message of ["slow", "fail", "hello"]) socket.send(message);
      socket.send(new Uint8Array([1, 2]));
      assertEquals([await server.next(), await server.next()], ["slow", "HELLO"]);
      assertEquals(await server.next(), new Uint8Array([1, 2]));
      await world.logged(/error .*: cannot/);
    });

    await t.step("in sends what it gets", async () => {
      assertEquals((await post(world, "in", { type: 1, data: "text" })).status, 204);
      assertEquals(await server.next(), "text");
      await post(world, "in", { kind: "order", n: 1 });
      assertEquals(await server.next(), '{"kind":"order","n":1}');
      assertEquals((await post(world, "in", { to: "x", data: 1 })).status, 500);
    });

    await t.step("a server that dies is found again; what is sent meanwhile waits", async () => {
      const { requests } = server;
      const before = requests.length;
      await server.die();
      await world.logged(/closed with 1001.*; trying again in/);
      const sent = post(world, "in", "waited");
      server.start();
      assertEquals((await sent).status, 204);
      assertEquals(await server.next(), "waited");
      assertEquals(requests.length, before + 1);
      assertEquals(world.log.filter((line) => line.includes(" warn ")).length, 1);
    });

    await t.step("a reload keeps the connection, and the new version answers", async () => {
      const socket = await server.connected();
      const before = server.requests.length;
      await world.apply(specs({ ...fields, timeout: "9s" }, `export default ({ data }) => "new " + data`));
      socket.send("x");
      assertEquals(await server.next(), "new x");
      assertEquals(server.requests.length, before);
      await world.apply(specs({ ...fields, header: { "X-Key": "other" } }));
      await until("it has connected anew", () => server.requests.length === before + 1);
      await until("the old connection is closed", () => server.sockets.length === 1);
    });

    await t.step("deleted, it closes with 1001", async () => {
      const socket = await server.connected();
      socket.send("there");
      assertEquals(await server.next(), "THERE");
      const closed = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
      const { registry } = world.runtime;
      await registry.edit((head) =>
        Promise.resolve(
          head.entries().filter(({ id }) => id.text === "default:client").map(({ id }) =>
            ({ kind: "delete", id }) as never
          ),
        )
      );
      assertEquals(await closed, 1001);
    });
  });
}

Deno.test("open, close and heartbeats; limits of messages", async () => {
  await using server = new Server();
  const link = (name: string) => [{ name, port: "in" }];
  const fields = {
    url: `ws://127.0.0.1:${server.port}`,
    format: "json",
    heartbeat: { interval: "50ms", message: { beat: 1 } },
    maxMessage: 100,
    links: { out: link("handler"), open: link("subscribe"), close: link("gone") },
  };
  await using world = await World.start(
    specs(fields, ANSWER, [
      { kind: "snippet", name: "subscribe", language: "json", code: '{ "subscribe": "news" }' },
      {
        kind: "snippet",
        name: "gone",
        language: "cel",
        code: 'self.reason + " " + string(self.code)',
        links: { out: link("log") },
      },
      { kind: "log", name: "log" },
    ]),
    OPTIONS,
  );
  const socket = await server.connected();
  assertEquals(await server.next(), '{"subscribe":"news"}');
  assertEquals(await server.next(), '{"beat":1}');
  socket.send('{"a":1}');
  await until("it is answered", () => server.received.includes('{"got":{"a":1}}'));
  socket.send(`"${"x".repeat(200)}"`);
  await world.logged(/info .*Max payload size exceeded 1006/);
  await until("it is connected again", () => server.requests.length === 2);
});

Deno.test("a server that does not answer pings is left", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  const accepted: Deno.TcpConn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      accepted.push(connection);
      const buffer = new Uint8Array(4096);
      const count = await connection.read(buffer);
      const key = /sec-websocket-key: (\S+)/i.exec(new TextDecoder().decode(buffer.subarray(0, count!)))![1]!;
      const digest = await crypto.subtle.digest(
        "SHA-1",
        new TextEncoder().encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`),
      );
      const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Accept: ${new Uint8Array(digest).toBase64()}\r\n\r\n`;
      await connection.write(new TextEncoder().encode(head));
    }
  })();
  {
    await using world = await World.start(specs({ url: `ws://127.0.0.1:${port}`, ping: "100ms" }), OPTIONS);
    await world.logged(/closed with 1006, no answer to a ping within 100 ms; trying again/);
    await until("it has connected again", () => accepted.length > 1);
  }
  listener.close();
  await accepting;
  for (const connection of accepted) connection.close();
});

Deno.test("why there is no connection is told by a code, and what has given up connects by io", async (t) => {
  await using server = new Server();
  const url = `ws://127.0.0.1:${server.port}`;
  const codeOf = async (world: World, port = "in") => {
    const { status, text } = await post(world, port, "x");
    return [status, JSON.parse(text).message];
  };

  await t.step("another status, a redirect; after it has given up, io connects", async () => {
    server.instead = new Response(null, { status: 401 });
    await using world = await World.start(specs({ url, reconnect: { attempts: 2, delay: "10ms" } }), OPTIONS);
    await world.logged(/error .*status of the answer is 401 in place of 101; giving up/);
    assertEquals(server.requests.length, 2);
    assertEquals(await codeOf(world), [
      500,
      `not connected to ws://127.0.0.1:${server.port}/ any more: ws://127.0.0.1:${server.port}/: the status of the answer is 401 in place of 101`,
    ]);
    server.instead = new Response(null, { status: 302, headers: { location: `ws://127.0.0.1:${server.port}/x` } });
    assertMatch(String((await codeOf(world, "io"))[1]), /not connected .* 302 in place of 101/);
    server.instead = undefined;
    assertEquals((await post(world, "io", null)).status, 204);
    await server.connected();
  });
});

Deno.test("a server that sends faster than is handled is slowed down, and nothing is lost", async () => {
  await using server = new Server();
  const code = `export default async ({ data }) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return data.slice(0, 5);
  }`;
  await using _ = await World.start(specs({ url: `ws://127.0.0.1:${server.port}` }, code), OPTIONS);
  const socket = await server.connected();
  const count = 400;
  const rest = "x".repeat(100_000);
  for (let i = 0; i < count; i++) socket.send(String(i).padStart(5) + rest);
  // the queue of the server is what grows
  await server.next();
  assert(socket.bufferedAmount > count * rest.length / 4, `${socket.bufferedAmount} bytes wait`);
  const got = ["    0"];
  while (got.length < count) got.push(await server.next() as string);
  assertEquals(got.map(Number), Array.from({ length: count }, (_, i) => i));
});

Deno.test("a connection says where, and what the certificate is checked by", async () => {
  await using server = new Server({ cert: CERTIFICATE, key: KEY });
  const data = {
    type: "http",
    baseUrl: `https://localhost:${server.port}/base`,
    header: { "X-Tenant": "t" },
    query: { v: "1" },
    tls: { ca: AUTHORITY },
  };
  const connection = { kind: "connection", name: "server", data };
  await using _ = await World.start(specs({ connection: "server", url: "feed" }, ANSWER, [connection]), OPTIONS);
  await server.connected();
  const { url, headers } = server.requests.at(-1)!;
  assertEquals([url.pathname, url.search, headers.get("x-tenant")], ["/base/feed", "?v=1", "t"]);
});
