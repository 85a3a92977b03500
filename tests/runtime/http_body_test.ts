import { assertEquals, assertMatch } from "@std/assert";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { RawConnection } from "./raw_connection.ts";
import { World } from "./world.ts";

// Bodies of every kind on their way in: `/read` answers what it made of one, `/ignore` does not look at it.
const MAX_BODY = 4096;
const NODES = JSON.stringify([
  {
    kind: "listener",
    name: "web",
    port: 0,
    maxBody: MAX_BODY,
    timeout: "400ms",
    links: { out: [{ name: "router", port: "in" }] },
  },
  {
    kind: "router",
    name: "router",
    routes: [{ path: "/read", port: "out[0]" }, { path: "/ignore", port: "out[1]" }, { path: "/cel", port: "out[2]" }],
    links: {
      "out[0]": [{ name: "read", port: "in" }],
      "out[1]": [{ name: "ignore", port: "in" }],
      "out[2]": [{ name: "cel", port: "in" }],
    },
  },
  {
    kind: "snippet",
    name: "read",
    language: "javascript",
    code: `export default ({ body }) => body instanceof Uint8Array ? { bytes: [...body] } : { value: body }`,
  },
  { kind: "snippet", name: "ignore", language: "javascript", code: "export default ({ method }) => method" },
  { kind: "snippet", name: "cel", language: "cel", code: "has(self.body) ? self.body : null" },
]);

const utf8 = (text: string) => new TextEncoder().encode(text);

