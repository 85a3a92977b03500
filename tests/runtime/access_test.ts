import { assertEquals, assertMatch } from "@std/assert";
import type { AccessEntry } from "../../src/kinds/mod.ts";
import { until } from "../support/until.ts";
import { World } from "./world.ts";

const FLOW = `
- { kind: listener, name: web, port: 0, stream: true, compress: false, links: { out: [{ name: router, port: in }] } }
- kind: router
  name: router
  routes: [{ path: /text, port: "out[0]" }, { path: /echo, method: POST, port: "out[1]" }]
  links: { "out[0]": [{ name: text, port: in }], "out[1]": [{ name: echo, port: in }] }
- { kind: snippet, name: text, language: text, code: grüße }
- { kind: snippet, name: echo, language: cel, code: self.body }
`;

Deno.test("each answer of a listener is told: of a string, a stream, an error, and one without a process", async () => {
  const entries: AccessEntry[] = [];
  await using world = await World.start(FLOW, { access: (entry) => entries.push(entry) });
  await world.fetch("/text?a=1");
  await world.fetch("/nowhere");
  const body = "x".repeat(100_000);
  assertEquals((await world.fetch("/echo", { method: "POST", body })).text, body);
  const [url] = await world.runtime.urls();
  using connection = await Deno.connect({ port: Number(new URL(url!).port) });
  await connection.write(new TextEncoder().encode("GET /text HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n"));
  await until("all are told", () => entries.length === 4);
  for (const { listener, client, duration } of entries) {
    assertEquals([listener, client, Number.isInteger(duration)], ["web", "127.0.0.1", true]);
  }
  assertEquals(
    entries.map(({ method, path, status, bytes }) => [method, path, status, bytes]).slice(0, 1),
    [["GET", "/text?a=1", 200, 7]],
  );
  assertEquals(entries.slice(1).map(({ method, path, status }) => [method, path, status]), [
    ["GET", "/nowhere", 404],
    ["POST", "/echo", 200],
    ["GET", "/text", 400],
  ]);
  assertEquals(entries[2]!.bytes, 100_000);
  assertMatch(entries[0]!.process!, /^[0-9a-f-]{36}$/);
  assertEquals(entries[3]!.process, undefined);
});
