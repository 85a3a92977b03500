import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect } from "node:tls";
import { reasonOf } from "../../src/value/mod.ts";
import { World } from "./world.ts";

const FILES = new URL("../http/tls/", import.meta.url);
const CA = await Deno.readTextFile(new URL("ca.pem", FILES));

function specs(folder: string, tls: boolean): string {
  return JSON.stringify([
    {
      kind: "listener",
      name: "web",
      port: 0,
      links: { out: [{ name: "cel", port: "in" }] },
      ...tls && { tls: { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` } },
    },
    { kind: "snippet", name: "cel", language: "cel", code: `self.scheme + " " + self.client` },
  ]);
}

async function folderOf(name: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "weft-tls-" });
  await put(folder, name);
  return folder;
}

async function put(folder: string, name: string): Promise<void> {
  await Deno.copyFile(new URL(`${name}.pem`, FILES), `${folder}/cert.pem`);
  await Deno.copyFile(new URL(`${name}.key`, FILES), `${folder}/key.pem`);
}

/** The name in the certificate of a server. */
async function certificateOf(url: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port), servername: "localhost", ca: CA });
  await new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
  const name = socket.getPeerCertificate().subject.CN;
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.destroy();
  await closed;
  return String(name);
}

/** Fetches over a connection of its own. */
async function get(url: string, http2: boolean): Promise<string> {
  using client = Deno.createHttpClient({ caCerts: [CA], http1: !http2, http2 });
  const response = await fetch(url.replace("127.0.0.1", "localhost"), { client });
  return await response.text();
}

Deno.test("a listener with a certificate speaks HTTPS, with HTTP/1.1 and HTTP/2", async () => {
  const folder = await folderOf("first");
  await using world = await World.start(specs(folder, true));
  const [url] = await world.runtime.sockets.urls();
  assert(url!.startsWith("https://"), url);
  for (const http2 of [false, true]) assertEquals(await get(url!, http2), "https 127.0.0.1");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("files that change are read again, and requests in flight are answered", async () => {
  const folder = await folderOf("first");
  await using world = await World.start(specs(folder, true));
  const [url] = await world.runtime.sockets.urls();
  assertEquals(await certificateOf(url!), "first");

  await Deno.copyFile(new URL("second.pem", FILES), `${folder}/cert.pem`);
  await world.logged(/the certificate stays the one before/);
  assertEquals([await certificateOf(url!), await get(url!, false)], ["first", "https 127.0.0.1"]);

  let failed = 0;
  let stop = false;
  const load = (async () => {
    while (!stop) await get(url!, true).catch(() => failed++);
  })();
  await put(folder, "second");
  await world.logged(/the certificate has changed/);
  stop = true;
  await load;
  assertEquals(await certificateOf(url!), "second");
  assertEquals(await get(url!, true), "https 127.0.0.1");
  // an attempt to connect may fall into the moment in which the address is bound again
  assert(failed <= 1, `${failed} requests failed`);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a version may turn TLS on and off on the same address", async () => {
  const folder = await folderOf("first");
  await using world = await World.start(specs(folder, false));
  assertEquals((await world.fetch("/")).text, "http 127.0.0.1");
  const [plain] = await world.runtime.sockets.urls();
  await world.apply(specs(folder, true));
  const [url] = await world.runtime.sockets.urls();
  assertEquals(url, plain!.replace("http:", "https:"));
  assertEquals(await get(url!, true), "https 127.0.0.1");
  await world.apply(specs(folder, false));
  assertEquals((await world.fetch("/")).text, "http 127.0.0.1");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a certificate that cannot be used is rejected, and nothing changes", async () => {
  const folder = await folderOf("first");
  await using world = await World.start(specs(folder, true));
  const [url] = await world.runtime.sockets.urls();
  const rejection = (folder: string) => world.apply(specs(folder, true)).then(() => "accepted", reasonOf);
  assertMatch(await rejection(`${folder}/none`), /invalid tls\.(cert|key) ".*\/none\/.*": /);
  await Deno.mkdir(`${folder}/mixed`);
  await Deno.copyFile(new URL("first.pem", FILES), `${folder}/mixed/cert.pem`);
  await Deno.copyFile(new URL("second.key", FILES), `${folder}/mixed/key.pem`);
  assertMatch(await rejection(`${folder}/mixed`), /expected a certificate and its key in PEM/);
  assertEquals(await get(url!, false), "https 127.0.0.1");
  await Deno.remove(folder, { recursive: true });
});
