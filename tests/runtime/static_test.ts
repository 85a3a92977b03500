import { assert, assertEquals, assertMatch } from "@std/assert";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { reasonOf, Stream } from "../../src/value/mod.ts";
import { until } from "../support/until.ts";
import { RawConnection } from "./raw_connection.ts";
import { World } from "./world.ts";

const LARGE = 300_000;

function specs(root: string, fields: Record<string, unknown> = {}, routed = false): string {
  const web = {
    kind: "listener",
    name: "web",
    port: 0,
    links: { out: [{ name: routed ? "router" : "files", port: "in" }] },
  };
  const router = {
    kind: "router",
    name: "router",
    routes: [{ method: "GET", path: "/files/*", port: "out[0]" }],
    links: { "out[0]": [{ name: "files", port: "in" }] },
  };
  return JSON.stringify([web, ...routed ? [router] : [], { kind: "static", name: "files", root, ...fields }]);
}

/** A folder with files, and one beside it that nobody may see. */
async function makeFiles(): Promise<string> {
  const base = await Deno.realPath(await Deno.makeTempDir({ prefix: "weft-static-" }));
  const put = async (path: string, content: string | Uint8Array) => {
    await Deno.mkdir(`${base}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await Deno.writeFile(`${base}/${path}`, typeof content === "string" ? new TextEncoder().encode(content) : content);
  };
  await put("site/index.html", "<h1>home</h1>");
  await put("site/hello.txt", "hello");
  await put("site/a b/ü.txt", "spaced");
  await put("site/100%25.txt", "twice");
  await put("site/docs/index.html", "docs");
  await put("site/empty/.keep", "");
  await put("site/.env", "SECRET");
  await put("site/.git/config", "SECRET");
  await put("site/.well-known/x.txt", "known");
  await put("site/large.bin", new Uint8Array(LARGE).map((_, at) => at % 251));
  await put("site/app.js", "console.log(1)".repeat(200));
  await put("site/app.js.br", brotliCompressSync("console.log(1)".repeat(200)));
  await put("site/app.js.gz", gzipSync("console.log(1)".repeat(200)));
  await put("secret/x.txt", "SECRET");
  await put("site-other/x.txt", "SECRET");
  await Deno.symlink(`${base}/secret/x.txt`, `${base}/site/link.txt`);
  await Deno.symlink(`${base}/secret`, `${base}/site/out`);
  await Deno.symlink("../site-other", `${base}/site/near`);
  await Deno.symlink("hello.txt", `${base}/site/inside.txt`);
  return base;
}

Deno.test("static serves the files of a folder, and nothing else", async (t) => {
  const base = await makeFiles();
  await using world = await World.start(specs(`${base}/site`));
  const [url] = await world.runtime.sockets.urls();
  const ask = async (path: string, headers: Record<string, string> = {}, method = "GET") => {
    using connection = await RawConnection.open(url!);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    await connection.send(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines}\r\n`);
    const text = await connection.rest();
    const end = text.indexOf("\r\n\r\n");
    const header = new Headers(
      text.slice(0, end).split("\r\n").slice(1).map((line) => line.split(/: (.*)/).slice(0, 2) as [string, string]),
    );
    return { status: Number(text.slice(9, 12)), header, body: text.slice(end + 4) };
  };

  await t.step("files with their types, folders with their index", async () => {
    const hello = await ask("/hello.txt?x=1");
    assertEquals([hello.status, hello.body], [200, "hello"]);
    assertEquals(hello.header.get("content-type"), "text/plain; charset=utf-8");
    assertEquals(hello.header.get("content-length"), "5");
    assertEquals(hello.header.get("accept-ranges"), "bytes");
    assertEquals((await ask("/")).body, "<h1>home</h1>");
    assertEquals((await ask("/docs/")).body, "docs");
    assertEquals((await ask("/a%20b/%C3%BC.txt")).body, "spaced");
    assertEquals((await ask("/inside.txt")).body, "hello");
    assertEquals((await ask("/.well-known/x.txt")).body, "known");
    assertEquals((await ask("//hello.txt")).body, "hello");
  });

  await t.step("a folder without its slash is somewhere else, never on another host", async () => {
    const cases = [
      ["/docs", "/docs/"],
      ["//docs", "/docs/"],
      ["/./docs", "/./docs/"],
      ["/docs?b=%20x&a=1+2&b&c=//evil", "/docs/?b=%20x&a=1+2&b&c=//evil"],
      ["/docs?", "/docs/"],
    ] as const;
    for (const [path, location] of cases) {
      const { status, header } = await ask(path);
      assertEquals([status, header.get("location")], [301, location], path);
    }
  });

  await t.step("no way out, by dots, links and encodings", async () => {
    for (
      const path of [
        "/../secret/x.txt",
        "/%2e%2e/secret/x.txt",
        "/docs/..%2f..%2fsecret/x.txt",
        "/docs/%2e%2e/%2e%2e/secret/x.txt",
        "/..%5csecret%5cx.txt",
        "/%252e%252e/secret/x.txt",
        "/link.txt",
        "/out/x.txt",
        "/near/x.txt",
        "/../site-other/x.txt",
        "/hello.txt%00.html",
        "/.env",
        "/%2eenv",
        "/.git/config",
        "/hello.txt/",
        "/empty/",
        "/none",
        `/${"a".repeat(5_000)}`,
      ]
    ) {
      const { status, body } = await ask(path);
      assertEquals([status, body.includes("SECRET")], [404, false], path.slice(0, 50));
    }
    // decoded once
    assertEquals((await ask("/100%2525.txt")).body, "twice");
    assertEquals((await ask("/%zz")).status, 400);
  });

  await t.step("GET and HEAD only", async () => {
    const { status, header } = await ask("/hello.txt", {}, "POST");
    assertEquals([status, header.get("allow")], [405, "GET, HEAD"]);
    for (const path of ["/hello.txt", "/large.bin"]) {
      const [get, head] = [await ask(path), await ask(path, {}, "HEAD")];
      const lines = ({ header }: typeof get) => [...header].filter(([name]) => name !== "date");
      assertEquals([head.status, head.body, lines(head)], [200, "", lines(get)], path);
    }
  });

  await t.step("a client that has it is told so", async () => {
    const { header } = await ask("/hello.txt");
    const [etag, modified] = [header.get("etag")!, header.get("last-modified")!];
    for (
      const [headers, status] of [
        [{ "If-None-Match": etag }, 304],
        [{ "If-None-Match": `"x", W/${etag}` }, 304],
        [{ "If-None-Match": "*" }, 304],
        [{ "If-None-Match": '"x"', "If-Modified-Since": modified }, 200],
        [{ "If-Modified-Since": modified }, 304],
        [{ "If-Modified-Since": new Date(0).toUTCString() }, 200],
        [{ "If-Modified-Since": "yesterday" }, 200],
      ] as [Record<string, string>, number][]
    ) {
      const answer = await ask("/hello.txt", headers);
      assertEquals([answer.status, answer.body], [status, status === 304 ? "" : "hello"], JSON.stringify(headers));
      assertEquals(answer.header.get("etag"), etag);
    }
  });

  await t.step("ranges, of small and of large files", async () => {
    const { header } = await ask("/hello.txt");
    const part = async (range: string, more: Record<string, string> = {}) => {
      const { status, header, body } = await ask("/hello.txt", { Range: range, ...more });
      return `${status} ${header.get("content-range")} ${status === 416 ? "" : body}`;
    };
    assertEquals(await part("bytes=1-2"), "206 bytes 1-2/5 el");
    assertEquals(await part("bytes=3-"), "206 bytes 3-4/5 lo");
    assertEquals(await part("bytes=-2"), "206 bytes 3-4/5 lo");
    assertEquals(await part("bytes=-99"), "206 bytes 0-4/5 hello");
    assertEquals(await part("bytes=0-99"), "206 bytes 0-4/5 hello");
    assertEquals(await part("bytes=5-"), "416 bytes */5 ");
    assertEquals(await part("bytes=-0"), "416 bytes */5 ");
    for (const range of ["bytes=2-1", "bytes=a-b", "bytes=0-1,3-4", "lines=1-2", "bytes=-"]) {
      assertEquals(await part(range), "200 null hello", range);
    }
    assertEquals(await part("bytes=1-2", { "If-Range": header.get("etag")! }), "206 bytes 1-2/5 el");
    assertEquals(await part("bytes=1-2", { "If-Range": header.get("last-modified")! }), "206 bytes 1-2/5 el");
    for (const known of ['"x"', `W/${header.get("etag")}`, new Date(0).toUTCString(), "never"]) {
      assertEquals(await part("bytes=1-2", { "If-Range": known }), "200 null hello", known);
    }
    const response = await fetch(`${url}/large.bin`, { headers: { range: "bytes=100000-199999" } });
    const bytes = await response.bytes();
    assertEquals([response.status, response.headers.get("content-length"), bytes.length], [206, "100000", 100_000]);
    assert(bytes.every((byte, at) => byte === (at + 100_000) % 251));
  });

  await t.step("large files are streamed, and a client may leave half way", async () => {
    const bytes = await (await fetch(`${url}/large.bin`)).bytes();
    assert(bytes.length === LARGE && bytes.every((byte, at) => byte === at % 251));
    for (let i = 0; i < 5; i++) {
      const left = await fetch(`${url}/large.bin`);
      await left.body!.cancel();
    }
    await until("no stream is kept", () => Stream.kept === 0);
  });

  await t.step("what is compressed beside a file is sent to those who take it", async () => {
    const how = async (accept: string) => {
      const { header, body } = await ask("/app.js", { "Accept-Encoding": accept });
      return [header.get("content-encoding"), header.get("vary"), header.get("content-type"), body.length > 2_000];
    };
    const type = "text/javascript; charset=utf-8";
    assertEquals(await how("gzip, br"), ["br", "Accept-Encoding", type, false]);
    assertEquals(await how("gzip"), ["gzip", "Accept-Encoding", type, false]);
    assertEquals(await how("identity"), [null, "Accept-Encoding", type, true]);
    assertEquals(await (await fetch(`${url}/app.js`)).text(), "console.log(1)".repeat(200));
  });

  await t.step("a file that changes is another", async () => {
    const before = (await ask("/hello.txt")).header.get("etag");
    await Deno.writeTextFile(`${base}/site/hello.txt`, "changed");
    await until("it shows", async () => (await ask("/hello.txt")).body === "changed");
    assert((await ask("/hello.txt")).header.get("etag") !== before);
    await Deno.remove(`${base}/site/hello.txt`);
    await until("it is gone", async () => (await ask("/hello.txt")).status === 404);
  });
  await Deno.remove(base, { recursive: true });
});

