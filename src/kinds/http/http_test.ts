import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Answer, startNode, TestClock } from "@weft/weft/testing";
import { gzipSync } from "node:zlib";
import { TestServer } from "../../../tests/support/http_server.ts";
import { type Failure, isError, type ValueMap } from "../../value/mod.ts";
import { http } from "./http.ts";

const HERE = { allowPrivate: ["127.0.0.0/8", "localhost"] } as const;

function failed(answer: Answer): Failure {
  assert(isError(answer), `no error: ${JSON.stringify(answer)}`);
  return answer;
}

/** Sends one payload through a node of its own. */
async function send(payload: unknown, fields: Record<string, unknown>): Promise<Answer> {
  await using node = await startNode(http, fields, { ...HERE, linked: [] });
  return await node.send(payload as never);
}

Deno.test("an answer is a map of status, header and body", async () => {
  await using server = new TestServer(() =>
    Response.json({ a: 1 }, { status: 201, headers: [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]] })
  );
  await using node = await startNode(http, { url: server.url("/x?y=1") }, HERE);
  const answer = await node.send(null) as ValueMap;
  assertEquals([answer.status, answer.body], [201, { a: 1 }]);
  assertEquals((answer.header as ValueMap)["Set-Cookie"], ["a=1", "b=2"]);
  assertEquals((answer.header as ValueMap)["Content-Type"], ["application/json"]);
  assertEquals(node.sent.map(({ port }) => port), ["out"]);
  assertEquals([server.last.method, server.last.path, server.last.body], ["GET", "/x?y=1", ""]);
});

Deno.test("a payload is a body, or describes a request", async () => {
  await using server = new TestServer();
  const sent = async (payload: unknown, fields: Record<string, unknown> = {}) => {
    const answer = await send(payload, { url: server.url(), ...fields });
    assert(!isError(answer), String(answer));
    const { method, path, header, body } = server.last;
    return [method, path, header["content-type"], body];
  };
  const json = "application/json";
  assertEquals(await sent({ name: "Ada" }), ["POST", "/", json, '{"name":"Ada"}']);
  assertEquals(await sent("hello"), ["POST", "/", "text/plain; charset=utf-8", "hello"]);
  assertEquals(await sent(new Uint8Array([97])), ["POST", "/", "application/octet-stream", "a"]);
  assertEquals(await sent([1, 2]), ["POST", "/", json, "[1,2]"]);
  assertEquals(await sent(null), ["GET", "/", undefined, ""]);
  assertEquals(await sent("x", { method: "GET" }), ["GET", "/", undefined, ""]);
  assertEquals(await sent({ method: "put", path: "/a/b", body: 1 }), ["PUT", "/a/b", json, "1"]);
  assertEquals(await sent({ query: { q: ["a b", "ü"], n: 1 } }), ["GET", "/?q=a+b&q=%C3%BC&n=1", undefined, ""]);
  assertEquals(await sent({ method: "POST" }, { method: "delete" }), ["DELETE", "/", undefined, ""]);
  assertEquals(await sent({ body: { a: 1 } }, { type: "application/x-www-form-urlencoded" }), [
    "POST",
    "/",
    "application/x-www-form-urlencoded",
    "a=1",
  ]);
  assertEquals(await sent({ header: { "content-type": "text/csv" }, body: "a,b" }), ["POST", "/", "text/csv", "a,b"]);
  assertEquals(await sent({ method: "POST" }, { body: { fixed: true } }), ["POST", "/", json, '{"fixed":true}']);
  assertEquals(await sent("ignored", { body: "fixed" }), ["POST", "/", "text/plain; charset=utf-8", "fixed"]);
});

Deno.test("headers of the payload take the place of the field's; those of a connection are not sent on", async () => {
  await using server = new TestServer();
  const payload = {
    method: "POST",
    header: {
      "X-A": ["1", "2"],
      "x-b": "payload",
      "Transfer-Encoding": ["chunked"],
      Host: ["evil.example"],
      Connection: ["close"],
      "Content-Length": ["999"],
      "Content-Encoding": ["gzip"],
    },
    body: "abc",
  };
  await send(payload, { url: server.url(), header: { "X-B": "field", "X-C": 3 } });
  const { header, body } = server.last;
  assertEquals([header["x-a"], header["x-b"], header["x-c"]], ["1, 2", "payload", "3"]);
  assertEquals([header.host, header["content-length"], body], [`127.0.0.1:${server.port}`, "3", "abc"]);
  assertEquals([header["content-encoding"], header["user-agent"]], [undefined, "weft"]);
});

