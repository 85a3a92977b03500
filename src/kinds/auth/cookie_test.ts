import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { isError } from "@weft/weft/kind";
import { type NodeOptions, startNode, type TestNode } from "@weft/weft/testing";
import type { Value, ValueMap } from "../../value/mod.ts";
import { auth } from "./auth.ts";

const env = { ONE: "1".repeat(32), TWO: "2".repeat(32), SHORT: "3".repeat(31), NONE: "" };

/** What stands behind the node answers with a page. */
const answers = {
  out: { status: 200, body: "page" },
  loggedIn: { status: 303, header: { Location: "/" } },
  loggedOut: { status: 303, header: { Location: "/login" } },
};

function start(cookie: Record<string, unknown> = {}, options: NodeOptions = {}, more: Record<string, unknown> = {}) {
  return startNode(auth, { cookie: { secret: "env:ONE", ...cookie }, ...more }, { env, answers, ...options });
}

function request(cookie: string | readonly string[] = [], more: ValueMap = {}, header: ValueMap = {}): ValueMap {
  const cookies = [cookie].flat();
  const given = cookies.length === 0 ? header : { Cookie: [cookies.join("; ")], ...header };
  return { method: "GET", scheme: "https", host: "shop.example", path: "/", header: given, ...more };
}

/** The `Set-Cookie` of an answer: an error's too. */
function setCookie(answer: unknown): string | undefined {
  const made = isError(answer) ? (answer as { details?: ValueMap }).details : answer as ValueMap;
  const value = ((made?.header ?? {}) as ValueMap)["Set-Cookie"];
  return value === undefined ? undefined : String([value].flat()[0]);
}

/** The pair that a client sends back. */
const pairOf = (text: string) => text.slice(0, text.indexOf(";"));

async function login(node: TestNode, auth: Value = { subject: "ada" }, given: ValueMap = request()): Promise<string> {
  const answer = await node.send({ ...given, auth }, "login");
  const text = setCookie(answer);
  assert(text !== undefined, String(answer));
  return pairOf(text);
}

/** Who a request is taken for, or why not. */
async function who(node: TestNode, given: ValueMap): Promise<string> {
  await node.send(given);
  const { port, payload } = node.sent.at(-1)!;
  if (port === "out") {
    const { method, subject } = (payload as { auth: ValueMap }).auth;
    return `${method} ${subject}`;
  }
  const { code, message } = payload as Error & { code?: string };
  return code === "unauthorized" ? message : `${code}: ${message}`;
}

const ENDED = "the session is invalid or has ended";
const SORTS = ["sealed", "signed", "memory"] as const;

