import { assert, assertEquals, assertThrows } from "@std/assert";
import zlib from "node:zlib";
import { type Failure, lazyParts, type Value } from "../value/mod.ts";
import { headerText, requestPayload } from "./mod.ts";

const encoder = new TextEncoder();

interface Sent {
  type?: string | undefined;
  encoding?: string;
  maxBody?: number;
}

function bodyOf(body: string | Uint8Array | null, { type, encoding, maxBody }: Sent = {}): Value {
  const headers: [string, string][] = [["host", "localhost"]];
  if (type !== undefined) headers.push(["content-type", type]);
  if (encoding !== undefined) headers.push(["content-encoding", encoding]);
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const raw = {
    method: "POST",
    url: "http://localhost/",
    protocol: "HTTP/1.1",
    headers: headerText(headers),
    body: bytes,
  };
  return requestPayload(maxBody === undefined ? raw : { ...raw, maxBody }).body!;
}

function errorOf(run: () => unknown): [status: Value | undefined, code: string | undefined, message: string] {
  const error: Failure = assertThrows(run, Error);
  assertEquals((error.cause as Error).message, "invalid argument");
  return [(error.details as { status: Value }).status, error.code, error.message];
}

Deno.test("a body is decoded by its type", () => {
  const latin1 = new Uint8Array([0x63, 0xe9]);
  const cases: [body: string | Uint8Array, type: string | undefined, value: Value][] = [
    ['{"a":[1,true,null]}', "application/json", { a: [1, true, null] }],
    ["1", "application/problem+json", 1],
    ['"é"', 'application/json; charset="utf-8"', "é"],
    ["\uFEFF[]", "application/json", []],
    ["a=1&a=2", "application/x-www-form-urlencoded", { a: ["1", "2"] }],
    ["a=%C3%A9", "application/x-www-form-urlencoded;charset=UTF-8", { a: ["é"] }],
    ["é", "text/plain", "é"],
    ["é", "text/plain; charset=utf8", "é"],
    ["a,b", "text/csv", "a,b"],
    ["<a/>", "application/xml", "<a/>"],
    ["<a/>", "image/svg+xml", "<a/>"],
    [latin1, "text/plain; charset=latin1", "cé"],
    [latin1, "text/plain; charset=ISO-8859-1", "cé"],
    [new Uint8Array([0xb0, 0xa1]), "text/plain; charset=euc-kr", "가"],
    [new Uint8Array([0x41, 0, 0xe9, 0]), "text/plain; charset=utf-16le", "Aé"],
    [new Uint8Array([0xff, 0xfe, 0x41, 0]), "text/plain; charset=utf-16", "A"],
    [new Uint8Array([0xfe, 0xff, 0, 0x41]), "text/plain; charset=utf-16", "A"],
    [new Uint8Array([0x22, 0xe9, 0x22]), "application/json; charset=latin1", "é"],
    ["abc", "application/octet-stream", encoder.encode("abc")],
    ["abc", "image/png", encoder.encode("abc")],
    ["abc", undefined, encoder.encode("abc")],
    ["abc", "nonsense", encoder.encode("abc")],
    ["--x--", "multipart/form-data; boundary=x", { values: {}, files: {} }],
  ];
  for (const [body, type, value] of cases) assertEquals(bodyOf(body, { type }), value, `${type}`);
});

Deno.test("no body is null, whatever its type and encoding", () => {
  for (
    const type of [
      undefined,
      "application/json",
      "text/plain",
      "multipart/form-data",
      "image/png",
      "text/plain; charset=x",
    ]
  ) {
    assertEquals(bodyOf(null, { type }), null);
    assertEquals(bodyOf("", { type, encoding: "gzip" }), null);
  }
});

Deno.test("a body that is not what it claims is 400", () => {
  const bad = new Uint8Array([0x22, 0xff, 0x22]);
  const cases: [body: string | Uint8Array, type: string, message: string][] = [
    ["{", "application/json", "the body is not JSON: "],
    [" ", "application/json", "the body is not JSON: "],
    [bad, "application/json", "the body is not UTF-8 text"],
    [bad, "text/plain", "the body is not UTF-8 text"],
    [bad, "application/x-www-form-urlencoded", "the body is not UTF-8 text"],
    [bad, "text/plain; charset=utf-16", "the body is not utf-16 text"],
    ["x", "multipart/form-data; boundary=b", "the body ends before its last boundary"],
    ["[".repeat(100_000) + "]".repeat(100_000), "application/json", "nested deeper than 200"],
  ];
  for (const [body, type, text] of cases) {
    const [status, code, message] = errorOf(() => bodyOf(body, { type }));
    assertEquals([status, code], [400, "bad_request"]);
    assert(message.includes(text), message);
  }
});