Deno.test("headers that Connection names go no further, either way, unless they say who somebody is", async () => {
  await using server = new TestServer();
  const header = {
    connection: ["close, X-Hop", "x-other"],
    "X-Hop": "1",
    "X-Other": "2",
    "X-End": "3",
    Authorization: "me",
    "X-Forwarded-For": "192.0.2.7",
  };
  const all = [...Object.keys(header), "keep-alive"].join(", ");
  await send({ header: { ...header, connection: all } }, { url: server.url() });
  const { "x-hop": hop, "x-end": end, authorization, "x-forwarded-for": client } = server.last.header;
  assertEquals([hop, end, authorization, client], [undefined, undefined, "me", "192.0.2.7"]);
  await send({ header }, { url: server.url() });
  assertEquals([server.last.header["x-other"], server.last.header["x-end"]], [undefined, "3"]);
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const answered = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(10_000));
    const lines = [
      "HTTP/1.1 200 OK",
      "Connection: close, X-Hop, Set-Cookie",
      "X-Hop: 1",
      "Set-Cookie: a=1",
      "X-End: 2",
    ];
    await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  })();
  const answer = await send(null, { url: `http://127.0.0.1:${listener.addr.port}/` }) as ValueMap;
  await answered;
  assertEquals(answer.header, { Connection: ["close, X-Hop, Set-Cookie"], "Set-Cookie": ["a=1"], "X-End": ["2"] });
});