for (const session of SORTS) {
  Deno.test(`${session}: who logs in is known by the cookie until they log out`, async () => {
    await using node = await start({ session });
    const answer = await node.send(
      { ...request(), auth: { subject: "ada", claims: { role: "admin", n: [1] } } },
      "login",
    );
    const text = setCookie(answer)!;
    assertMatch(text, /^session=[\w-]+\.[\w-]{43}; Path=\/; Max-Age=86400; HttpOnly; Secure; SameSite=Lax$/);
    const { status, header } = answer as { status: number; header: ValueMap };
    assertEquals([status, header.Location, header["Cache-Control"]], [303, "/", "no-store"]);
    assertEquals((node.sent.at(-1)!.payload as ValueMap).auth, {
      method: "cookie",
      subject: "ada",
      claims: { role: "admin", n: [1] },
    });
    const cookie = pairOf(text);
    const page = await node.send(request(cookie));
    assertEquals(page, { status: 200, body: "page" }, "no other cookie so soon");
    assertEquals((node.sent.at(-1)!.payload as ValueMap).auth, {
      method: "cookie",
      subject: "ada",
      claims: { role: "admin", n: [1] },
    });
    const out = await node.send(request(cookie, { method: "POST" }), "logout");
    assertEquals(setCookie(out), "session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax");
    assertEquals(await who(node, request(cookie)), session === "memory" ? ENDED : "cookie ada");
  });

  Deno.test(`${session}: nothing but the cookie as it was set is accepted`, async () => {
    await using node = await start({ session });
    await using other = await start({ session, secret: "env:TWO" });
    await using renamed = await start({ session, name: "sid" });
    await using realm = await start({ session }, {}, { realm: "admin" });
    await using sort = await start({ session: SORTS.find((one) => one !== session)! });
    const cookie = await login(node);
    const value = cookie.slice("session=".length);
    const [held, signature] = value.split(".") as [string, string];
    const flipped = (text: string, at: number) =>
      `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
    for (let at = 0; at < value.length; at += 7) {
      assertEquals(await who(node, request(`session=${flipped(value, at)}`)), ENDED, String(at));
    }
    const forged = btoa('{"s":"eve","b":1767225600000,"t":1767225600000}').replace(/=+$/, "");
    for (
      const wrong of [
        "",
        ".",
        held,
        `${held}.`,
        `.${signature}`,
        `${held}.${signature}=`,
        `${held}.${signature}.${signature}`,
        `${held}=.${signature}`,
        encodeURIComponent(`${held}.${signature}`).replace(".", "%2E"),
        value.toUpperCase(),
        `${value}\0`,
        `${forged}.${signature}`,
        `${forged}.`,
        "x".repeat(100_000),
        "ü.ü",
        "[object Object]",
      ]
    ) assertEquals(await who(node, request(`session=${wrong}`)), ENDED, wrong.slice(0, 60));
    assertEquals(await who(node, request(`other=${value}`)), "Unauthorized");
    assertEquals(await who(other, request(cookie)), ENDED);
    assertEquals(await who(renamed, request(`sid=${value}`)), ENDED);
    assertEquals(await who(realm, request(cookie)), ENDED);
    assertEquals(await who(sort, request(cookie)), ENDED);
    assertEquals(await who(node, request(cookie)), "cookie ada");
  });

  Deno.test(`${session}: secrets are replaced without a login`, async () => {
    await using old = await start({ session });
    const cookie = await login(old);
    if (session !== "memory") {
      await using both = await start({ session, secret: ["env:TWO", "env:ONE"] });
      const renewed = setCookie(await both.send(request(cookie)))!;
      await using only = await start({ session, secret: ["env:TWO"] });
      assertEquals(await who(only, request(cookie)), ENDED);
      assertEquals(await who(only, request(pairOf(renewed))), "cookie ada");
    }
    await using next = await start({ session, secret: ["env:ONE", "env:TWO"] });
    assertEquals(setCookie(await next.send(request(await login(next)))), undefined);
  });

  Deno.test(`${session}: a session ends some time after its last request, and a longer one after its login`, async () => {
    await using node = await start({ session, maxAge: "10m", lifetime: "25m" });
    let cookie = await login(node);
    const minutes = (count: number) => node.clock.advance(count * 60_000);
    await minutes(0.9);
    assertEquals(setCookie(await node.send(request(cookie))), undefined);
    await minutes(8);
    const renewed = setCookie(await node.send(request(cookie)))!;
    assertMatch(renewed, /Max-Age=600;/);
    const before = cookie;
    cookie = pairOf(renewed);
    await minutes(9);
    assertEquals(await who(node, request(cookie)), "cookie ada");
    if (session !== "memory") assertEquals(await who(node, request(before)), ENDED);
    const last = setCookie(await node.send(request(cookie)));
    if (session !== "memory") {
      assertMatch(last!, /Max-Age=426;/);
      cookie = pairOf(last!);
    }
    await minutes(7);
    assertEquals(await who(node, request(cookie)), "cookie ada");
    await minutes(0.2);
    assertEquals(await who(node, request(cookie)), ENDED);
  });

  Deno.test(`${session}: without renew a session ends a fixed time after its login`, async () => {
    await using node = await start({ session, maxAge: "10m", renew: false });
    const cookie = await login(node);
    await node.clock.advance(599_000);
    assertEquals(setCookie(await node.send(request(cookie))), undefined);
    assertEquals(await who(node, request(cookie)), "cookie ada");
    await node.clock.advance(1_000);
    assertEquals(await who(node, request(cookie)), ENDED);
  });
}

Deno.test("a sealed session cannot be read, a signed one can", async () => {
  const textOf = async (session: string) => {
    await using node = await start({ session });
    const [held] = (await login(node, { subject: "ada-lovelace" })).slice("session=".length).split(".");
    return new TextDecoder().decode(Uint8Array.fromBase64(held!, { alphabet: "base64url" }));
  };
  assert((await textOf("signed")).includes("ada-lovelace"));
  assert(!(await textOf("sealed")).includes("ada-lovelace"));
  await using node = await start();
  assert(await login(node) !== await login(node), "two sessions of the same user look alike");
});

Deno.test("of several cookies of the name, the first that is valid counts", async () => {
  await using node = await start();
  const ada = await login(node);
  const bob = await login(node, { subject: "bob" });
  assertEquals(await who(node, request(["session=tossed", "x=1", ada])), "cookie ada");
  assertEquals(await who(node, request([bob, ada])), "cookie bob");
  assertEquals(await who(node, request([...Array<string>(10).fill("session=tossed"), ada])), ENDED);
  assertEquals(await who(node, { ...request(), header: { Cookie: ["session=x", ada] } }), "cookie ada");
});

Deno.test("a login begins a new session in memory, and ends the one before", async () => {
  await using node = await start({ session: "memory" });
  const planted = await login(node, { subject: "eve" });
  const cookie = await login(node, { subject: "ada" }, request(planted));
  assert(cookie !== planted);
  assertEquals(await who(node, request(planted)), ENDED);
  assertEquals(await who(node, request(cookie)), "cookie ada");
});

Deno.test("all sessions of a user can be ended where they are in memory", async () => {
  await using node = await start({ session: "memory" });
  const cookies = [await login(node), await login(node), await login(node, { subject: "bob" })];
  await node.send({ subject: "ada" }, "logout");
  assertEquals(node.sent.at(-1), { port: "loggedOut", payload: { subject: "ada", sessions: 2 } });
  assertEquals(await who(node, request(cookies[0])), ENDED);
  assertEquals(await who(node, request(cookies[2])), "cookie bob");
  await using sealed = await start();
  const answer = await sealed.send({ subject: "ada" }, "logout");
  assertMatch(String(answer), /expected session: memory/);
});

Deno.test("a session that a browser would not keep is an error that says so", async () => {
  await using node = await start();
  const answer = await node.send(
    { ...request(), auth: { subject: "ada", claims: { text: "x".repeat(4_000) } } },
    "login",
  );
  assertEquals((answer as { code?: string }).code, "too_large");
  assertMatch(String(answer), /a cookie of \d{4} bytes, and browsers keep no more than 4096: expected fewer claims/);
  assertEquals(node.sent.at(-1)!.port, "error");
  await using memory = await start({ session: "memory" });
  await login(memory, { subject: "ada", claims: { text: "x".repeat(4_000) } });
});

Deno.test("who is to log in is named by auth, and cannot write headers", async () => {
  for (const session of SORTS) {
    await using node = await start({ session });
    for (const auth of [null, "ada", { subject: "" }, { subject: 7 }, { subject: "ada", claims: [1] }]) {
      assertMatch(String(await node.send({ ...request(), auth }, "login")), /invalid (?:payload|claims) of login/);
    }
    assertMatch(String(await node.send("x", "login")), /invalid payload of login: expected a request/);
    const cookie = await login(node, { subject: "a; Domain=evil\r\nX-Evil: 1\0ü" });
    assertMatch(cookie, /^session=[\w.-]+$/);
    await node.send(request(cookie));
    assertEquals((node.sent.at(-1)!.payload as { auth: ValueMap }).auth.subject, "a; Domain=evil\r\nX-Evil: 1\0ü");
  }
});

Deno.test("requests of other origins change nothing", async () => {
  await using node = await start({ origins: ["https://Admin.example", "https://*.pages.example"] });
  const cookie = await login(node);
  const CROSS = "forbidden_origin: the request was sent by a page of another origin";
  const post = (header: ValueMap, more: ValueMap = {}) =>
    who(node, request(cookie, { method: "POST", ...more }, header));
  const cases: [ValueMap, boolean][] = [
    [{ "Sec-Fetch-Site": ["same-origin"] }, true],
    [{ "Sec-Fetch-Site": ["none"] }, true],
    [{ "Sec-Fetch-Site": ["same-site"], Origin: ["https://evil.shop.example"] }, false],
    [{ "Sec-Fetch-Site": ["cross-site"], Origin: ["https://evil.example"] }, false],
    [{ "Sec-Fetch-Site": ["cross-site"] }, false],
    [{ "Sec-Fetch-Site": [""] }, false],
    [{ "Sec-Fetch-Site": ["cross-site"], Origin: ["https://admin.example"] }, true],
    [{ "Sec-Fetch-Site": ["cross-site"], Origin: ["https://a.pages.example"] }, true],
    [{ "Sec-Fetch-Site": ["cross-site"], Origin: ["https://pages.example"] }, false],
    [{ Origin: ["https://shop.example"] }, true],
    [{ Origin: ["https://SHOP.example:443"] }, true],
    [{ Origin: ["http://shop.example"] }, true],
    [{ Origin: ["https://shop.example:8443"] }, false],
    [{ Origin: ["https://shop.example.evil.example"] }, false],
    [{ Origin: ["null"] }, false],
    [{ Origin: ["file://"] }, false],
    [{ Referer: ["https://shop.example/form"] }, true],
    [{ Referer: ["https://evil.example/?https://shop.example/"] }, false],
    [{}, true],
  ];
  for (const [header, passes] of cases) {
    assertEquals(await post(header), passes ? "cookie ada" : CROSS, JSON.stringify(header));
  }
  const evil = { "Sec-Fetch-Site": ["cross-site"], Origin: ["https://evil.example"] };
  assertEquals(await post(evil, { method: "GET" }), "cookie ada", "links may lead here");
  assertEquals(await post({ ...evil, Upgrade: ["websocket"] }, { method: "GET" }), CROSS);
  assertEquals(await post(evil, { method: "PROPFIND" }), CROSS);
  for (const port of ["login", "logout"]) {
    const answer = await node.send({ ...request(cookie, { method: "POST" }, evil), auth: { subject: "eve" } }, port);
    assertEquals((answer as { code?: string }).code, "forbidden_origin", port);
  }
  assertEquals((await node.send(request(cookie, {}, evil), "logout") as { code?: string }).code, "forbidden_origin");
  await using open = await start({ sameOrigin: false });
  assertEquals(await who(open, request(await login(open), { method: "POST" }, evil)), "cookie ada");
});

Deno.test("credentials of another method do not need the same origin, as no browser adds them", async () => {
  await using node = await start({}, {}, { apiKey: { keys: { shop: "env:TWO" } } });
  const evil = { Origin: ["https://evil.example"] };
  assertEquals(await who(node, request([], { method: "POST" }, { ...evil, "X-Api-Key": [env.TWO] })), "apiKey shop");
  const cookie = await login(node);
  assertEquals(await who(node, request(cookie, {}, { "X-Api-Key": ["wrong"] })), "cookie ada");
});

Deno.test("an answer with a cookie keeps the cookies of nodes further inside, which come last", async () => {
  const inner = { status: 200, header: { "set-cookie": "a=1", "Cache-Control": "public" } };
  await using node = await start({ maxAge: "1m" }, { answers: { ...answers, out: inner, loggedIn: inner } });
  const cookie = await login(node);
  await node.clock.advance(30_000);
  const { header } = await node.send(request(cookie)) as { header: ValueMap };
  assertEquals((header["Set-Cookie"] as string[]).map((text) => text.slice(0, 3)), ["ses", "a=1"]);
  assertEquals(header["Cache-Control"], "no-store");
});

Deno.test("where nothing is linked behind login and logout, the answer is a 204 with the cookie", async () => {
  await using node = await start({}, { linked: ["out", "error"] });
  for (const port of ["login", "logout"]) {
    const answer = await node.send({ ...request(), auth: { subject: "ada" } }, port);
    assertEquals((answer as ValueMap).status, 204);
    assertMatch(setCookie(answer)!, /^session=/);
  }
});

Deno.test("a 401 says that a cookie is expected", async () => {
  await using node = await start({}, {}, { realm: "shop" });
  const answer = await node.send(request());
  const { details } = node.sent.at(-1)!.payload as Error & { details?: ValueMap };
  assertEquals(details!.header, { "WWW-Authenticate": ['Cookie realm="shop", cookie-name="session"'] });
  assert(isError(answer));
});

Deno.test("the log says why a browser does not keep the cookie", async () => {
  await using node = await start();
  await login(node, { subject: "ada" }, request([], { scheme: "http", host: "127.0.0.1:8000" }));
  await login(node, { subject: "ada" }, request([], { scheme: "http", host: "localhost:8000" }));
  assertEquals(node.log, []);
  for (let count = 0; count < 2; count++) {
    await login(node, { subject: "ada" }, request([], { scheme: "http", host: "192.0.2.7:8000" }));
  }
  assertEquals(node.log.length, 1);
  assertMatch(node.log[0]!.message, /does not keep the cookie of http:\/\/192\.0\.2\.7:8000: expected HTTPS/);
});

Deno.test("what browsers would refuse is an error of the spec", async () => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ secret: "env:SHORT" }, /secret of cookie is too short: expected 32 bytes/],
    [{ secret: ["env:ONE", "env:NONE"] }, /empty secret env:NONE/],
    [{ secret: "0123456789abcdef0123456789abcdef" }, /expected env:NAME or file:NAME/],
    [{ secret: [] }, /secret/],
    [{ name: "a b" }, /expected letters/],
    [{ path: "x" }, /expected a path/],
    [{ path: "/; Domain=x" }, /expected a path/],
    [{ domain: "x; Secure" }, /expected a name such as example\.com/],
    [{ sameSite: "none", secure: false }, /invalid sameSite "none"/],
    [{ name: "__Host-id", path: "/x" }, /invalid path "\/x"/],
    [{ name: "__Host-id", domain: "a.example" }, /invalid domain/],
    [{ name: "__Secure-id", secure: false }, /invalid secure false/],
    [{ maxAge: 10 }, /invalid maxAge/],
    [{ lifetime: "1h" }, /invalid lifetime/],
    [{ origins: ["https://a.example/"] }, /invalid origin "https:\/\/a\.example\/": expected one such as/],
    [{ origins: ["*"] }, /expected those that are trusted/],
    [{ origins: ["null"] }, /expected those that are trusted/],
  ];
  for (const [fields, message] of cases) {
    const error = await assertRejects(() => start(fields), Error);
    assertMatch(error.message, message, JSON.stringify(fields));
  }
});

Deno.test("login and logout are ports of nodes with cookies only", async () => {
  const error = await assertRejects(
    () => startNode(auth, { basic: { users: { ada: "env:ONE" } } }, { env, linked: ["loggedIn"] }),
    Error,
  );
  assertMatch(error.message, /loggedIn/);
});
