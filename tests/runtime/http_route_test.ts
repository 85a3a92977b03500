import { assertEquals, assertMatch } from "@std/assert";
import { RawConnection } from "./raw_connection.ts";
import { World } from "./world.ts";

// Routes, and what is answered where there is none.
const ROUTES: [method: string | undefined, path: string][] = [
  ["GET", "/users"],
  ["POST", "/users"],
  ["GET", "/users/me"],
  ["GET", "/users/:id"],
  ["DELETE", "/users/:name"],
  ["GET", "/users/:id/posts/:post"],
  ["GET", "/files/*"],
  [undefined, "/any"],
  ["get", "/caf%C3%A9"],
  ["OPTIONS", "/asked"],
  ["GET", "/asked"],
  ["HEAD", "/headed"],
  ["GET", "/headed"],
];

const NODES = JSON.stringify([
  { kind: "listener", name: "web", port: 0, links: { out: [{ name: "router", port: "in" }] } },
  {
    kind: "router",
    name: "router",
    routes: ROUTES.map(([method, path], i) => ({ ...method !== undefined && { method }, path, port: `out[${i}]` })),
    links: Object.fromEntries(ROUTES.map((_, i) => [`out[${i}]`, [{ name: `to${i}`, port: "in" }]])),
  },
  ...ROUTES.map(([method = "any", path], i) => ({
    kind: "snippet",
    name: `to${i}`,
    language: "javascript",
    code: `export default ({ params }) => ({ header: { "X-Route": ${
      JSON.stringify(`${method} ${encodeURI(decodeURI(path))}`)
    } }, body: params })`,
  })),
]);

Deno.test("routes", async (t) => {
  await using world = await World.start(NODES);
  const [url] = await world.runtime.sockets.urls();
  const routed = async (method: string, path: string) => {
    const { status, headers, text } = await world.fetch(path, { method });
    return status === 200 ? [headers.get("x-route"), text === "" ? undefined : JSON.parse(text)] : status;
  };
  /** Sends a path that a client would tidy up. */
  const raw = async (method: string, path: string) => {
    using connection = await RawConnection.open(url!);
    await connection.send(`${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    return await connection.rest();
  };

  await t.step("literals, parameters and the rest; the most specific wins", async () => {
    assertEquals(await routed("GET", "/users"), ["GET /users", {}]);
    assertEquals(await routed("POST", "/users"), ["POST /users", {}]);
    assertEquals(await routed("GET", "/users/me"), ["GET /users/me", {}]);
    assertEquals(await routed("GET", "/users/7"), ["GET /users/:id", { id: "7" }]);
    assertEquals(await routed("DELETE", "/users/me"), ["DELETE /users/:name", { name: "me" }]);
    assertEquals(await routed("GET", "/users/7/posts/8"), ["GET /users/:id/posts/:post", { id: "7", post: "8" }]);
    assertEquals(await routed("GET", "/files/a/b/c.txt"), ["GET /files/*", { "*": "a/b/c.txt" }]);
    assertEquals(await routed("PURGE", "/any"), ["any /any", {}]);
  });

  await t.step("paths match decoded; an encoded slash separates nothing", async () => {
    assertEquals(await routed("GET", "/us%65rs/m%65"), ["GET /users/me", {}]);
    assertEquals(await routed("GET", "/café"), ["get /caf%C3%A9", {}]);
    assertEquals(await routed("GET", "/users/a%2Fb"), ["GET /users/:id", { id: "a/b" }]);
    assertEquals(await routed("GET", "/users/%F0%9F%A6%86"), ["GET /users/:id", { id: "🦆" }]);
    assertEquals(await routed("GET", "/users/me?x=/users"), ["GET /users/me", {}]);
  });

  await t.step("400 for a bad escape, wherever it stands", async () => {
    for (const path of ["/users/%zz", "/users/%", "/users/%ff", "/users/%e2%82", "/nowhere/%zz", "/files/a/%8"]) {
      assertMatch(await raw("GET", path), /^HTTP\/1\.1 400 /, path);
    }
  });

  await t.step("404", async () => {
    for (const path of ["/", "/nowhere", "/users/", "/users/7/posts", "/Users", "/users//posts/1"]) {
      assertEquals(await routed("GET", path), 404, path);
    }
    assertMatch(await raw("GET", "//users"), /^HTTP\/1\.1 404 /);
    assertEquals(await routed("OPTIONS", "/nowhere"), 404);
  });

  await t.step("405 names everything that the path allows", async () => {
    const { status, headers } = await world.fetch("/users/me", { method: "PUT" });
    assertEquals([status, headers.get("allow")], [405, "DELETE, GET, HEAD, OPTIONS"]);
    const users = await world.fetch("/users", { method: "DELETE" });
    assertEquals([users.status, users.headers.get("allow")], [405, "GET, HEAD, OPTIONS, POST"]);
  });

  await t.step("OPTIONS tells it, unless there is a route for it", async () => {
    const { status, headers, text } = await world.fetch("/users", { method: "OPTIONS" });
    assertEquals([status, headers.get("allow"), text], [204, "GET, HEAD, OPTIONS, POST", ""]);
    assertEquals(await routed("OPTIONS", "/asked"), ["OPTIONS /asked", {}]);
  });

  await t.step("HEAD goes where GET goes, unless there is a route for it", async () => {
    assertEquals(await routed("HEAD", "/users/7"), ["GET /users/:id", undefined]);
    assertEquals(await routed("HEAD", "/headed"), ["HEAD /headed", undefined]);
    const { status, text } = await world.fetch("/nowhere", { method: "HEAD" });
    assertEquals([status, text], [404, ""]);
  });

  await t.step("what the router's error port leads to answers instead", async () => {
    const [listener, router, ...rest] = JSON.parse(NODES);
    router.links.error = [{ name: "own", port: "in" }];
    const own = {
      kind: "snippet",
      name: "own",
      language: "cel",
      code: `{"status": self.status, "body": "own " + string(self.status)}`,
    };
    await world.apply(JSON.stringify([listener, router, ...rest, own]));
    const { status, text } = await world.fetch("/nowhere");
    assertEquals([status, text], [404, "own 404"]);
  });
});
