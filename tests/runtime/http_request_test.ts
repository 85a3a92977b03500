import { assertEquals, assertMatch } from "@std/assert";
import type { ValueMap } from "../../src/value/mod.ts";
import { RawConnection } from "./raw_connection.ts";
import { World } from "./world.ts";

// What a workflow sees of a request.
const ECHO = JSON.stringify([
  { kind: "listener", name: "web", port: 0, links: { out: [{ name: "router", port: "in" }] } },
  {
    kind: "router",
    name: "router",
    routes: [
      { path: "/users/:id/files/*", port: "out[0]" },
      { path: "/*", port: "out[0]" },
    ],
    links: { "out[0]": [{ name: "echo", port: "in" }] },
  },
  { kind: "snippet", name: "echo", language: "javascript", code: "export default (request) => request" },
]);

Deno.test("what a request says is in the payload", async (t) => {
  await using world = await World.start(ECHO);
  const [url] = await world.runtime.sockets.urls();
  const host = new URL(url!).host;
  const seen = async (path: string, init: RequestInit = {}) =>
    JSON.parse((await world.fetch(path, init)).text) as ValueMap;

  await t.step("all of its fields, and no others", async () => {
    const payload = await seen("/a/b?x=1", { headers: { accept: "*/*" } });
    const { header, ...rest } = payload;
    assertEquals(rest, {
      method: "GET",
      scheme: "http",
      host,
      path: "/a/b",
      query: { x: ["1"] },
      cookies: {},
      protocol: "HTTP/1.1",
      client: "127.0.0.1",
      body: null,
      params: { "*": "a/b" },
    });
    assertEquals((header as ValueMap).Host, [host]);
  });

  await t.step("any method, also one that nobody has heard of", async () => {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"]) {
      assertEquals((await seen("/m", { method })).method, method);
    }
  });

  await t.step("parameters of the route, decoded", async () => {
    assertEquals((await seen("/users/j%C3%B6rg%2F1/files/a/b%20c")).params, { id: "jörg/1", "*": "a/b c" });
  });

  await t.step("the path as it was sent, the query decoded", async () => {
    const { path, query } = await seen("/caf%C3%A9%2Fx?a=1&b=x+y&a=%C3%A9&empty=&bare&__proto__=p&=no%20name&%zz=%41");
    assertEquals(path, "/caf%C3%A9%2Fx");
    assertEquals(
      query,
      JSON.parse('{"a":["1","é"],"b":["x y"],"empty":[""],"bare":[""],"__proto__":["p"],"":["no name"],"%zz":["A"]}'),
    );
  });

  await t.step("headers with their names in canonical case and their values in lists", async () => {
    const { header } = await seen("/", {
      headers: [["x-request-id", "7"], ["ETAG", "e"], ["x-many", "a"], ["x-many", "b"]],
    });
    const { "X-Request-Id": id, Etag, "X-Many": many } = header as ValueMap;
    assertEquals([id, Etag, many], [["7"], ["e"], ["a, b"]]);
  });

  await t.step("a header cannot forge another", async () => {
    using connection = await RawConnection.open(url!);
    await connection.send(
      "GET /x HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Colon: a:b: c\r\n__proto__: p\r\nConnection: close\r\n\r\n",
    );
    const { header } = JSON.parse((await connection.rest()).split("\r\n\r\n")[1]!);
    assertEquals(
      header,
      JSON.parse('{"Connection":["close"],"Host":["a"],"X-Colon":["a:b: c"],"X-Empty":[""],"__proto__":["p"]}'),
    );
  });

  await t.step("a host header cannot become a part of the path", async () => {
    using connection = await RawConnection.open(url!);
    await connection.send("GET /x HTTP/1.1\r\nHost: a/admin?b\r\nConnection: close\r\n\r\n");
    assertMatch(await connection.rest(), /^HTTP\/1\.1 400 /);
  });
});
