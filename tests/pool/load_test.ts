import { assert, assertEquals, assertMatch } from "@std/assert";
import { Weft } from "../e2e/weft.ts";
import { RawConnection } from "../runtime/raw_connection.ts";
import { snippets, World } from "../runtime/world.ts";
import { residentOf } from "./proc.ts";
import { serving } from "./serving.ts";

const CONNECTIONS = 10_000;

/** Opens connections from another process and sends a request on each. @returns The number of answers by status. */
async function connect(url: string, connections: number, path: string): Promise<Record<string, number>> {
  const script = new URL("./clients.ts", import.meta.url).pathname;
  const run =
    `ulimit -n $(ulimit -Hn); exec "${Deno.execPath()}" run --no-config --no-check --quiet --allow-net ${script}`;
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `${run} ${new URL(url).port} ${connections} ${path}`],
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertMatch(text, /^\{/, new TextDecoder().decode(stderr));
  const { open, counts } = JSON.parse(text) as { open: number; counts: Record<string, number> };
  assertEquals(open, connections);
  return counts;
}

Deno.test("ten thousand connections at once are all answered, and the memory is flat", async () => {
  const code = "export default () => 'pong'";
  await using weft = await Weft.start({ args: ["-f", "-"], input: snippets({ ping: code }) });
  const resident: number[] = [];
  for (let round = 0; round < 3; round++) {
    const counts = await connect(weft.url, CONNECTIONS, "/ping");
    // requests above the limit of open processes are answered 503; none is lost
    assertEquals((counts["200"] ?? 0) + (counts["503"] ?? 0), CONNECTIONS, JSON.stringify(counts));
    assert(counts["200"]! > CONNECTIONS / 2, JSON.stringify(counts));
    resident.push(await residentOf(weft.pid));
  }
  assert(resident[2]! < resident[0]! * 1.25 + 30e6, `resident memory grows: ${resident}`);
});

Deno.test("clients that send slowly do not delay others", async () => {
  await using world = await World.start(snippets({ ping: "export default () => 'pong'" }));
  await serving(world);
  const [url] = await world.runtime.sockets.urls();
  const slow = await Promise.all(Array.from({ length: 100 }, () => RawConnection.open(url!)));
  for (const connection of slow) await connection.send("GET /ping HTTP/1.1\r\nhost: ");
  const answers = await Promise.all(Array.from({ length: 200 }, () => world.fetch("/ping")));
  assert(answers.every(({ text }) => text === "pong"));
  for (const connection of slow) {
    await connection.send("localhost\r\nconnection: close\r\n\r\n");
    assertMatch(await connection.rest(), /^HTTP\/1.1 200 [^]*pong$/);
    connection[Symbol.dispose]();
  }
  assertEquals(world.runtime.processes.size, 0);
});

Deno.test("many requests to a slow snippet are all answered, and others are served meanwhile", async () => {
  const slow = "export default () => { for (const end = Date.now() + 5; Date.now() < end;); return 'slow' }";
  await using world = await World.start(snippets({ slow, ping: "export default () => 'pong'" }), { executors: 2 });
  await serving(world, 2);
  const slowly = Array.from({ length: 400 }, () => world.fetch("/slow"));
  const beside = await Promise.all(Array.from({ length: 100 }, () => world.fetch("/ping")));
  assert(beside.every(({ text }) => text === "pong"));
  assert((await Promise.all(slowly)).every(({ text }) => text === "slow"));
  assertEquals(world.runtime.processes.size, 0);
});
