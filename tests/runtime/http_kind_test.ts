import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Stream } from "../../src/value/mod.ts";
import { until } from "../support/until.ts";
import { AUTHORITY, CERTIFICATE, KEY } from "../support/certificates.ts";
import { TestServer } from "../support/http_server.ts";
import { World, type WorldOptions } from "./world.ts";

// The kind `http` and connections on the real engine: threads, sockets, changes.

const HERE: WorldOptions = { allowPrivate: ["127.0.0.0/8", "localhost"] };

function link(name: string) {
  return [{ name, port: "in" }];
}

/** A listener that leads to a node of kind http. */
function specs(fields: Record<string, unknown>, ...more: object[]): string {
  return JSON.stringify([
    { kind: "listener", name: "web", port: 0, stream: fields.stream ?? false, links: { out: link("client") } },
    { kind: "http", name: "client", ...fields },
    ...more,
  ]);
}

function connection(data: Record<string, unknown>, name = "api") {
  return { kind: "connection", name, data: { type: "http", ...data } };
}

Deno.test("what a listener gets is sent on as it is, and the answer comes back as it is", async () => {
  await using server = new TestServer((request, body) =>
    new Response(`${request.method} ${new URL(request.url).search} ${body}`, {
      status: 418,
      headers: { "x-made-by": "backend", "content-type": "text/plain" },
    })
  );
  await using world = await World.start(specs({ url: server.url() }), HERE);
  const { status, text, headers } = await world.fetch("/a/b?c=d", { method: "PATCH", body: '{"e":1}' });
  assertEquals([status, text], [418, 'PATCH ?c=d {"e":1}']);
  assertEquals(headers.get("x-made-by"), "backend");
  assertEquals(server.last.path, "/a/b?c=d");
});

Deno.test("snippets make requests and read answers, long ones too", async () => {
  const items = Array.from({ length: 500 }, (_, id) => ({ id, name: `item ${id}` }));
  await using server = new TestServer(() => Response.json(items));
  await using world = await World.start(
    JSON.stringify([
      { kind: "listener", name: "web", port: 0, links: { out: link("make") } },
      {
        kind: "snippet",
        name: "make",
        language: "javascript",
        code: "export default () => ({ method: 'POST', query: { page: 2 }, body: { from: 'snippet' } })",
        links: { out: link("client") },
      },
      { kind: "http", name: "client", url: server.url("/items"), links: { out: link("read"), error: link("failed") } },
      {
        kind: "snippet",
        name: "read",
        language: "javascript",
        code: "export default ({ status, body }) => ({ status, last: body[body.length - 1].name, count: body.length })",
      },
      { kind: "snippet", name: "failed", language: "cel", code: "self.code" },
    ]),
    HERE,
  );
  const { text } = await world.fetch("/");
  assertEquals(JSON.parse(text), { status: 200, last: "item 499", count: 500 });
  assertEquals([server.last.path, server.last.body], ["/items?page=2", '{"from":"snippet"}']);
  await world.apply(JSON.stringify([{
    kind: "http",
    name: "client",
    url: "http://nothing.invalid/",
    links: { out: link("read"), error: link("failed") },
  }]));
  assertEquals((await world.fetch("/")).text, "dns");
});

Deno.test("bodies are streams both ways, and none is left behind", async () => {
  const size = 8 * 1024 * 1024;
  const backend = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    if (request.method === "GET") return new Response(request.body);
    let sum = 0;
    for await (const chunk of request.body!) sum += chunk.byteLength;
    return new Response(new Blob([new Uint8Array(size)]), { headers: { "x-sum": String(sum) } });
  });
  const url = `http://127.0.0.1:${backend.addr.port}/`;
  const before = Stream.kept;
  {
    await using world = await World.start(specs({ url, stream: true }), HERE);
    const [web] = await world.runtime.urls();
    const response = await fetch(web!, { method: "POST", body: new Blob([new Uint8Array(size)]) });
    assertEquals(response.headers.get("x-sum"), String(size));
    assertEquals((await response.bytes()).byteLength, size);
    // nobody reads the answer: a snippet takes its place
    await world.apply(JSON.stringify([
      { kind: "http", name: "client", url, stream: true, links: { out: link("ok") } },
      { kind: "snippet", name: "ok", language: "text", code: "ok" },
    ]));
    assertEquals((await world.fetch("/", { method: "POST", body: "x" })).text, "ok");
    await until("the stream that nobody read is closed", () => Stream.kept === before);
  }
  await backend.shutdown();
});

