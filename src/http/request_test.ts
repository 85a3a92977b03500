import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { fromWire, lazyParts, setKey, Stream, toWire, type Value } from "../value/mod.ts";
import { headerText, queryText, type RawRequest, requestPayload, withParams } from "./mod.ts";

function request(url: string, more: Partial<RawRequest> = {}): RawRequest {
  return { method: "GET", url, protocol: "HTTP/1.1", headers: "", body: null, ...more };
}

Deno.test("a request is a map of what was sent", () => {
  const payload = requestPayload({
    method: "POST",
    url: "http://example.com:8000/caf%C3%A9/?a=1&b=x+y&a=%41",
    protocol: "HTTP/1.1",
    headers: headerText([["content-type", "application/json"], ["host", "example.com:8000"], ["x-request-id", "7"]]),
    body: new TextEncoder().encode('{"n":1}'),
  });
  assertEquals({ ...payload }, {
    method: "POST",
    scheme: "http",
    host: "example.com:8000",
    path: "/caf%C3%A9/",
    query: { a: ["1", "A"], b: ["x y"] },
    protocol: "HTTP/1.1",
    header: { "Content-Type": ["application/json"], Host: ["example.com:8000"], "X-Request-Id": ["7"] },
    cookies: {},
    body: { n: 1 },
  });
  assert(!("params" in payload));
  assert(Object.hasOwn(payload, "body"));
});

Deno.test("scheme, host, path and query are cut from the URL as they came", () => {
  const urls: [url: string, scheme: string, host: string, path: string, query: Value][] = [
    ["http://a/", "http", "a", "/", {}],
    ["https://a:1/b/c", "https", "a:1", "/b/c", {}],
    ["http://a", "http", "a", "/", {}],
    ["http://a?b=c", "http", "a", "/", { b: ["c"] }],
    ["http://a/?", "http", "a", "/", {}],
    ["http://a/b?c?d/e=f", "http", "a", "/b", { "c?d/e": ["f"] }],
    ["http://a//b/../c", "http", "a", "//b/../c", {}],
    ["http://[::1]:80/b", "http", "[::1]:80", "/b", {}],
    ["http://a/b%2Fc%zz", "http", "a", "/b%2Fc%zz", {}],
    ["http://a/http://b/c", "http", "a", "/http://b/c", {}],
  ];
  for (const [url, ...parts] of urls) {
    const { scheme, host, path, query } = requestPayload(request(url));
    assertEquals([scheme, host, path, query], parts, url);
  }
});

Deno.test("a host header with a slash or a question mark does not reach the path", () => {
  const cut = (url: string, host: string) => {
    const payload = requestPayload(request(url, { headers: headerText([["accept", "*/*"], ["host", host]]) }));
    return [payload.host, payload.path, Object.keys(payload.query as object).length];
  };
  assertEquals(cut("http://a/admin/x", "a/admin"), ["a/admin", "/x", 0]);
  assertEquals(cut("http://a?b/x?y=1", "a?b"), ["a?b", "/x", 1]);
  assertEquals(cut("http://a:80/x", "a:80"), ["a:80", "/x", 0]);
  // A request in absolute form names its host itself.
  assertEquals(cut("http://other/x", "a/b"), ["other", "/x", 0]);
  assertEquals(cut("http://ab/x", "a"), ["ab", "/x", 0]);
});

Deno.test("nothing is parsed before it is read, here or across a thread", () => {
  const raw = request("http://a/b?c=d", { headers: headerText([["host", "a"]]), body: new Uint8Array([0x7b]) });
  const payload = requestPayload({ ...raw, headers: raw.headers + "\ncontent-type:application/json" });
  const { fields, lazy } = lazyParts(payload)!;
  assertEquals(Object.keys(lazy).sort(), ["body", "header", "query"]);
  assertEquals([payload.method, payload.path, payload.host], ["GET", "/b", "a"]);
  assertEquals([fields.query, fields.header, fields.body], [null, null, null]);

  const { form, data } = toWire(payload);
  const received = fromWire(form, structuredClone(data)) as Record<string, Value>;
  assertEquals(received.query, { c: ["d"] });
  assertEquals((received.header as Record<string, Value>).Host, ["a"]);
});

Deno.test("a stream stays a stream", () => {
  const body = Stream.of(1);
  assertStrictEquals(
    requestPayload(request("http://a/", { body, headers: headerText([["content-type", "application/json"]]) })).body,
    body,
  );
});

Deno.test("parameters are added without decoding anything", () => {
  const raw = request("http://a/b?c=d", {
    headers: headerText([["content-type", "application/json"]]),
    body: new Uint8Array([0x7b]),
  });
  const payload = requestPayload(raw);
  const params: Record<string, string> = { id: "1" };
  setKey(params, "__proto__", "x");
  const routed = withParams(payload, params);
  assertEquals(Object.keys(lazyParts(routed)!.lazy).sort(), ["body", "header", "query"]);
  assertEquals(Object.keys(routed.params as object), ["id", "__proto__"]);
  assertEquals([routed.path, routed.query], ["/b", { c: ["d"] }]);
  assert(!("params" in payload));
  assertEquals(withParams(routed, { id: "2" }).params, { id: "2" });

  assertEquals(payload.query, { c: ["d"] });
  assertEquals(withParams(payload, {}).query, { c: ["d"] });
  assertEquals(withParams({ method: "GET", path: "/" }, { a: "b" }), { method: "GET", path: "/", params: { a: "b" } });
});

Deno.test("the query is as it was sent, also when it has been read", () => {
  const of = (query: string) =>
    requestPayload({ method: "GET", url: `http://a/${query}`, protocol: "HTTP/1.1", headers: "", body: null });
  for (const query of ["", "?a=%20+b&&c=", "?x"]) {
    const payload = of(query);
    void payload.query;
    assertEquals(queryText(payload), query);
  }
  assertEquals(queryText(of("?")), "");
  assertEquals(queryText({ query: { a: ["1", "ü"], b: "2" } }), "?a=1&a=%C3%BC&b=2");
  assertEquals(queryText({}), "");
});
