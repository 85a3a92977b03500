import { assert, assertEquals } from "@std/assert";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { snippets, World } from "./world.ts";

const LINE = "all work and no play makes a dull boy\n";
/** 3 MB, which is compressed as a stream on the host. */
const LONG = 80_000;

const CODES = {
  text: `export default () => ${JSON.stringify(LINE)}.repeat(100)`,
  wide: `export default () => "ö€😀".repeat(1000)`,
  json: `export default () => Array(500).fill({ a: 1, b: "two" })`,
  short: `export default () => "x".repeat(1023)`,
  just: `export default () => "x".repeat(1024)`,
  bytes: `export default () => new Uint8Array(5000)`,
  long: `export default () => ${JSON.stringify(LINE)}.repeat(${LONG})`,
  image: `export default () => ({ header: { "Content-Type": "image/png" }, body: new Uint8Array(5000) })`,
  svg: `export default () => ({ header: { "Content-Type": "image/svg+xml" }, body: "<svg/>".repeat(1000) })`,
  events: `export default () => ({ header: { "Content-Type": "text/event-stream" }, body: "data: x\\n".repeat(1000) })`,
  encoded: `export default () => ({ header: { "Content-Type": "text/plain", "content-encoding": "br" },
    body: new Uint8Array(5000) })`,
  asis: `export default () => ({ header: { "Cache-Control": "public, no-transform" }, body: "x".repeat(5000) })`,
  part:
    `export default () => ({ status: 206, header: { "Content-Range": "bytes 0-4999/9999" }, body: "x".repeat(5000) })`,
  strong: `export default () => ({ header: { ETag: '"1"', Vary: "Origin" }, body: "x".repeat(5000) })`,
  weak: `export default () => ({ header: { etag: 'W/"1"', vary: "accept-encoding" }, body: "x".repeat(5000) })`,
  echo: `export default ({ body }) => ({ header: { "Content-Type": "text/csv" }, body })`,
};

/** What `fetch` would hide: it decompresses by itself. */
async function raw(url: string, init: { method?: string; accept?: string; body?: string } = {}) {
  const { hostname, port, pathname } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const head = [`${init.method ?? "GET"} ${pathname} HTTP/1.1`, "Host: a", "Connection: close"];
  if (init.accept !== undefined) head.push(`Accept-Encoding: ${init.accept}`);
  if (init.body !== undefined) head.push("Content-Type: text/csv", `Content-Length: ${init.body.length}`);
  const bytes = new TextEncoder().encode([...head, "", init.body ?? ""].join("\r\n"));
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  const all = await new Response(connection.readable).bytes();
  const text = new TextDecoder("latin1").decode(all);
  const end = text.indexOf("\r\n\r\n");
  const header = new Headers(
    text.slice(0, end).split("\r\n").slice(1).map((line) => line.split(/: (.*)/).slice(0, 2) as [string, string]),
  );
  const body = all.subarray(end + 4);
  return { header, body: header.get("transfer-encoding") === "chunked" ? unchunked(body) : body };
}