Deno.test("a client that sends a stream slowly does not use up the time of the server", async () => {
  await using server = new TestServer();
  await using world = await World.start(specs({ url: server.url(), stream: true, timeout: "1s" }), HERE);
  const [web] = await world.runtime.urls();
  const chunks = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      controller.enqueue(new TextEncoder().encode("x"));
      if (++count === 5) controller.close();
    },
  }, { highWaterMark: 0 });
  let count = 0;
  const response = await fetch(web!, { method: "POST", body: chunks });
  assertEquals([response.status, await response.text()], [200, "xxxxx"]);
});

Deno.test("a connection says what URLs begin with, logs in, and checks certificates", async () => {
  await using server = new TestServer(undefined, { cert: CERTIFICATE, key: KEY });
  const data = {
    baseUrl: `https://localhost:${server.port}/v1`,
    header: { "X-Key": "env:KEY", "X-Plain": "plain" },
    query: { token: "env:KEY" },
    auth: { user: "ada", password: "env:PASSWORD" },
    tls: { ca: "env:CA" },
  };
  const env = { KEY: "k-secret", PASSWORD: "p-secret", CA: AUTHORITY };
  const node = { connection: "api", url: "/users/:id", method: "GET" };
  await using world = await World.start(
    JSON.stringify([
      { kind: "listener", name: "web", port: 0, links: { out: link("router") } },
      {
        kind: "router",
        name: "router",
        routes: [{ path: "/:id", port: "out[0]" }],
        links: { "out[0]": link("client") },
      },
      { kind: "http", name: "client", ...node },
      connection(data),
    ]),
    { ...HERE, env },
  );
  const { status } = await world.fetch("/7", { headers: { authorization: "Bearer of-the-client", "x-key": "mine" } });
  assertEquals(status, 200);
  const { path, header } = server.last;
  assertEquals(path, "/v1/users/7?token=k-secret");
  assertEquals([header["x-key"], header["x-plain"]], ["k-secret", "plain"]);
  assertEquals(header.authorization, `Basic ${btoa("ada:p-secret")}`);
  // without its authority, the certificate is one of nobody
  await world.apply(JSON.stringify([connection({ ...data, tls: undefined })]));
  assertEquals((await world.fetch("/7")).status, 500);
  await world.logged(/GET https:\/\/localhost:\d+\/v1\/users\/7: unable to verify/);
  const shown = JSON.stringify([world.log, world.runtime.registry.entries()]);
  for (const secret of ["k-secret", "p-secret"]) assert(!shown.includes(secret), secret);
});

Deno.test("a certificate for another name is refused", async () => {
  await using server = new TestServer(undefined, { cert: CERTIFICATE, key: KEY });
  const data = { baseUrl: `https://127.0.0.2:${server.port}/`, tls: { ca: "env:CA" } };
  const refused = Deno.serve(
    { port: server.port, hostname: "127.0.0.2", cert: CERTIFICATE, key: KEY, onListen() {} },
    () => new Response(),
  );
  await using world = await World.start(specs({ connection: "api" }, connection(data)), {
    ...HERE,
    env: { CA: AUTHORITY },
  });
  assertEquals((await world.fetch("/")).status, 500);
  await world.logged(/Host: 127\.0\.0\.2\. is not|does not match certificate/);
  await refused.shutdown();
});

Deno.test("a changed connection reaches its nodes, those inside others too; others keep what they have", async () => {
  await using first = new TestServer(() => new Response("first"));
  await using second = new TestServer(() => new Response("second"));
  await using world = await World.start(
    JSON.stringify([
      { kind: "listener", name: "web", port: 0, links: { out: link("steps") } },
      { kind: "step", name: "steps", specs: [{ kind: "http", connection: "api", method: "GET" }] },
      { kind: "http", name: "other", url: first.url() },
      connection({ baseUrl: first.url() }),
    ]),
    HERE,
  );
  const { loader, registry } = world.runtime;
  const numberOf = (name: string) => loader.table.ports(name, "in")[0]!.symbol.number;
  const [steps, other] = [numberOf("steps"), numberOf("other")];
  assertEquals((await world.fetch("/")).text, "first");
  await world.apply(JSON.stringify([connection({ baseUrl: second.url() })]));
  assertEquals((await world.fetch("/")).text, "second");
  assert(numberOf("steps") !== steps);
  assertEquals(numberOf("other"), other);
  // what cannot be prepared with it changes nothing
  await assertRejects(
    () => world.apply(JSON.stringify([connection({ baseUrl: "env:NONE" })])),
    Error,
  );
  assertEquals((await world.fetch("/")).text, "second");
  await assertRejects(() => registry.apply([{ kind: "delete", id: "default:api" } as never]), Error);
  assertEquals((await world.fetch("/")).text, "second");
  // with its last node it may go
  await registry.apply([{ kind: "delete", id: "default:steps" }, { kind: "delete", id: "default:api" }] as never);
});