Deno.test("static behind a route, with a fallback, cache and dotfiles", async () => {
  const base = await makeFiles();
  const fields = { fallback: "index.html", cache: "public, max-age=60", dotfiles: true };
  await using world = await World.start(specs(`${base}/site`, fields, true));
  const get = (path: string, accept: string) => world.fetch(path, { headers: { accept } });
  const hello = await get("/files/hello.txt", "*/*");
  assertEquals([hello.text, hello.headers.get("cache-control")], ["hello", "public, max-age=60"]);
  assertEquals((await get("/files/.env", "*/*")).text, "SECRET");
  assertEquals((await get("/files/docs/", "*/*")).text, "docs");
  assertEquals((await get("/files/..%2fsecret/x.txt", "*/*")).status, 404);
  const page = await get("/files/users/7", "text/html,*/*;q=0.8");
  assertEquals([page.status, page.text], [200, "<h1>home</h1>"]);
  assertEquals((await get("/files/users/7", "application/json")).status, 404);
  const [url] = await world.runtime.sockets.urls();
  const large = await fetch(`${url}/files/large.bin`);
  assertEquals([large.headers.get("content-length"), (await large.bytes()).length], [String(LARGE), LARGE]);
  assertEquals(
    (await world.fetch("/files/large.bin", { method: "HEAD" })).headers.get("content-length"),
    String(LARGE),
  );
  const script = { headers: { accept: "text/html", "sec-fetch-mode": "no-cors" } };
  assertEquals((await world.fetch("/files/gone.js", script)).status, 404);
  assertEquals(Stream.kept, 0);
  await Deno.remove(base, { recursive: true });
});

Deno.test("a root that is no folder is rejected", async () => {
  for (const root of ["/no/such/folder", new URL(import.meta.url).pathname]) {
    const said = await World.start(specs(root)).then(() => "accepted", reasonOf);
    assertMatch(said, /invalid root ".*": /);
  }
});