Deno.test("a charset that is not known is 415", () => {
  for (
    const type of ["text/plain; charset=klingon", "application/json; charset=x", "text/plain; charset=iso-2022-kr"]
  ) {
    assertEquals(errorOf(() => bodyOf("a", { type })).slice(0, 2), [415, "unsupported_media_type"]);
  }
});

Deno.test("what nobody reads is no error", () => {
  const payload = requestPayload({
    method: "POST",
    url: "http://localhost/",
    protocol: "HTTP/1.1",
    headers: headerText([["content-type", "application/json"], ["content-encoding", "nonsense"]]),
    body: encoder.encode("{"),
  });
  assertEquals([payload.method, payload.path], ["POST", "/"]);
  assert("body" in payload);
  assertEquals(lazyParts(payload)!.lazy.body!.decoder, "content");
  assertThrows(() => payload.body);
});

Deno.test("__proto__ is a key like any other in JSON and forms", () => {
  for (
    const [body, type] of [['{"__proto__":{"x":1}}', "application/json"], [
      "__proto__=1",
      "application/x-www-form-urlencoded",
    ]]
  ) {
    const value = bodyOf(body!, { type }) as Record<string, Value>;
    assertEquals(Object.keys(value), ["__proto__"]);
    assertEquals(Object.getPrototypeOf(value), Object.prototype);
  }
});

const TEXT = "text of some length ".repeat(20);
const type = "text/plain";

Deno.test("content encodings are undone, the last applied first", () => {
  const plain = encoder.encode(TEXT);
  const cases: [encoding: string, body: Uint8Array][] = [
    ["identity", plain],
    ["", plain],
    ["gzip", zlib.gzipSync(plain)],
    ["X-GZIP", zlib.gzipSync(plain)],
    ["deflate", zlib.deflateSync(plain)],
    ["deflate", zlib.deflateSync(plain, { level: 1 })],
    ["deflate", zlib.deflateRawSync(plain)],
    ["gzip, deflate", zlib.deflateSync(zlib.gzipSync(plain))],
    ["deflate , identity,GZIP", zlib.gzipSync(zlib.deflateSync(plain))],
  ];
  for (const [encoding, body] of cases) {
    assertEquals(bodyOf(body, { type, encoding }), TEXT, encoding);
    assertEquals(bodyOf(body, { encoding }), plain, encoding);
  }
  assertEquals(bodyOf(zlib.gzipSync("{}"), { type: "application/json", encoding: "gzip" }), {});
  assertEquals(bodyOf(zlib.gzipSync(""), { type: "application/json", encoding: "gzip" }), null);
  const bytes = bodyOf(zlib.gzipSync(plain), { encoding: "gzip" }) as Uint8Array;
  assertEquals([bytes.constructor, bytes.buffer.byteLength], [Uint8Array, plain.length]);
});

Deno.test("an encoding that is not known, or too many of them, is 415", () => {
  for (const encoding of ["compress", "br", "gzip, x", "zstd", "gzip,".repeat(5), "__proto__"]) {
    assertEquals(errorOf(() => bodyOf("a", { type, encoding })).slice(0, 2), [415, "unsupported_media_type"]);
  }
});

Deno.test("bytes that are not so encoded are 400", () => {
  const gzip = zlib.gzipSync(TEXT);
  for (
    const [body, encoding] of [
      [encoder.encode("plain"), "gzip"],
      [new Uint8Array([0xff, 0xff, 0xff]), "deflate"],
      [gzip.subarray(0, gzip.length - 5), "gzip"],
      [gzip, "deflate, gzip"],
    ] as const
  ) {
    const [status, , message] = errorOf(() => bodyOf(body, { type, encoding }));
    assertEquals(status, 400, encoding);
    assert(message.startsWith("the body is not "), message);
  }
});

Deno.test("a body may grow to maxBody when decompressed, and a bomb is 413 at once", () => {
  const zeros = new Uint8Array(64 * 1024 * 1024);
  const bombs: [string, Uint8Array][] = [
    ["gzip", zlib.gzipSync(zeros)],
    ["deflate", zlib.deflateSync(zeros)],
    ["deflate", zlib.deflateRawSync(zeros)],
    ["gzip, gzip", zlib.gzipSync(zlib.gzipSync(zeros))],
  ];
  for (const [encoding, body] of bombs) {
    const start = performance.now();
    assertEquals(errorOf(() => bodyOf(body, { encoding })), [
      413,
      "too_large",
      "the body is larger than 1048576 bytes",
    ]);
    assert(performance.now() - start < 30_000, `${encoding}: ${performance.now() - start} ms`);
  }
  const exact = zlib.gzipSync(zeros.subarray(0, 1000));
  assertEquals((bodyOf(exact, { encoding: "gzip", maxBody: 1000 }) as Uint8Array).length, 1000);
  assertEquals(errorOf(() => bodyOf(exact, { encoding: "gzip", maxBody: 999 }))[0], 413);
});
