import { assertEquals, assertMatch } from "@std/assert";
import { RawConnection } from "./raw_connection.ts";
import { World } from "./world.ts";

/** A listener that leads to a syscall by a router and a block, or to a text. */
function specs(target: "nodes" | "hello", fields: Record<string, unknown> = {}): string {
  return JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "router", port: "in" }] }, ...fields },
    {
      kind: "router",
      name: "router",
      routes: [{ path: "/x", port: "out[0]" }],
      links: { "out[0]": [{ name: target, port: "in" }] },
    },
    {
      kind: "block",
      name: "nodes",
      specs: [
        { kind: "snippet", language: "cel", code: "has(self.body) ? self.body : null" },
        { kind: "syscall", opcode: "nodes.create" },
      ],
    },
    { kind: "snippet", name: "hello", language: "text", code: "hello" },
  ]);
}

async function statusOf(url: string, host: string): Promise<string> {
  using connection = await RawConnection.open(url);
  const body = JSON.stringify({ kind: "nop", name: "added" });
  await connection.send(
    `POST /x HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
  return (await connection.rest()).slice(9, 12);
}

Deno.test("a workflow that changes the engine answers on loopback only to names that a site cannot take", async () => {
  await using world = await World.start(specs("nodes", { hosts: ["weft.test"] }));
  const { registry, sockets } = world.runtime;
  const [url] = await sockets.urls();
  const { version } = registry;
  for (const host of ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example"]) {
    assertEquals(await statusOf(url!, host), "403", host);
  }
  assertEquals(registry.version, version);
  assertEquals(world.runtime.processes.size, 0);
  assertEquals(await statusOf(url!, "weft.test:8000"), "200");
  for (const host of ["localhost", "app.localhost:1", "127.0.0.1", "[::1]:8000"]) {
    // it is asked: the spec is there already
    assertMatch(await statusOf(url!, host), /^[245]00$|^409$/, host);
  }
});

Deno.test("any name will do where nothing leads to the engine, or the address is not loopback", async () => {
  await using plain = await World.start(specs("hello"));
  assertEquals(await statusOf((await plain.runtime.sockets.urls())[0]!, "shop.example"), "200");
  await using open = await World.start(specs("nodes", { host: "0.0.0.0" }));
  assertEquals(await statusOf((await open.runtime.sockets.urls())[0]!, "shop.example"), "200");
});

Deno.test("a listener that is linked to a syscall later on is closed to other sites from then on", async () => {
  await using world = await World.start(specs("hello"));
  const [url] = await world.runtime.sockets.urls();
  assertEquals(await statusOf(url!, "evil.example"), "200");
  await world.apply(specs("nodes"));
  // by a message too
  const trigger = (name: string, to?: string) => ({
    kind: "trigger",
    name,
    topic: "orders",
    ...to !== undefined && { links: { out: [{ name: to, port: "in" }] } },
  });
  const published = [...JSON.parse(specs("hello")).slice(0, 1), trigger("router"), trigger("get", "hello")];
  await using other = await World.start(JSON.stringify([...published, ...JSON.parse(specs("nodes")).slice(2)]));
  assertEquals(await statusOf((await other.runtime.sockets.urls())[0]!, "evil.example"), "204");
  await other.apply(JSON.stringify([trigger("get", "nodes")]));
  assertEquals(await statusOf((await other.runtime.sockets.urls())[0]!, "evil.example"), "403");
  const changed = (await world.runtime.sockets.urls())[0]!;
  assertEquals(await statusOf(changed, "evil.example"), "403");
});
