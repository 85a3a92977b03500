import { assert, assertEquals, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { type Answer, failure, merge, NONE, setKey, Stream, type Value } from "../value/mod.ts";
import { badRequest, bodyTooLarge, encodeResponse, type RawResponse, requestPayload } from "./mod.ts";

const process = "0192-process";

function respond(answer: Answer, accept?: string, method = "GET"): RawResponse {
  return encodeResponse(answer, { method, accept }, { process });
}

function headersOf(response: RawResponse): [string, string][] {
  return response.headers.flatMap((name, i): [string, string][] =>
    i % 2 === 0 ? [[name, response.headers[i + 1]!]] : []
  );
}

function contentType(response: RawResponse): string | undefined {
  return headersOf(response).find(([name]) => name === "content-type")?.[1];
}

const TEXT = "text/plain; charset=utf-8";
const JSON_TYPE = "application/json";
const FORM = "application/x-www-form-urlencoded";
const bytes = new Uint8Array([1, 2, 255]);
const date = new Date(Date.UTC(2024, 0, 2, 3, 4, 5));

Deno.test("an answer that is no response map is the body of a 200", () => {
  const stream = Stream.of(1);
  const cases: [answer: Value, type: string, body: RawResponse["body"]][] = [
    ["pong", TEXT, "pong"],
    ["", TEXT, ""],
    [bytes, "application/octet-stream", bytes],
    [stream, "application/octet-stream", stream],
    [date, TEXT, "2024-01-02T03:04:05.000Z"],
    [null, JSON_TYPE, "null"],
    [true, JSON_TYPE, "true"],
    [1.5, JSON_TYPE, "1.5"],
    [NaN, JSON_TYPE, "null"],
    [2n ** 64n, JSON_TYPE, "18446744073709551616"],
    [[1, "a"], JSON_TYPE, '[1,"a"]'],
    [
      { b: 1, a: { at: date, data: bytes, big: 1n } },
      JSON_TYPE,
      '{"b":1,"a":{"at":"2024-01-02T03:04:05.000Z","data":"AQL/","big":1}}',
    ],
    [{}, JSON_TYPE, "{}"],
    [{ status: 200, other: 1 }, JSON_TYPE, '{"status":200,"other":1}'],
    [{ status: "ok" }, JSON_TYPE, '{"status":"ok"}'],
    [{ status: "4e2", body: "x" }, JSON_TYPE, '{"status":"4e2","body":"x"}'],
    [{ status: 200.5, body: "x" }, JSON_TYPE, '{"status":200.5,"body":"x"}'],
    [{ status: null, body: "x" }, JSON_TYPE, '{"status":null,"body":"x"}'],
  ];
  for (const [answer, type, body] of cases) {
    const response = respond(answer);
    assertEquals([response.status, response.headers, response.body], [200, ["content-type", type], body]);
    assertEquals(response.error, undefined);
  }
});

Deno.test("a map of nothing but status, header and body is the response", () => {
  assertEquals(respond({ status: 201, body: { id: 1 } }), {
    status: 201,
    headers: ["content-type", JSON_TYPE],
    body: '{"id":1}',
  });
  assertEquals(respond({ body: "x" }), { status: 200, headers: ["content-type", TEXT], body: "x" });
  assertEquals(respond({ status: 302, header: { Location: "/a" } }), {
    status: 302,
    headers: ["Location", "/a"],
    body: null,
  });
  assertEquals(respond({ header: {} }), { status: 200, headers: [], body: null });
  assertEquals(respond({ status: 404 }), { status: 404, headers: [], body: null });
  assertEquals(respond({ status: 200n, body: null }), { status: 200, headers: [], body: null });
  assertEquals(respond({ status: 599, body: "" }), { status: 599, headers: ["content-type", TEXT], body: "" });
  assertEquals(respond({ status: 400, body: failure<string>("broken", { code: "x" }) }).body, "broken");
});

Deno.test("none is 204, and statuses without a body send none", () => {
  assertEquals(respond(NONE), { status: 204, headers: [], body: null });
  for (const status of [204, 205, 304]) {
    assertEquals(respond({ status, header: { Etag: "x" }, body: "dropped" }), {
      status,
      headers: ["Etag", "x"],
      body: null,
    });
  }
});

Deno.test("a status that is no response's is 500", () => {
  for (const status of [0, -1, 100, 101, 199, 600, 1e9, 2n ** 70n]) {
    const response = respond({ status, body: "secret" });
    assertEquals([response.status, response.body], [500, `{"error":"Internal Server Error","process":"${process}"}`]);
    assertStringIncludes(response.error!.message, `invalid status ${Number(status)}: expected 200 to 599`);
  }
});

Deno.test("header values are text, numbers, booleans, dates and lists of them", () => {
  const header = { A: "x", b: 1, C: [true, 2n], D: date, e: null, F: [], "Set-Cookie": ["a=1", "b=2"], G: "" };
  assertEquals(headersOf(respond({ status: 204, header })), [
    ["A", "x"],
    ["b", "1"],
    ["C", "true"],
    ["C", "2"],
    ["D", "Tue, 02 Jan 2024 03:04:05 GMT"],
    ["Set-Cookie", "a=1"],
    ["Set-Cookie", "b=2"],
    ["G", ""],
  ]);
  assertEquals(respond({ header: null, body: "x" }).headers, ["content-type", TEXT]);
});

Deno.test("headers of the connection and of the body's length are left out", () => {
  const header: Record<string, string> = { Kept: "1" };
  const names = ["Connection", "keep-alive", "Transfer-Encoding", "UPGRADE", "TE", "Trailer", "Proxy-Authenticate"];
  for (const name of [...names, "Proxy-Authorization", "Proxy-Connection", "Content-Length"]) header[name] = "x";
  assertEquals(respond({ status: 204, header }).headers, ["Kept", "1"]);
  const kept = {
    "Access-Control-Allow-Origin": "*",
    "Accept-Ranges": "bytes",
    "Content-Range": "x",
    Date: "x",
    "Content-Encoding": "gzip",
  };
  assertEquals(headersOf(respond({ status: 204, header: kept })), Object.entries(kept));
});

Deno.test("a header that HTTP cannot carry is 500", () => {
  const headers: [header: Value, message: string][] = [
    [{ "X-A": "a\r\nSet-Cookie: b" }, 'invalid character "\\r" in header X-A'],
    [{ "X-A": "a\nb" }, '"\\n"'],
    [{ "X-A": "a\0b" }, '"\\u0000"'],
    [{ "X-A": ["fine", "a\x7f"] }, "in header X-A"],
    [{ "X-A": "漢" }, '"漢"'],
    [{ "X-A": {} }, "invalid value of header X-A, map: expected text"],
    [{ "X-A": [["a"]] }, "invalid value of header X-A, list: expected text"],
    [{ "X-A": bytes }, "invalid value of header X-A, bytes: expected text"],
    [{ "X-A": new Date(NaN) }, "invalid date in header X-A"],
    [{ "X A": "x" }, 'invalid header name "X A"'],
    [{ "": "x" }, 'invalid header name ""'],
    [{ "X-A\r\nB": "x" }, "invalid header name"],
    [{ "X-Ä": "x" }, "invalid header name"],
    ["x", "invalid header, text: expected a map"],
    [["a"], "invalid header, list: expected a map"],
    [1, "invalid header, number: expected a map"],
  ];
  for (const [header, message] of headers) {
    const response = respond({ status: 200, header, body: "secret" });
    assertEquals([response.status, contentType(response)], [500, JSON_TYPE]);
    assert(!String(response.body).includes("secret"));
    assertStringIncludes(response.error!.message, message);
  }
});

Deno.test("what is sent as a header can be sent by the platform", () => {
  for (let code = 0; code < 0x180; code++) {
    const response = respond({ status: 204, header: { "X-A": `a${String.fromCharCode(code)}b` } });
    if (response.error === undefined) new Headers(headersOf(response));
    assertEquals(
      response.error === undefined,
      code === 9 || (code >= 0x20 && code !== 0x7f && code <= 0xff),
      String(code),
    );
  }
});

Deno.test("__proto__ is a header and a key like any other", () => {
  const header: Record<string, Value> = {};
  setKey(header, "__proto__", "x");
  assertEquals(respond({ header }).headers, ["__proto__", "x"]);
  const answer: Record<string, Value> = { body: 1 };
  setKey(answer, "__proto__", { status: 500 });
  assertEquals(respond(answer), {
    status: 200,
    headers: ["content-type", JSON_TYPE],
    body: '{"body":1,"__proto__":{"status":500}}',
  });
});

Deno.test("the type is the value's own as long as the client accepts it", () => {
  const own: [accept: string, text: string, map: string][] = [
    ["*/*", TEXT, JSON_TYPE],
    ["", TEXT, JSON_TYPE],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", TEXT, JSON_TYPE],
    ["application/json, text/plain, */*", TEXT, JSON_TYPE],
    ["text/*", TEXT, JSON_TYPE],
    ["text/plain", TEXT, JSON_TYPE],
    ["Text/Plain; charset=UTF-8", TEXT, JSON_TYPE],
    ["application/json", JSON_TYPE, JSON_TYPE],
    ["application/json;q=0.1, image/png", JSON_TYPE, JSON_TYPE],
    ["application/*", JSON_TYPE, JSON_TYPE],
    ["application/json, text/plain;q=0", JSON_TYPE, JSON_TYPE],
    [FORM, TEXT, FORM],
    [`${FORM}, application/json;q=0.1`, JSON_TYPE, JSON_TYPE],
    ["*/*, application/json;q=0", TEXT, FORM],
    ["text/html", TEXT, JSON_TYPE],
    ["image/png;q=nonsense;;,,=", TEXT, JSON_TYPE],
  ];
  for (const [accept, text, map] of own) {
    for (let repeat = 0; repeat < 2; repeat++) {
      assertEquals([contentType(respond("a", accept)), contentType(respond({ a: 1 }, accept))], [text, map], accept);
    }
  }
});

Deno.test("a value is written as the type that was agreed on", () => {
  assertEquals(respond('a"b', "application/json").body, '"a\\"b"');
  assertEquals(respond({ a: ["x y", 1], b: true }, FORM).body, "a=x+y&a=1&b=true");
  assertEquals([respond(5, "text/plain").headers, respond(5, "text/plain").body], [["content-type", TEXT], "5"]);
  // What has no form goes as JSON, and a list is neither form nor text.
  assertEquals(respond({ a: { b: 1 } }, FORM), {
    status: 200,
    headers: ["content-type", JSON_TYPE],
    body: '{"a":{"b":1}}',
  });
  assertEquals(contentType(respond([1], `${FORM}, text/plain`)), JSON_TYPE);
  assertEquals(respond(bytes, "application/json"), {
    status: 200,
    headers: ["content-type", "application/octet-stream"],
    body: bytes,
  });
  assertEquals(respond({ status: 201, body: "a" }, "application/json").body, '"a"');
});

Deno.test("a content type of the answer's own wins and says how to write the body", () => {
  const sent = (type: string, body: Value) => {
    const response = respond({ header: { "content-TYPE": type }, body }, "application/json");
    if (response.error === undefined) assertEquals(response.headers, ["content-type", type]);
    return response.body;
  };
  assertEquals(sent("text/html", "<p>"), "<p>");
  assertEquals(sent("application/json", '{"already":"JSON"}'), '{"already":"JSON"}');
  assertEquals(sent("application/json", bytes), bytes);
  assertEquals(sent("image/png", bytes), bytes);
  assertEquals(sent("application/problem+json", { a: 1n }), '{"a":1}');
  assertEquals(sent("application/json", failure("broken")), '"broken"');
  assertEquals(sent("application/json", date), '"2024-01-02T03:04:05.000Z"');
  assertEquals(sent("text/plain", failure("broken")), "broken");
  assertEquals(sent("text/plain", date), "2024-01-02T03:04:05.000Z");
  assertEquals(sent("text/plain", 5), "5");
  assertEquals(sent("text/plain", { a: 1 }), '{"a":1}');
  assertEquals(sent("nonsense", [1]), "[1]");
  assertEquals(sent(FORM, { a: ["1", "2"] }), "a=1&a=2");
  assertEquals(sent(FORM, "a=1"), "a=1");
  const rejected = respond({ header: { "Content-Type": FORM }, body: [1] });
  assertEquals(rejected.status, 500);
  assertStringIncludes(rejected.error!.message, "invalid form: expected a map");
  // Of several, the last; without a body it is kept.
  assertEquals(respond({ header: { "Content-Type": ["a/b", "c/d"] }, body: "x" }).headers, ["content-type", "c/d"]);
  assertEquals(respond({ header: { "Content-Type": "a/b" } }), {
    status: 200,
    headers: ["content-type", "a/b"],
    body: null,
  });
});

Deno.test("an error is 500 with the process, and nothing of the error", () => {
  const error = failure<string>("password is hunter2", {
    code: "oops",
    details: { secret: "hunter2" },
    cause: failure("hunter2"),
    position: "flow.yaml:1:2",
  });
  const response = respond(error, "text/plain");
  assertEquals(response.status, 500);
  assertEquals(response.headers, ["content-type", JSON_TYPE]);
  assertEquals(response.body, `{"error":"Internal Server Error","process":"${process}"}`);
  assertStrictEquals(response.error, error);
});

Deno.test("an error chooses its status, and tells no more than before", () => {
  const chosen = failure<string>("hunter2", { code: "oops", details: { status: 404 } });
  assertEquals([respond(chosen).status, respond(chosen).body], [404, `{"error":"Not Found","process":"${process}"}`]);
  assertEquals(respond(failure("outer", { cause: chosen })).status, 500);
  assertEquals(respond(failure("x", { details: { status: 599 } })).status, 599);
  for (const status of [200, 399, 600, 404.5, "404"]) {
    assertEquals(respond(failure("x", { details: { status } })).status, 500, String(status));
  }
});

Deno.test("a status may be a string of digits", () => {
  assertEquals([respond({ status: "404", body: "x" }).status, respond({ status: "404", body: "x" }).body], [404, "x"]);
  assertEquals(respond({ status: "99" }).status, 500);
});

Deno.test("a Content-Encoding encodes text and data, and leaves bytes alone", () => {
  const sent = (encoding: Value, body: Value) => respond({ header: { "Content-Encoding": encoding }, body });
  assertEquals(gunzipSync(sent("gzip", "pöng").body as Uint8Array).toString(), "pöng");
  assertEquals(inflateSync(sent("deflate", { a: 1 }).body as Uint8Array).toString(), '{"a":1}');
  assertEquals([sent("identity", "x").body, sent("gzip", bytes).body, sent("br", bytes).body], ["x", bytes, bytes]);
  assertEquals(brotliDecompressSync(sent("br", "pöng").body as Uint8Array).toString(), "pöng");
  for (const encoding of ["zstd", "gzip, deflate", ["gzip", "gzip"]]) {
    const response = sent(encoding, "x");
    assertEquals(response.status, 500);
    assertStringIncludes(response.error!.message, "of a body of text: expected gzip, deflate or br");
  }
});

Deno.test("an engine's code alone chooses no status", () => {
  for (
    const error of [
      failure("x", { code: "bad_request" }),
      failure<string>("x", { code: "__proto__" }),
      failure("x", { code: "too_large" }),
    ]
  ) assertEquals(respond(error).status, 500);
});

Deno.test("an HTTP error is answered with its status and message", () => {
  const unreadable = (headers: string, body: string) => {
    const raw = {
      method: "POST",
      url: "http://a/",
      protocol: "HTTP/1.1",
      headers,
      body: new TextEncoder().encode(body),
    };
    try {
      return requestPayload(raw).body!;
    } catch (error) {
      return error as Error;
    }
  };
  const json = unreadable("\ncontent-type:application/json", "{");
  assertEquals(respond(json).status, 400);
  assertStringIncludes(String(respond(json).body), '{"error":"the body is not JSON: ');
  assertStrictEquals(respond(json).error, json);
  assertEquals(respond(unreadable("\ncontent-encoding:x", "{")).status, 415);
  assertEquals(respond(bodyTooLarge(5)).body, '{"error":"the body is larger than 5 bytes"}');
  assertEquals(respond(bodyTooLarge(5)).status, 413);
  // Wrapped by the node that read it, or one of several answers.
  assertEquals(respond(failure("snippet hello", { cause: badRequest("why") })).body, '{"error":"why"}');
  assertEquals(respond(merge([failure("other"), badRequest("why")])).status, 400);
  const cycle = failure("a");
  cycle.cause = failure("b", { cause: cycle });
  assertEquals(respond(cycle).status, 500);
});

Deno.test("an answer that contains an undecodable body is that HTTP error", () => {
  const raw = { method: "POST", url: "http://a/", protocol: "HTTP/1.1", headers: "\ncontent-type:application/json" };
  const payload = requestPayload({ ...raw, body: new TextEncoder().encode("{") });
  assertEquals(respond(payload).status, 400);
  const good = requestPayload({ ...raw, body: new TextEncoder().encode("[1]") });
  assertEquals(JSON.parse(String(respond(good).body)).body, [1]);
});

Deno.test("in development an error answer tells all", () => {
  const error = failure("outer", {
    position: "flow.yaml:3:7",
    cause: failure("middle", { cause: new Error("inner") }),
  });
  error.path = ["web.out", "hello"];
  const response = encodeResponse(error, { method: "GET" }, { process, dev: true });
  assertEquals(JSON.parse(String(response.body)), {
    error: "Internal Server Error",
    process,
    message: "outer",
    position: "flow.yaml:3:7",
    path: ["web.out", "hello"],
    cause: "middle: inner",
  });
  const bare = encodeResponse(new Error("x"), { method: "GET" }, { process, dev: true });
  assertEquals(JSON.parse(String(bare.body)), { error: "Internal Server Error", process, message: "x" });
});

Deno.test("HEAD has the header that GET would have, and no body", () => {
  const answers: [answer: Answer, length: number][] = [
    ["pöng", 5],
    ["", 0],
    [{ a: "漢" }, 11],
    [bytes, 3],
    [failure("x"), `{"error":"Internal Server Error","process":"${process}"}`.length],
    [{ status: 404, header: { A: "b" }, body: "x" }, 1],
  ];
  for (const [answer, length] of answers) {
    const get = respond(answer), head = respond(answer, undefined, "HEAD");
    assertEquals(head, { ...get, headers: [...get.headers, "content-length", String(length)], body: null });
  }
  for (const answer of [NONE, { status: 304 }, { status: 200 }] satisfies Answer[]) {
    assertEquals(respond(answer, undefined, "HEAD"), respond(answer));
  }
  assertEquals(respond(Stream.of(1), undefined, "HEAD").headers, ["content-type", "application/octet-stream"]);
});

Deno.test("every response is one that the platform can send", () => {
  const answers: Answer[] = ["x", null, NONE, { status: 204, body: "x" }, { status: 304 }, failure("x"), bytes, {
    status: 599,
  }];
  for (const answer of answers) {
    for (const method of ["GET", "HEAD"]) {
      const { status, body, ...response } = respond(answer, undefined, method);
      new Response(body as BodyInit | null, { status, headers: headersOf({ ...response, status, body }) });
    }
  }
});
