import { assert, assertEquals, assertMatch } from "@std/assert";
import { until } from "../support/until.ts";
import { RawConnection } from "./raw_connection.ts";
import { snippets, World } from "./world.ts";

// Whose fault it is: what is logged, at which level, and who is named.
const CODES = {
  body: "export default ({ body }) => body",
  crlf: `export default () => ({ header: { "X-A": "a\\r\\nX-Evil: 1" } })`,
  many: `export default () => ({ header: Object.fromEntries(Array.from({ length: 257 }, (_, i) => ["x-" + i, "1"])) })`,
  most: `export default () => ({ header: Object.fromEntries(Array.from({ length: 256 }, (_, i) => ["x-" + i, "1"])) })`,
  list: `export default () => ({ header: { "Set-Cookie": Array(257).fill("a=1") } })`,
  large: `export default () => ({ header: { "X-A": "a".repeat(65534) } })`,
  largest: `export default () => ({ header: { "X-A": "a".repeat(65533) } })`,
  typed: `export default () => ({ header: { "Content-Type": "text/" + "a".repeat(70000) }, body: "x" })`,
};

/** The levels of the lines that are not about the runtime itself. */
function levels(log: readonly string[]): string[] {
  return [...new Set(log.filter((line) => line.includes("[")).map((line) => line.split(/\s+/)[1]!))];
}

function specs(fields: Record<string, unknown> = {}): string {
  const list = JSON.parse(snippets(CODES));
  Object.assign(list[0], { maxBody: 1000 }, fields);
  return JSON.stringify(list);
}

Deno.test("what is a client's fault is no error in the log", async (t) => {
  await using world = await World.start(specs());
  const [url] = await world.runtime.sockets.urls();
  const post = (body: string, type = "application/json") =>
    world.fetch("/body", { method: "POST", body, headers: { "content-type": type } });

  await t.step("a path or a method without a route is debug", async () => {
    assertEquals((await world.fetch("/nowhere")).text, "Not Found");
    await world.logged(/debug .*Not Found/);
    assertEquals(levels(world.log), ["debug"]);
  });

  await t.step("a body that is broken or too large is info", async () => {
    assertEquals((await post('{"a":')).status, 400);
    assertEquals((await post("x".repeat(1001))).status, 413);
    assertEquals((await post("x", "text/plain; charset=klingon")).status, 415);
    await world.logged(/info .*the body is not JSON/);
    await world.logged(/info .*the body is larger than 1000 bytes/);
    await world.logged(/info .*klingon/);
    assertEquals(levels(world.log).sort(), ["debug", "info"]);
  });

  await t.step("one that leaves in the middle of its upload, or sends chunks that are none, is debug", async () => {
    const before = world.log.length;
    for (const head of ["Content-Length: 100", "Transfer-Encoding: chunked"]) {
      using connection = await RawConnection.open(url!);
      await connection.send(`POST /body HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n5\r\nhel`);
      await until("it is open", () => world.runtime.processes.size === 1);
      connection[Symbol.dispose]();
      await until("it has ended", () => world.runtime.processes.size === 0);
    }
    const lines = world.log.slice(before);
    assertEquals(levels(lines), ["debug"]);
    assert(lines.every((line) => /the client went away/.test(line)), lines.join("\n"));
    assertEquals(world.runtime.sockets.traffic.statuses.get(499), 2);
  });
});

Deno.test("an answer that cannot be sent is the fault of the node that made it", async () => {
  await using world = await World.start(specs());
  const { status, text } = await world.fetch("/crlf");
  assertEquals(status, 500);
  const line = await world.logged(new RegExp(JSON.parse(text).process));
  assertMatch(line, /error .*web\.out > router\.out\[1\] > crlf: the response cannot be sent: invalid character/);
});

Deno.test("an answer has at most 256 headers, and 64 KiB of them", async () => {
  await using world = await World.start(specs());
  const [url] = await world.runtime.sockets.urls();
  for (const [name, count] of [["most", 256], ["largest", 1]] as const) {
    using connection = await RawConnection.open(url!); // fetch takes no such answer
    await connection.send(`GET /${name} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const head = await connection.until(/\r\n\r\n/);
    assertMatch(head, /^HTTP\/1\.1 200 /);
    assertEquals(head.match(/\r\nx-/gi)!.length, count);
  }
  for (
    const [name, why] of [["many", "256 headers"], ["list", "256 headers"], ["large", "64 KiB"], ["typed", "64 KiB"]]
  ) {
    const { status, text } = await world.fetch(`/${name}`);
    assertEquals(status, 500, name);
    assertMatch(await world.logged(new RegExp(JSON.parse(text).process)), new RegExp(`> ${name}: .*more than ${why}`));
  }
  assertEquals(world.runtime.pool.status().deaths, []);
});

Deno.test("404, 405 and 413 go to the port error of the listener, with code and status", async (t) => {
  const list = JSON.parse(specs());
  list[0].links.error = [{ name: "told", port: "in" }];
  list[1].routes[0].method = "POST";
  list.push({
    kind: "snippet",
    name: "told",
    language: "javascript",
    code:
      "export default ({ code, message, details }) => ({ status: details?.status ?? 500, body: { code, message, details } })",
  });
  await using world = await World.start(JSON.stringify(list));
  const told = async (path: string, init: RequestInit = {}) => {
    const { status, text } = await world.fetch(path, init);
    return [status, JSON.parse(text)];
  };
  await t.step("404", async () => {
    assertEquals(await told("/nowhere"), [404, { code: "not_found", message: "Not Found", details: { status: 404 } }]);
  });
  await t.step("405", async () => {
    const details = { status: 405, allow: "OPTIONS, POST" };
    assertEquals(await told("/body"), [405, { code: "method_not_allowed", message: "Method Not Allowed", details }]);
  });
  await t.step("413, declared or not", async () => {
    for (const body of ["x".repeat(1001), new Blob(["x".repeat(1001)]).stream()]) {
      const [status, { code, details }] = await told("/body", { method: "POST", body });
      assertEquals([status, code, details], [413, "too_large", { status: 413 }]);
    }
  });
  await t.step("what was handled is recorded where it failed", async () => {
    assertMatch(await world.logged(/debug .*too_large|debug .*the body is larger/), /larger than 1000 bytes/);
    assertEquals(levels(world.log), ["debug"]);
    assertEquals((await told("/crlf"))[0], 500);
    await world.logged(/warn .*crlf: the response cannot be sent/);
  });
});

Deno.test("an error that is handled without an answer is answered as if it were not", async () => {
  const list = JSON.parse(specs());
  list[0].links.error = [{ name: "end", port: "in" }];
  list.push({ kind: "nop", name: "end" });
  await using world = await World.start(JSON.stringify(list));
  const { status, text } = await world.fetch("/nowhere");
  assertEquals([status, text], [404, "Not Found"]);
  assertEquals((await world.fetch("/crlf")).status, 500);
});