Deno.test("bodies on their way in", async (t) => {
  await using world = await World.start(NODES);
  const [url] = await world.runtime.sockets.urls();
  const post = async (body: BodyInit | null, headers: Record<string, string> = {}, path = "/read") => {
    const { status, text } = await world.fetch(path, { method: "POST", body, headers });
    return { status, answer: JSON.parse(text) };
  };
  const as = (type: string, body: BodyInit) => post(body, { "content-type": type });

  await t.step("by content type: JSON, form, text, bytes, none", async () => {
    const value = async (type: string, body: BodyInit) => (await as(type, body)).answer.value;
    assertEquals(
      await value("application/json", '{"a":[1,null,"ü"],"__proto__":1}'),
      JSON.parse('{"a":[1,null,"ü"],"__proto__":1}'),
    );
    assertEquals(await value("application/problem+json; charset=utf-8", "[1]"), [1]);
    assertEquals(await value("application/x-www-form-urlencoded", "a=1&a=2&b=x+y"), { a: ["1", "2"], b: ["x y"] });
    assertEquals(await value("text/plain", "grüß"), "grüß");
    assertEquals(await value("text/plain; charset=latin1", new Uint8Array([0x67, 0x72, 0xfc])), "grü");
    assertEquals(await value("application/xml", "<a/>"), "<a/>");
    assertEquals((await as("application/octet-stream", new Uint8Array([0, 255]))).answer, { bytes: [0, 255] });
    assertEquals((await as("image/png", new Uint8Array([1]))).answer, { bytes: [1] });
    assertEquals((await post(null)).answer, { value: null });
    assertEquals((await as("application/json", "")).answer, { value: null });
  });

  await t.step("multipart: values and files by name", async () => {
    const form = new FormData();
    form.append("name", "wéft");
    form.append("name", "two");
    form.append("file", new File(["a,b"], "täble.csv", { type: "text/csv" }));
    const { answer } = await post(form);
    assertEquals(answer.value.values, { name: ["wéft", "two"] });
    const [{ filename, size, data }] = answer.value.files.file;
    assertEquals([filename, size, data], ["täble.csv", 3, "a,b"]);
  });

  await t.step("compressed, as the header says", async () => {
    const text = JSON.stringify("x".repeat(2000));
    const encoded = { gzip: gzipSync(text), "x-gzip": gzipSync(text), deflate: deflateSync(text) };
    for (const [encoding, bytes] of [...Object.entries(encoded), ["deflate", deflateRawSync(text)] as const]) {
      const { answer } = await post(new Uint8Array(bytes), {
        "content-type": "application/json",
        "content-encoding": encoding,
      });
      assertEquals(answer.value, "x".repeat(2000), encoding);
    }
  });

  await t.step("400 with the reason for one that is not what it claims", async () => {
    for (
      const [type, body, why] of [
        ["application/json", '{"a":', /the body is not JSON/],
        ["application/json", "[".repeat(300) + "]".repeat(300), /nested deeper than 200/],
        ["application/json", new Uint8Array([0x22, 0xff, 0x22]), /not UTF-8/],
        ["text/plain", new Uint8Array([0xff]), /not UTF-8/],
        ["multipart/form-data", "a", /boundary/],
        ["multipart/form-data; boundary=x", "--y", /./],
      ] as const
    ) {
      const { status, answer } = await as(type, body);
      assertEquals([status, Object.keys(answer)], [400, ["error"]], `${type}: ${JSON.stringify(answer)}`);
      assertMatch(answer.error, why);
    }
    const cut = new Uint8Array(gzipSync("cut off").subarray(0, 15));
    for (
      const [encoding, body, why] of [
        ["gzip", utf8("no gzip"), "incorrect header check"],
        ["gzip", cut, "unexpected end of file"],
        ["deflate", new Uint8Array(deflateSync("cut off").subarray(0, 8)), "unexpected end of file"],
        ["deflate", new Uint8Array([0xff, 0xff, 3]), "invalid block type"],
      ] as const
    ) {
      const { status, answer } = await post(body, { "content-type": "text/plain", "content-encoding": encoding });
      assertEquals([status, answer], [400, { error: `the body is not valid ${encoding}: ${why}` }]);
    }
  });

  await t.step("but not while nobody reads it", async () => {
    for (const [type, body] of [["application/json", '{"a":'], ["text/plain", new Uint8Array([0xff])]] as const) {
      const { status, text } = await world.fetch("/ignore", {
        method: "POST",
        headers: { "content-type": type },
        body,
      });
      assertEquals([status, text], [200, "POST"]);
    }
  });

  await t.step("CEL reads it like anything else", async () => {
    assertEquals(await post('{"n":1}', { "content-type": "application/json" }, "/cel"), {
      status: 200,
      answer: { n: 1 },
    });
    assertEquals(await post(null, {}, "/cel"), { status: 200, answer: null });
    assertEquals((await post('{"n":', { "content-type": "application/json" }, "/cel")).status, 400);
  });

  await t.step("415 for an encoding or a charset that is not known", async () => {
    for (
      const headers of [
        { "content-type": "text/plain", "content-encoding": "br" },
        { "content-type": "text/plain", "content-encoding": "zstd" },
        { "content-type": "text/plain; charset=klingon" },
      ]
    ) {
      const { status, answer } = await post(new Uint8Array(brotliCompressSync("a")), headers);
      assertEquals(status, 415, JSON.stringify(answer));
    }
  });

  await t.step("413 past maxBody: declared, in chunks, decompressed", async () => {
    assertEquals((await as("text/plain", "x".repeat(MAX_BODY))).status, 200);
    const large = "x".repeat(MAX_BODY + 1);
    const declared = await as("text/plain", large);
    assertEquals(declared, { status: 413, answer: { error: `the body is larger than ${MAX_BODY} bytes` } });
    const chunked = await post(new Blob([large]).stream(), { "content-type": "text/plain" });
    assertEquals(chunked.status, 413);
    const bomb = new Uint8Array(gzipSync(new Uint8Array(50_000_000)));
    const small = new Uint8Array(gzipSync(large));
    assertEquals((await post(bomb, { "content-type": "text/plain", "content-encoding": "gzip" })).status, 413);
    assertEquals((await post(small, { "content-type": "text/plain", "content-encoding": "gzip" })).status, 413);
  });

  await t.step("413 before the body has come, when its length says so", async () => {
    using connection = await RawConnection.open(url!);
    await connection.send(`POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: ${MAX_BODY * 1000}\r\n\r\nx`);
    assertMatch(await connection.until(/\r\n\r\n/), /^HTTP\/1\.1 413 /);
  });

  await t.step("408 for one that does not arrive in time, declared or in chunks", async () => {
    for (const head of ["Content-Length: 10", "Transfer-Encoding: chunked"]) {
      using connection = await RawConnection.open(url!);
      await connection.send(`POST /read HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n`);
      const [response] = await Promise.all([connection.until(/\r\n\r\n/), world.fetch("/ignore")]);
      assertMatch(response, /^HTTP\/1\.1 408 /);
    }
  });
});
