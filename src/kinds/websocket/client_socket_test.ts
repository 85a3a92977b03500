import { assertEquals, assertRejects } from "@std/assert";
import { CERTIFICATE, KEY } from "../../../tests/support/certificates.ts";
import type { Failure } from "../../value/mod.ts";
import { PrivateHosts } from "../net/private_hosts.ts";
import { ClientSocket, type SocketOptions } from "./client_socket.ts";

function options(url: string, allowed: readonly string[] = ["all"]): SocketOptions {
  return {
    url: new URL(url),
    protocols: [],
    headers: {},
    tls: {},
    privateHosts: new PrivateHosts(allowed),
    connectTimeout: 20_000,
    maxMessage: 1000,
  };
}

async function codeOf(options: SocketOptions, signal = new AbortController().signal): Promise<string | undefined> {
  const error: Failure = await assertRejects(() => ClientSocket.open(options, () => {}, signal), Error);
  return error.code;
}

Deno.test("a private address is refused, however it is written; a granted one is not", async () => {
  let requests = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    requests++;
    return new Response(null, { status: 403 });
  });
  const { port } = server.addr;
  for (const host of ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1"]) {
    assertEquals(await codeOf(options(`ws://${host}:${port}`, ["127.0.0.1:1"])), "forbidden_address", host);
  }
  assertEquals(requests, 0);
  for (const host of ["127.0.0.1", "localhost"]) {
    assertEquals(await codeOf(options(`ws://${host}:${port}`, [`${host}:${port}`])), undefined);
  }
  assertEquals(requests, 2);
  await server.shutdown();
});

Deno.test("the default port of wss is what a grant is compared with", async () => {
  assertEquals(await codeOf(options("wss://127.0.0.1/", ["127.0.0.1:80"])), "forbidden_address");
});

Deno.test("an error tells by its code why there is no websocket", async () => {
  assertEquals(await codeOf(options("ws://127.0.0.1:1")), "connection_refused");
  assertEquals(await codeOf(options("ws://nowhere.invalid")), "dns");
  // accepts, and says nothing
  const silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = silent.addr as Deno.NetAddr;
  const accepted = (async () => {
    for await (const connection of silent) connection.readable.pipeTo(new WritableStream()).catch(() => {});
  })();
  assertEquals(await codeOf({ ...options(`ws://127.0.0.1:${port}`), connectTimeout: 100 }), "timeout");
  const reason = Object.assign(new Error("stopped"), { code: "aborted" });
  assertEquals(await codeOf(options(`ws://127.0.0.1:${port}`), AbortSignal.timeout(20)), undefined);
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 20);
  assertEquals(await codeOf(options(`ws://127.0.0.1:${port}`), controller.signal), "aborted");
  silent.close();
  await accepted;
  const tls = { port: 0, hostname: "127.0.0.1", cert: CERTIFICATE, key: KEY, onListen() {} };
  const secure = Deno.serve(tls, () => new Response());
  assertEquals(await codeOf(options(`wss://localhost:${(secure.addr as Deno.NetAddr).port}`)), "tls");
  await secure.shutdown();
});