Deno.test("a request that cannot be is an error and is not sent", async () => {
  await using server = new TestServer();
  const url = server.url("/base/");
  const cases: [payload: unknown, fields: Record<string, unknown>, message: RegExp][] = [
    [{ header: { "X-A": "a\r\nX-Evil: 1" } }, { url }, /^invalid character "\\r" in header X-A/],
    [{ header: { "X A": "1" } }, { url }, /^invalid header name "X A"/],
    [{ header: { A: { b: 1 } } }, { url }, /^invalid value of header A, map/],
    [{ method: "GET / HTTP/1.1\r\nX: y" }, { url }, /^invalid method/],
    [{ method: "CONNECT" }, { url }, /^invalid method/],
    [{ path: "/../admin" }, { url }, /leaves http:\/\/127\.0\.0\.1:\d+\/base\/$/],
    [{ path: "/%2e%2e/admin" }, { url }, /leaves/],
    [{ path: "/..\\..\\admin" }, { url }, /leaves/],
    [{ url: "http://example.com/" }, { url }, /leaves/],
    [{ url: "//example.com/" }, { url }, /leaves/],
    [{ url: server.url("/other") }, { url }, /leaves/],
    [{ url: "file:///etc/passwd" }, {}, /^invalid url "file:/],
    [{ url: "http://user:pass@example.com/" }, {}, /^invalid url with a user or a password/],
    [null, {}, /^missing url/],
    [{ params: {} }, { url: server.url("/users/:id") }, /^missing parameter "id"/],
    [{ params: { id: ".." } }, { url: server.url("/users/:id") }, /^invalid parameter "id"/],
    [{ body: [1] }, { url, type: "application/x-www-form-urlencoded" }, /^invalid body, list/],
  ];
  for (const [payload, fields, message] of cases) {
    const error = failed(await send(payload, fields));
    assertMatch(error.message, message);
    assertEquals(error.code, "invalid");
  }
  assertEquals(server.seen, []);
});

Deno.test("a path is added to a URL that is open for one, and parameters are filled", async () => {
  await using server = new TestServer();
  const pathOf = async (url: string, payload: unknown) => {
    const answer = await send(payload, { url: server.url(url) });
    assert(!isError(answer), String(answer));
    return server.last.path;
  };
  assertEquals(await pathOf("", { path: "/a/b" }), "/a/b");
  assertEquals(await pathOf("/", { path: "/" }), "/");
  assertEquals(await pathOf("/v1/", { path: "/a?b#c" }), "/v1/a%3Fb%23c");
  assertEquals(await pathOf("/v1/", { path: "/a%2Fb" }), "/v1/a%2Fb");
  assertEquals(await pathOf("/fixed", { path: "/a" }), "/fixed");
  assertEquals(await pathOf("/v1/", { url: "a?b=1", query: { c: "2" } }), "/v1/a?b=1&c=2");
  assertEquals(
    await pathOf("/users/:id/posts/:n?x=:id", { params: { id: "a/b ?", n: 2 } }),
    "/users/a%2Fb%20%3F/posts/2?x=:id",
  );
  assertEquals(await pathOf("/?a=1&b=2", { query: { a: "3" } }), "/?b=2&a=3");
});

Deno.test("private addresses are refused, in every form, unless they are allowed", async () => {
  await using server = new TestServer();
  const { port } = server;
  const to = async (host: string, allowPrivate: readonly string[] = []) => {
    await using node = await startNode(http, { url: `http://${host}:${port}/` }, { allowPrivate, linked: [] });
    return await node.send(null);
  };
  for (
    const host of [
      "127.0.0.1",
      "localhost",
      "2130706433",
      "0x7f.1",
      "0177.0.0.1",
      "0.0.0.0",
      "[::1]",
      "[::ffff:127.0.0.1]",
    ]
  ) {
    const error = failed(await to(host));
    assertEquals(error.code, "forbidden_address", host);
    assertMatch(error.message, /^GET http:\/\/.*: forbidden address .*--allow-private/);
  }
  assertEquals(server.seen.length, 0);
  for (
    const [host, grant] of [["127.0.0.1", "all"], ["localhost", `localhost:${port}`], ["127.1", "127.0.0.0/8"]] as const
  ) {
    assertEquals((await to(host, [grant]) as ValueMap).status, 200, host);
  }
  assertEquals(failed(await to("localhost", ["localhost:1"])).code, "forbidden_address");
  assertEquals(server.seen.length, 3);
});

Deno.test("a redirect cannot lead to an address that is not allowed", async () => {
  await using inner = new TestServer();
  await using server = new TestServer(() => Response.redirect(inner.url("/secret", "127.0.0.2"), 302));
  await using node = await startNode(http, { url: server.url() }, { allowPrivate: ["127.0.0.1"], linked: [] });
  assertEquals(failed(await node.send(null)).code, "forbidden_address");
  assertEquals([server.seen.length, inner.seen.length], [1, 0]);
});

Deno.test("redirects are followed as browsers do, up to a bound", async () => {
  await using server = new TestServer((request, body) => {
    const { pathname } = new URL(request.url);
    const [, kind, status] = pathname.split("/");
    if (kind === "loop") return new Response("again", { status: 302, headers: { location: "/loop" } });
    if (kind === "file") return new Response("", { status: 302, headers: { location: "file:///etc/passwd" } });
    return kind === "to"
      ? new Response("moved", { status: Number(status), headers: { location: "/end" } })
      : new Response(`${request.method} ${body} ${request.headers.get("content-type")}`);
  });
  const result = async (path: string, payload: unknown, more: Record<string, unknown> = {}) =>
    await send(payload, { url: server.url(path), ...more });
  const bodyOf = async (status: number, payload: unknown) => (await result(`/to/${status}`, payload) as ValueMap).body;
  const text = "text/plain; charset=utf-8";
  assertEquals(await bodyOf(301, "x"), "GET  null");
  assertEquals(await bodyOf(302, { method: "PUT", body: "x" }), `PUT x ${text}`);
  assertEquals(await bodyOf(303, { method: "PUT", body: "x" }), "GET  null");
  assertEquals(await bodyOf(307, "x"), `POST x ${text}`);
  assertEquals(await bodyOf(308, "x"), `POST x ${text}`);
  assertEquals((await result("/to/302", null, { redirects: 0 }) as ValueMap).status, 302);
  const loop = failed(await result("/loop", null, { redirects: 3 }));
  assertEquals([loop.code, server.seen.filter(({ path }) => path === "/loop").length], ["redirect", 4]);
  assertEquals(failed(await result("/file", null)).code, "redirect");
});

Deno.test("credentials are not sent to another origin", async () => {
  await using other = new TestServer();
  await using server: TestServer = new TestServer((request): Response =>
    new URL(request.url).pathname === "/same" ? new Response("ok") : Response.redirect(
      new URL(request.url).pathname === "/here" ? server.url("/same") : other.url("/there"),
      307,
    )
  );
  const header = { Authorization: "Bearer t", Cookie: "a=1", "X-Mine": "1" };
  await send({ header }, { url: server.url("/here") });
  assertEquals([server.last.header.authorization, server.last.header.cookie], ["Bearer t", "a=1"]);
  await send({ header }, { url: server.url("/away") });
  const { authorization, cookie, "x-mine": mine } = other.last.header;
  assertEquals([authorization, cookie, mine], [undefined, undefined, "1"]);
});

Deno.test("errors tell what went wrong by their code", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const free = (listener.addr as Deno.NetAddr).port;
  listener.close();
  assertEquals(failed(await send(null, { url: `http://127.0.0.1:${free}/` })).code, "connection_refused");
  assertEquals(failed(await send(null, { url: "http://nothing.invalid/" })).code, "dns");
  await using plain = new TestServer();
  assertEquals(failed(await send(null, { url: `https://127.0.0.1:${plain.port}/` })).code, "tls");
  await using slow = new TestServer(() => new Promise((resolve) => setTimeout(() => resolve(new Response()), 300)));
  const late = failed(await send(null, { url: slow.url("/x?secret=1"), timeout: "50ms" }));
  assertEquals([late.code, late.message], ["timeout", `GET ${slow.url("/x")}: no answer within 50 ms`]);
  await using large = new TestServer(() => new Response("x".repeat(2000)));
  assertEquals(failed(await send(null, { url: large.url(), maxBody: 1999 })).code, "too_large");
  assertEquals((await send(null, { url: large.url(), maxBody: 2000 }) as ValueMap).status, 200);
  await using broken = new TestServer(() => new Response("{", { headers: { "content-type": "application/json" } }));
  const error = failed(await send(null, { url: broken.url() }));
  assertEquals([error.code, error.details], ["bad_answer", undefined]);
  const bytes = await send(null, { url: broken.url(), decode: false }) as ValueMap;
  assertEquals(bytes.body, new Uint8Array([0x7b]));
});

