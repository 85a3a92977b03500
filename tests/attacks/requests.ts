import type { Attack } from "./attack.ts";

const range = (count: number, make: (index: number) => string, by = ""): string =>
  Array.from({ length: count }, (_, i) => make(i)).join(by);
const json = { "content-type": "application/json" };
/** Reads all that a request has. */
const READS =
  "const { query, header, body, path } = request; return Object.keys({ ...query, ...header }).length + JSON.stringify(body ?? null).length + path.length";

function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
}

const bomb = await gzip(new Uint8Array(5e7));
const bombOfBombs = await gzip(await gzip(await gzip(bomb)));
const boundary = { "content-type": "multipart/form-data; boundary=b" };

/** Requests that are too large, malformed, or never end. */
export const REQUESTS: readonly Attack[] = [
  { name: "a body of ten megabytes", run: READS, request: { body: "x".repeat(1e7) } },
  { name: "a body of JSON that is nested", run: READS, request: { headers: json, body: "[".repeat(1e6) } },
  {
    name: "a body of JSON of many values",
    run: READS,
    request: { headers: json, body: `[${range(500_000, () => "1", ",")}]`, times: 5 },
  },
  {
    name: "a body of JSON with many keys",
    run: READS,
    request: { headers: json, body: `{${range(80_000, (n) => `"k${n}":1`, ",")}}`, times: 5 },
  },
  {
    name: "a body of JSON with numeric keys that are far apart",
    run: READS,
    request: { headers: json, body: `{${range(60_000, (n) => `"${n * 65_537}":1`, ",")}}` },
  },
  {
    name: "a body of JSON with a key called __proto__",
    run: READS,
    request: {
      headers: json,
      body: '{"__proto__":{"then":{},"length":1e9},"constructor":null,"hasOwnProperty":1,"toJSON":1}',
    },
  },
  {
    name: "a body of JSON with a number without end",
    run: READS,
    request: { headers: json, body: `[1e${"9".repeat(5e5)}, ${"9".repeat(4e5)}]` },
  },
  {
    name: "a form of many fields",
    run: READS,
    request: {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: range(200_000, () => "a=b", "&"),
      times: 5,
    },
  },
  {
    name: "a form of fields called __proto__",
    run: READS,
    request: {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: range(50_000, () => "__proto__=b", "&"),
    },
  },
  {
    name: "a form of percent signs",
    run: READS,
    request: { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "%".repeat(900_000) },
  },
  {
    name: "a form of a hundred thousand parts",
    run: READS,
    request: {
      headers: boundary,
      body: `${"--b\r\ncontent-disposition: form-data; name=a\r\n\r\n\r\n".repeat(18_000)}--b--`,
    },
  },
  {
    name: "a form of parts that never begin",
    run: READS,
    request: { headers: boundary, body: "--b\r\n".repeat(180_000) },
  },
  {
    name: "a form with a boundary that is everywhere",
    run: READS,
    request: { headers: { "content-type": `multipart/form-data; boundary=${"-".repeat(70)}` }, body: "-".repeat(1e6) },
  },
  {
    name: "a form with headers without end",
    run: READS,
    request: { headers: boundary, body: `--b\r\n${"x: y\r\n".repeat(150_000)}` },
  },
  { name: "a gzip bomb", run: READS, request: { headers: { "content-encoding": "gzip" }, body: bomb, times: 5 } },
  {
    name: "a gzip bomb of gzip bombs",
    run: READS,
    request: { headers: { "content-encoding": "gzip, gzip, gzip, gzip" }, body: bombOfBombs, times: 5 },
  },
  {
    name: "a body that is not what it says",
    run: READS,
    request: { headers: { "content-encoding": "gzip", ...json }, body: "\0".repeat(1e6) },
  },
  {
    name: "a body in encodings without end",
    run: READS,
    request: { headers: { "content-encoding": Array(500).fill("gzip").join(", ") }, body: bomb },
  },
  {
    name: "a body in an encoding that does not exist",
    run: READS,
    request: { headers: { "content-type": "text/plain; charset=" + "x".repeat(5_000) }, body: "é".repeat(4e5) },
  },
  { name: "a query of many fields", run: READS, request: { path: `?${range(7_000, (n) => `a${n}=b`, "&")}` } },
  { name: "a query of one field, many times", run: READS, request: { path: `?${range(15_000, () => "a=b", "&")}` } },
  { name: "a query of percent signs", run: READS, request: { path: `?a=${"%".repeat(50_000)}` } },
  {
    name: "a query of patterns and quotes",
    run: READS,
    request: { path: "?__proto__=1&constructor=2&a[b][c]=3&a[]=4&%00=%00&%ff=%ff" },
  },
  { name: "a path that is long", run: READS, request: { path: `/${"x".repeat(60_000)}` } },
  { name: "a path of slashes", run: READS, request: { path: "/".repeat(60_000) } },
  { name: "a path of dots", run: READS, request: { path: "/..".repeat(15_000) } },
  {
    name: "headers by the hundred",
    run: READS,
    request: { headers: Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`x-${n}`, "y".repeat(200)])) },
  },
  {
    name: "types to accept by the thousand",
    run: "return { a: 1 }",
    request: {
      headers: {
        accept: range(3_000, (n) => `a/b${n};q=0.${n}`, ","),
        "accept-encoding": range(1_000, (n) => `x${n};q=0.1`, ","),
      },
      times: 20,
    },
  },
  {
    name: "cookies by the thousand",
    run: READS,
    request: { headers: { cookie: range(3_000, (n) => `a${n}=b`, "; ") } },
  },
  {
    name: "a type that is a riddle",
    run: READS,
    request: { headers: { "content-type": `multipart/form-data; ${'a="\\\\"; '.repeat(3_000)}` }, body: "x" },
  },
  { name: "a method that nobody knows", run: READS, request: { method: "X".repeat(500) } },
  {
    name: "bodies in a flood",
    run: READS,
    request: { headers: json, body: JSON.stringify(Array(1e5).fill("abcde")), times: 60 },
  },
  { name: "requests in a flood", run: READS, request: { times: 2_000 } },
  // connections
  {
    name: "a header of a megabyte",
    run: READS,
    request: { raw: ["GET {path} HTTP/1.1\r\nhost: a\r\nx: ", "y".repeat(1e6), "\r\n\r\n"] },
  },
  {
    name: "a hundred thousand headers of a request",
    run: READS,
    request: { raw: ["GET {path} HTTP/1.1\r\nhost: a\r\n", "x: y\r\n".repeat(1e5), "\r\n"] },
  },
  {
    name: "a target of a megabyte",
    run: READS,
    request: { raw: [`GET {path}?${"x".repeat(1e6)} HTTP/1.1\r\nhost: a\r\n\r\n`] },
  },
  {
    name: "half a request, on two hundred connections",
    run: READS,
    request: { raw: ["GET {path} HTTP/1.1\r\nhost:"], connections: 200, open: 1_000 },
  },
  { name: "nothing, on two hundred connections", run: READS, request: { raw: [], connections: 200, open: 1_000 } },
  {
    name: "bodies that stay away, on two hundred connections",
    run: READS,
    request: {
      raw: ["POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\nx"],
      connections: 200,
      open: 1_000,
    },
  },
  {
    name: "bodies that end early, on a hundred connections",
    run: READS,
    request: { raw: ["POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\nx"], connections: 100, open: 0 },
  },
  {
    name: "a chunk of a length that is none",
    run: READS,
    request: { raw: ["POST {path} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\nx"] },
  },
  {
    name: "chunks of one byte",
    run: READS,
    request: {
      raw: [
        "POST {path} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n",
        "1\r\nx\r\n".repeat(200_000),
        "0\r\n\r\n",
      ],
    },
  },
  {
    name: "chunks with extensions",
    run: READS,
    request: {
      raw: [
        "POST {path} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n",
        `1;${"x".repeat(1e6)}\r\nx\r\n0\r\n\r\n`,
      ],
    },
  },
  {
    name: "trailers without end",
    run: READS,
    request: {
      raw: [
        "POST {path} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n",
        "x: y\r\n".repeat(1e5),
        "\r\n",
      ],
    },
  },
  {
    name: "two lengths",
    run: READS,
    request: { raw: ["POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx"] },
  },
  {
    name: "a length and chunks, in a request",
    run: READS,
    request: {
      raw: [
        "POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET {path} HTTP/1.1\r\nhost: a\r\n\r\n",
      ],
    },
  },
  {
    name: "a thousand requests on one connection",
    run: READS,
    request: { raw: ["GET {path} HTTP/1.1\r\nhost: a\r\n\r\n".repeat(1_000)] },
  },
  {
    name: "loops on one connection, whose client reads nothing",
    run: "return 'x'.repeat(1e6)",
    request: { raw: ["GET {path} HTTP/1.1\r\nhost: a\r\n\r\n".repeat(100)], open: 1_000 },
  },
  {
    name: "the preface of HTTP/2, and nonsense",
    run: READS,
    request: { raw: ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", new Uint8Array(1e5).fill(255)] },
  },
  {
    name: "resets of streams of HTTP/2",
    run: READS,
    request: {
      raw: [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        new Uint8Array([0, 0, 0, 4, 0, 0, 0, 0, 0]),
        new Uint8Array(
          Array.from(
            { length: 5_000 },
            (
              _,
              n,
            ) => [
              0,
              0,
              1,
              1,
              5,
              0,
              0,
              (n * 2 + 1) >> 8,
              (n * 2 + 1) & 255,
              0x82,
              0,
              0,
              4,
              3,
              0,
              0,
              0,
              (n * 2 + 1) >> 8,
              (n * 2 + 1) & 255,
              0,
              0,
              0,
              8,
            ],
          ).flat(),
        ),
      ],
    },
  },
  {
    name: "a handshake of TLS",
    run: READS,
    request: { raw: [new Uint8Array([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]), new Uint8Array(500)] },
  },
  { name: "zeros", run: READS, request: { raw: [new Uint8Array(1e6)] } },
  {
    name: "an upgrade to nothing",
    run: READS,
    request: {
      raw: [
        "GET {path} HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket, h2c, x\r\nhttp2-settings: x\r\n\r\n",
      ],
      connections: 20,
    },
  },
  {
    name: "an expectation of a continuation",
    run: READS,
    request: {
      raw: ["POST {path} HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 1000000\r\n\r\n"],
      connections: 50,
    },
  },
  {
    name: "a host of nonsense",
    run: READS,
    request: { raw: ["GET {path} HTTP/1.1\r\nhost: [::1]:99999/../@?#\r\n\r\n"] },
  },
  {
    name: "a target that is a whole URL",
    run: READS,
    request: {
      raw: [
        "GET http://[::::]/../{path} HTTP/1.1\r\nhost: a\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n",
      ],
    },
  },
  // bodies that pass through
  { name: "a large body is echoed", run: "return request.body", request: { body: "é".repeat(5e5), times: 30 } },
  {
    name: "a body is kept and doubled",
    run: "let b = request.body; for (;;) b += b",
    request: { body: "x".repeat(1e6) },
  },
  {
    name: "a body that is a pattern",
    run: "new RegExp(request.body).test('a'.repeat(50))",
    request: { body: "(a+)+".repeat(1e5) + "$" },
  },
];