Deno.test("a connection and its nodes may come, change and go together, in any order", async () => {
  await using server = new TestServer(() => new Response("here"));
  await using world = await World.start(specs({ connection: "api" }, connection({ baseUrl: server.url() })), HERE);
  assertEquals((await world.fetch("/")).text, "here");
  const { registry } = world.runtime;
  await world.apply(specs({ connection: "new" }, connection({ baseUrl: server.url("/new/") }, "new")));
  await registry.apply([{ kind: "delete", id: "default:api" } as never]);
  assertEquals((await world.fetch("/x")).text, "here");
  assertEquals(server.last.path, "/new/x");
});

Deno.test("check tells an unknown connection, one of another type, and a secret that is written out", async () => {
  const message = async (text: string) => (await assertRejects(() => World.start(text, HERE), Error)).message;
  const data = connection({ baseUrl: "https://example.com" }, "shop");
  assertMatch(
    await message(specs({ connection: "shp" }, data)),
    /^test\.yaml:1:\d+: unknown connection "shp"; did you mean "shop"\?$/,
  );
  assertMatch(await message(specs({ connection: "web" }, data)), /invalid connection "web": it is of kind listener$/);
  const mail = { kind: "connection", name: "mail", data: { type: "smtp", host: "mail.example.com" } };
  assertMatch(
    await message(specs({ connection: "mail" }, mail)),
    /invalid connection "mail": expected one of type http, got one of type smtp$/,
  );
  const inside = { kind: "step", name: "s", specs: [{ kind: "http", connection: "nothing" }] };
  assertMatch(await message(specs({ connection: "shop" }, data, inside)), /unknown connection "nothing"/);
  for (const auth of [{ bearer: "hunter2" }, { user: "a", password: "hunter2" }]) {
    const told = await message(specs({ connection: "shop" }, connection({ baseUrl: "https://a.b", auth }, "shop")));
    assertMatch(told, /invalid auth\.(bearer|password): expected env:NAME or file:NAME, because a secret is not/);
    assert(!told.includes("hunter2"), told);
  }
  assertMatch(
    await message(specs({ connection: "shop", url: "https://evil.example/" }, data)),
    /invalid url "https:\/\/evil\.example\/": expected a path; the connection says what it begins with/,
  );
});

Deno.test("secrets come from granted variables and from the folder of secrets, and from nowhere else", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/secrets/..data`, { recursive: true });
    await Deno.writeTextFile(`${folder}/secrets/..data/token`, "t-secret\n");
    await Deno.symlink("..data/token", `${folder}/secrets/token`);
    await Deno.writeTextFile(`${folder}/outside`, "o-secret");
    await Deno.symlink(`${folder}/outside`, `${folder}/secrets/link`);
    await using server = new TestServer();
    const start = async (bearer: string, options: WorldOptions) => {
      const auth = { bearer };
      await using world = await World.start(
        specs({ connection: "api" }, connection({ baseUrl: server.url(), auth })),
        { ...HERE, ...options },
      );
      await world.fetch("/");
      return server.last.header.authorization;
    };
    const secrets = `${folder}/secrets`;
    assertEquals(await start("file:token", { secrets }), "Bearer t-secret");
    const refused: [string, WorldOptions, RegExp][] = [
      ["env:HOME", {}, /unknown variable of env:HOME; start --env HOME grants it/],
      ["env:TOKN", { env: { TOKEN: "x" } }, /unknown variable of env:TOKN; did you mean env:TOKEN\?/],
      ["file:token", {}, /no folder for file:token: expected one in start --secrets/],
      ["file:none", { secrets }, /cannot read file:none: there is no such file in the folder/],
      ["file:../outside", { secrets }, /cannot read file:\.\.\/outside: it is not in the folder of --secrets/],
      ["file:link", { secrets }, /cannot read file:link: it is not in the folder of --secrets/],
    ];
    for (const [reference, options, message] of refused) {
      const error = await assertRejects(() => start(reference, options), Error);
      assertMatch(messagesOf(error), message);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function messagesOf(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${messagesOf(error.cause)}` : "";
}