Deno.test("a body that is cut off, and an answer that is none, are errors", async () => {
  const answers = [
    ["HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", "connection_lost"],
    ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", "connection_lost"],
    ["what?\r\n\r\n", "bad_answer"],
    ["", "connection_lost"],
  ] as const;
  for (const [text, code] of answers) {
    using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const serving = (async () => {
      using connection = await listener.accept();
      await connection.read(new Uint8Array(4096));
      await connection.write(new TextEncoder().encode(text));
    })();
    const url = `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/`;
    assertEquals(failed(await send({ method: "POST" }, { url })).code, code, text);
    await serving;
  }
});

Deno.test("an encoded body is decoded, and bounded", async () => {
  const deflated = async (format: "deflate" | "deflate-raw") =>
    await new Response(new Blob(["hello"]).stream().pipeThrough(new CompressionStream(format))).bytes();
  const bodies: Record<string, [encoding: string, bytes: Uint8Array]> = {
    "/gzip": ["gzip", gzipSync("hello")],
    "/deflate": ["deflate", await deflated("deflate")],
    "/raw": ["deflate", await deflated("deflate-raw")],
    // of the text "hello", by brotli
    "/br": ["br", new Uint8Array([0x0f, 0x02, 0x80, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x03])],
    "/bomb": ["gzip", gzipSync(new Uint8Array(5_000_000))],
    "/broken": ["gzip", new Uint8Array([1, 2, 3])],
    "/broken-br": ["br", new Uint8Array([0xff, 0xff, 0xff])],
    "/unknown": ["zstd", new Uint8Array([1, 2, 3])],
  };
  await using server = new TestServer((request) => {
    const [encoding, bytes] = bodies[new URL(request.url).pathname]!;
    const headers = { "content-encoding": encoding, "content-type": "text/plain" };
    return new Response(bytes as BodyInit, { headers });
  });
  for (const path of ["/gzip", "/deflate", "/raw", "/br"]) {
    assertEquals((await send(null, { url: server.url(path) }) as ValueMap).body, "hello", path);
  }
  assertEquals(server.last.header["accept-encoding"], "gzip, deflate");
  assertEquals(failed(await send(null, { url: server.url("/bomb") })).code, "too_large");
  for (const path of ["/broken", "/broken-br", "/unknown"]) {
    assertEquals(failed(await send(null, { url: server.url(path) })).code, "bad_answer", path);
  }
});

Deno.test("a status is an error only where errors names it; the error has the answer", async () => {
  await using server = new TestServer(() => Response.json({ why: "no" }, { status: 404 }));
  const url = server.url();
  assertEquals((await send(null, { url }) as ValueMap).status, 404);
  assertEquals((await send(null, { url, errors: ["5xx", 403] }) as ValueMap).status, 404);
  for (const errors of [["4xx"], [404], ["404"], "4xx"]) {
    const error = failed(await send(null, { url, errors }));
    assertEquals([error.code, error.message], ["bad_status", `GET ${url}: the status of the answer is 404`]);
    const { response } = error.details as { response: ValueMap };
    assertEquals([response.status, response.body], [404, { why: "no" }]);
  }
});

