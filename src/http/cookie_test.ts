import { assertEquals } from "@std/assert";
import { cookieText, cookieValues, encodeResponse, headerText, parseCookies, requestPayload } from "./mod.ts";

Deno.test("cookies are read whatever a client has made of them", () => {
  const cases: [string, Record<string, string>][] = [
    ["a=1; b=2", { a: "1", b: "2" }],
    ["a=1;b=2;", { a: "1", b: "2" }],
    ["a=1; a=2", { a: "1" }],
    ["a=b=c", { a: "b=c" }],
    ["a=; =b; c; ;", { a: "" }],
    ['a="x y"; b="', { a: "x y", b: '"' }],
    ["a=%C3%BC; b=%zz; c=%ff", { a: "ü", b: "%zz", c: "%ff" }],
    ["constructor=1; toString=2", { constructor: "1", toString: "2" } as unknown as Record<string, string>],
    ["", {}],
  ];
  for (const [text, cookies] of cases) assertEquals({ ...parseCookies(text) }, cookies, text);
  const odd = parseCookies("__proto__=1");
  assertEquals([Object.hasOwn(odd, "__proto__"), Object.getPrototypeOf(odd)], [true, Object.prototype]);
});

Deno.test("the payload of a request has its cookies, also where each is a header of its own", () => {
  const payload = (...headers: [string, string][]) =>
    requestPayload({
      method: "GET",
      url: "http://localhost/",
      protocol: "HTTP/1.1",
      headers: headerText(headers),
      body: null,
    });
  assertEquals(payload().cookies, {});
  const split = payload(["cookie", "a=1; b=2"], ["x", "c=4"], ["cookie", "b=3; c=3"]);
  assertEquals(split.cookies, { a: "1", b: "2", c: "3" });
  assertEquals(cookieValues(split, "b"), ["2", "3"]);
  assertEquals(cookieValues(payload(), "b"), []);
});

Deno.test("a cookie is written with what keeps it in its place", () => {
  const attributes = { path: "/", maxAge: 60, secure: true, sameSite: "lax" } as const;
  assertEquals(cookieText("a", "1", attributes), "a=1; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax");
  assertEquals(
    cookieText("a", "", {
      ...attributes,
      path: "/x",
      domain: "example.com",
      maxAge: 0,
      secure: false,
      sameSite: "none",
    }),
    "a=; Path=/x; Domain=example.com; Max-Age=0; HttpOnly; SameSite=None",
  );
});

Deno.test("an answer may set several cookies, and no cookie adds a header", () => {
  const answer = (cookies: string[]) =>
    encodeResponse({ status: 200, header: { "Set-Cookie": cookies } }, { method: "GET" }, { process: "" });
  assertEquals(answer(["a=1", "b=2"]).headers, ["Set-Cookie", "a=1", "Set-Cookie", "b=2"]);
  assertEquals(answer(["a=1\r\nX-Evil: 1"]).status, 500);
});
