import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestClock } from "../../src/testing/mod.ts";
import { World } from "./world.ts";

const env = { COOKIE: "c".repeat(32), NEXT: "n".repeat(32) };

/** A site: `/login` takes whoever is named, `/logout`, and all else for those who have logged in. */
function site(cookie: Record<string, unknown>, page = "`page of ${auth.subject}`"): string {
  const to = (name: string, port = "in") => [{ name, port }];
  return JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: to("router") } },
    {
      kind: "router",
      name: "router",
      routes: [
        { method: "POST", path: "/login", port: "out[0]" },
        { method: "POST", path: "/logout", port: "out[1]" },
        { path: "/*", port: "out[2]" },
      ],
      links: { "out[0]": to("password"), "out[1]": to("sessions", "logout"), "out[2]": to("sessions") },
    },
    {
      kind: "snippet",
      name: "password",
      language: "javascript",
      code: "export default (request) => ({ ...request, auth: { subject: request.body.name[0], claims: { n: 1 } } })",
      links: { out: to("sessions", "login") },
    },
    {
      kind: "auth",
      name: "sessions",
      cookie: { secret: "env:COOKIE", ...cookie },
      links: { out: to("page"), loggedIn: to("home"), loggedOut: to("home") },
    },
    {
      kind: "snippet",
      name: "home",
      language: "json",
      code: '{"status":303,"header":{"Location":"/","Set-Cookie":"x=1"}}',
    },
    { kind: "snippet", name: "page", language: "javascript", code: `export default ({ auth, cookies }) => ${page}` },
  ]);
}

class Client {
  cookie = "";
  constructor(readonly world: World) {}

  async send(path: string, init: RequestInit = {}) {
    const headers = { ...this.cookie !== "" && { cookie: this.cookie }, ...init.headers as Record<string, string> };
    const response = await this.world.fetch(path, { redirect: "manual", ...init, headers });
    for (const text of response.headers.getSetCookie()) {
      if (text.startsWith("session=")) this.cookie = text.slice(0, text.indexOf(";"));
    }
    return response;
  }

  login(name: string) {
    return this.send("/login", { method: "POST", body: new URLSearchParams({ name }) });
  }
}

for (const session of ["sealed", "memory"]) {
  Deno.test(`${session}: a login, pages, a change of the specs and a logout over the wire`, async () => {
    // the command puts its metrics around every call of a node of the host
    await using world = await World.start(site({ session }), {
      env,
      interceptors: () => [(call, next) => next(call.payload)],
    });
    const client = new Client(world);
    assertEquals((await client.send("/")).status, 401);
    const answer = await client.login("ada");
    const set = answer.headers.getSetCookie();
    assertEquals([answer.status, answer.headers.get("location"), set.length, set[1]], [303, "/", 2, "x=1"]);
    assertMatch(set[0]!, /^session=\S+; Path=\/; Max-Age=86400; HttpOnly; Secure; SameSite=Lax$/);
    assertEquals((await client.send("/")).text, "page of ada");
    await world.apply(site({ session, secret: ["env:NEXT", "env:COOKIE"] }, "`new page of ${auth.subject}`"));
    assertEquals((await client.send("/")).text, "new page of ada");
    const cross = await client.send("/x", { method: "POST", headers: { origin: "https://evil.example" } });
    assertEquals([cross.status, JSON.parse(cross.text).error], [
      403,
      "the request was sent by a page of another origin",
    ]);
    const { cookie } = client;
    const out = await client.send("/logout", { method: "POST" });
    assertEquals([out.status, client.cookie], [303, "session="]);
    client.cookie = cookie;
    assertEquals((await client.send("/")).status, session === "memory" ? 401 : 200);
  });
}

Deno.test("an answer of any sort gets the cookie of a session that is prolonged", async () => {
  const pages: [string, number, string][] = [
    ["'text'", 200, "text"],
    ["null", 200, "null"],
    ["undefined", 204, ""],
    ["({ status: 404, body: 'none' })", 404, "none"],
    ["({ a: auth.claims.n })", 200, '{"a":1}'],
    ["{ throw new Error('no') }", 500, ""],
  ];
  const clock = new TestClock();
  await using world = await World.start(site({ session: "memory" }), { env, clock });
  const client = new Client(world);
  for (const [page, status, text] of pages) {
    await world.apply(site({ session: "memory" }, page));
    await client.login("ada");
    await clock.advance(3 * 3_600_000);
    const answer = await client.send("/");
    assertEquals(answer.status, status, page);
    if (text !== "") assertEquals(answer.text, text);
    assertMatch(answer.headers.getSetCookie()[0] ?? "", /^session=\S+; /, page);
    assertEquals(answer.headers.get("cache-control"), "no-store");
  }
});

Deno.test("the payload has the cookies, however many headers they come in", async () => {
  await using world = await World.start(JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "show", port: "in" }] } },
    {
      kind: "snippet",
      name: "show",
      language: "javascript",
      code: "export default ({ cookies }) => ({ body: cookies })",
    },
  ]));
  const [url] = await world.runtime.sockets.urls();
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url!).port) });
  const head = 'GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1; b="2"\r\nCookie: c=%33; a=4\r\nConnection: close\r\n\r\n';
  await connection.write(new TextEncoder().encode(head));
  const text = await new Response(connection.readable).text();
  assert(text.endsWith('{"a":"1","b":"2","c":"3"}'), text);
});

Deno.test("a login that leads nowhere else is answered with the cookie, and does not reach the pages", async () => {
  const specs = JSON.parse(site({}));
  delete specs.find(({ name }: { name: string }) => name === "sessions").links.loggedIn;
  await using world = await World.start(JSON.stringify(specs), { env });
  const client = new Client(world);
  const answer = await client.login("ada");
  assertEquals([answer.status, answer.text], [204, ""]);
  assertEquals((await client.send("/")).text, "page of ada");
});