function unchunked(body: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0;;) {
    const end = body.indexOf(13, at);
    const size = parseInt(new TextDecoder().decode(body.subarray(at, end)), 16);
    if (size === 0) return new Uint8Array(parts.flatMap((part) => [...part]));
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 4 + size;
  }
}

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("answers are compressed for who accepts it", async (t) => {
  await using world = await World.start(snippets(CODES));
  const [origin] = await world.runtime.sockets.urls();
  const got = (name: string, accept?: string, method?: string) =>
    raw(`${origin}/${name}`, { ...accept !== undefined && { accept }, ...method !== undefined && { method } });
  const how = async (name: string, accept?: string) => {
    const { header } = await got(name, accept);
    return [header.get("content-encoding"), header.get("vary")];
  };

  await t.step("brotli, gzip and deflate, as the client prefers", async () => {
    const brotli = await got("text", "gzip, deflate, br, zstd");
    assertEquals([brotli.header.get("content-encoding"), brotli.header.get("vary")], ["br", "Accept-Encoding"]);
    assertEquals(brotliDecompressSync(brotli.body).toString(), LINE.repeat(100));
    assertEquals((await got("text", "gzip;q=1, br;q=0.5")).header.get("content-encoding"), "gzip");
    const gzip = await got("text", "gzip, deflate");
    assertEquals(gzip.header.get("content-encoding"), "gzip");
    assertEquals(gunzipSync(gzip.body).toString(), LINE.repeat(100));
    assertEquals(gzip.header.get("content-length"), String(gzip.body.length));
    const deflate = await got("text", "gzip;q=0.5, deflate");
    assertEquals(deflate.header.get("content-encoding"), "deflate");
    assertEquals(inflateSync(deflate.body).toString(), LINE.repeat(100));
    assertEquals(gunzipSync((await got("wide", "gzip")).body).toString(), "ö€😀".repeat(1000));
    for (const accept of ["GZIP", "br;q=0.2, gzip", "gzip;q=0.1", "x, gzip , y"]) {
      assertEquals(await how("json", accept), ["gzip", "Accept-Encoding"], accept);
    }
  });

  await t.step("not for a client that does not, and a cache is told that it depends", async () => {
    for (const accept of [undefined, "", "zstd", "identity", "gzip;q=0", "*;q=0", "identity, gzip;q=0.5", ";;,"]) {
      assertEquals(await how("json", accept), [null, "Accept-Encoding"], accept);
    }
    assertEquals(decode((await got("text")).body), LINE.repeat(100));
  });

  await t.step("from 1 KiB, and only what shrinks", async () => {
    assertEquals(await how("short", "gzip"), [null, null]);
    assertEquals(await how("just", "gzip"), ["gzip", "Accept-Encoding"]);
    assertEquals(await how("svg", "gzip"), ["gzip", "Accept-Encoding"]);
    for (const name of ["bytes", "image", "events"]) assertEquals(await how(name, "gzip"), [null, null], name);
  });

  await t.step("not twice, not a part, and not against the answer's will", async () => {
    assertEquals(await how("encoded", "gzip"), ["br", null]);
    assertEquals(await how("asis", "gzip"), [null, null]);
    assertEquals(await how("part", "gzip"), [null, null]);
  });

  await t.step("a strong tag becomes weak, and Vary keeps what it has", async () => {
    const strong = await got("strong", "gzip");
    assertEquals([strong.header.get("etag"), strong.header.get("vary")], ['W/"1"', "Origin, Accept-Encoding"]);
    assertEquals((await got("strong")).header.get("etag"), '"1"');
    const weak = await got("weak", "gzip");
    assertEquals([weak.header.get("etag"), weak.header.get("vary")], ['W/"1"', "accept-encoding"]);
  });

  await t.step("long bodies and streams, a piece at a time", async () => {
    const long = await got("long", "gzip");
    assertEquals([long.header.get("content-encoding"), long.header.get("content-length")], ["gzip", null]);
    assert(gunzipSync(long.body).equals(new TextEncoder().encode(LINE.repeat(LONG))));
    assertEquals((await got("long")).body.length, LINE.length * LONG);
    const brotli = await got("long", "br");
    assertEquals([brotli.header.get("content-encoding"), brotli.header.get("content-length")], ["br", null]);
    assert(brotliDecompressSync(brotli.body).equals(new TextEncoder().encode(LINE.repeat(LONG))));
  });

  await t.step("HEAD has the header of GET", async () => {
    for (const name of ["text", "json", "short", "strong"]) {
      const [get, head] = [await got(name, "gzip"), await got(name, "gzip", "HEAD")];
      const headerOf = ({ header }: typeof get) =>
        [...header].filter(([key]) => key !== "date" && key !== "transfer-encoding");
      assertEquals([headerOf(head), head.body.length], [headerOf(get), 0], name);
    }
    // what is compressed while it is sent has no length: HEAD tells that of the plain body
    const { header } = await got("long", "gzip", "HEAD");
    assertEquals([header.get("content-encoding"), header.get("vary"), header.get("content-length")], [
      null,
      "Accept-Encoding",
      String(LINE.length * LONG),
    ]);
  });
});

Deno.test("compress: false compresses nothing, and a request body that is handed on is compressed as it comes", async () => {
  for (const compress of [false, true]) {
    const specs = JSON.parse(snippets(CODES));
    Object.assign(specs[0], { compress, stream: true });
    await using world = await World.start(JSON.stringify(specs));
    const [origin] = await world.runtime.sockets.urls();
    const encoding = compress ? "gzip" : null;
    assertEquals((await raw(`${origin}/text`, { accept: "gzip" })).header.get("content-encoding"), encoding);
    const body = "a,b\n".repeat(1000);
    const echo = await raw(`${origin}/echo`, { method: "POST", accept: "gzip", body });
    assertEquals(echo.header.get("content-encoding"), encoding);
    assertEquals(decode(compress ? gunzipSync(echo.body) : echo.body), body);
  }
});

Deno.test("compress as a map says from which size, and what types", async () => {
  const specs = JSON.parse(snippets(CODES));
  Object.assign(specs[0], { compress: { minimum: "1KiB", types: ["text/*", "application/octet-stream"] } });
  await using world = await World.start(JSON.stringify(specs));
  const [origin] = await world.runtime.sockets.urls();
  const how = async (name: string) =>
    (await raw(`${origin}/${name}`, { accept: "gzip" })).header.get("content-encoding");
  assertEquals(await Promise.all(["text", "bytes", "json", "short"].map(how)), ["gzip", "gzip", null, null]);
});