Deno.test("a request is sent again after statuses and errors that pass, and waits as it is asked to", async () => {
  let left = 0;
  let wait: string | undefined;
  await using server = new TestServer(() =>
    left-- > 0
      ? new Response("busy", { status: 503, headers: wait === undefined ? {} : { "retry-after": wait } })
      : new Response("done")
  );
  const attempt = async (fails: number, payload: unknown, retry: unknown) => {
    left = fails;
    const before = server.seen.length;
    const clock = new TestClock({ skip: true });
    await using node = await startNode(http, { url: server.url(), retry }, { ...HERE, linked: [], clock });
    const began = node.clock.now();
    const answer = await node.send(payload as never) as ValueMap;
    return { status: answer.status, tries: server.seen.length - before, took: node.clock.now() - began };
  };
  const retry = { attempts: 3, delay: 100, jitter: 0 };
  assertEquals((await attempt(2, null, retry)).tries, 3);
  assertEquals((await attempt(2, null, 3)).status, 200);
  const given = await attempt(9, null, retry);
  assertEquals([given.status, given.tries], [503, 3]);
  assertEquals((await attempt(1, "post", retry)).tries, 1);
  assertEquals((await attempt(1, "post", { ...retry, methods: ["POST"] })).tries, 2);
  assertEquals((await attempt(1, null, { ...retry, on: [500] })).tries, 1);
  wait = "3";
  const waited = await attempt(1, null, retry);
  assertEquals(waited.tries, 2);
  assert(waited.took >= 3000, `${waited.took} ms`);
  wait = "60";
  assertEquals((await attempt(1, null, retry)).tries, 1);
});

Deno.test("an attempt that reached nobody is made again, whatever its method", async () => {
  const clock = new TestClock({ skip: true });
  const retry = { attempts: 3, delay: "1s", jitter: 0 };
  await using node = await startNode(http, { url: "http://nothing.invalid/", retry }, { ...HERE, linked: [], clock });
  const began = clock.now();
  assertEquals(failed(await node.send("post")).code, "dns");
  assertEquals(clock.now() - began, 3000);
});

Deno.test("attempts of one call have one key, calls have others", async () => {
  let left = 1;
  await using server = new TestServer(() => new Response("", { status: left-- > 0 ? 503 : 200 }));
  const retry = { attempts: 2, delay: 0, methods: ["POST"] };
  await using node = await startNode(http, { url: server.url(), idempotencyKey: true, trace: true, retry }, {
    ...HERE,
    clock: new TestClock({ skip: true }),
  });
  await node.send("a");
  await node.send("b");
  const keys = server.seen.map(({ header }) => header["idempotency-key"]);
  assertMatch(keys[0]!, /^[0-9a-f-]{36}\.0$/);
  assertEquals([keys.length, keys[0] === keys[1], keys[1] === keys[2]], [3, true, false]);
  const trace = /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(server.seen[0]!.header.traceparent!);
  assertEquals(trace?.[1], keys[0]!.slice(0, 36).replaceAll("-", ""));
});

Deno.test("connections are kept, and one that the server has closed costs no request", async () => {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  let connections = 0;
  const serving = (async () => {
    for await (const connection of listener) {
      connections++;
      void (async () => {
        const chunk = new Uint8Array(4096);
        for (let answers = 0; answers < 2; answers++) {
          if (await connection.read(chunk) === null) break;
          await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
        }
        // without a word, as a server does when it has waited for long enough
        connection.close();
      })();
    }
  })();
  const url = `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/`;
  await using node = await startNode(http, { url }, { ...HERE, linked: [] });
  for (let count = 0; count < 6; count++) assertEquals((await node.send(null) as ValueMap).status, 200);
  assertEquals(connections, 3);
  listener.close();
  await serving.catch(() => {});
});

Deno.test("a process that ends takes its request with it", async () => {
  let aborted: (() => void) | undefined;
  const gone = new Promise<void>((resolve) => aborted = resolve);
  await using server = new TestServer((request) => {
    request.signal.addEventListener("abort", () => aborted!());
    return new Promise((resolve) => setTimeout(() => resolve(new Response()), 500));
  });
  await using node = await startNode(http, { url: server.url() }, { ...HERE, linked: [] });
  const controller = new AbortController();
  const sent = node.send(null, "in", { signal: controller.signal });
  while (server.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort(new Error("no longer wanted"));
  failed(await sent);
  await gone;
});
