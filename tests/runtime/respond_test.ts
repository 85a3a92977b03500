import { assertEquals } from "@std/assert";
import { until } from "../support/until.ts";
import { World } from "./world.ts";

// A response that is sent while the workflow goes on, over real sockets and threads.

const to = (name: string, port = "in") => [{ name, port }];
const web = (name: string, fields: Record<string, unknown> = {}) => ({
  kind: "listener",
  name: "web",
  port: 0,
  ...fields,
  links: { out: to(name) },
});
const start = (specs: readonly object[]) => World.start(JSON.stringify(specs));
const slow = [
  { kind: "sleep", name: "slow", interval: 400, links: { out: to("log") } },
  { kind: "log", name: "log", message: "done" },
];

Deno.test("a response is sent at once, the flow goes on, and its answer is not sent", async () => {
  await using world = await start([
    web("respond"),
    {
      kind: "respond",
      name: "respond",
      status: 202,
      headers: { "X-A": "1" },
      body: { id: 7 },
      links: { out: to("slow") },
    },
    ...slow,
  ]);
  const { status, text, headers } = await world.fetch("/");
  assertEquals([status, text, headers.get("x-a")], [202, '{"id":7}', "1"]);
  assertEquals(world.log.some((line) => line.includes("done")), false);
  // the packet goes on as it came
  await world.logged(/done: .*"method":"GET"/);
  await until("the process ends", () => world.runtime.processes.size === 0);
});

Deno.test("the payload is the response unless fields say otherwise, from anywhere in the process", async () => {
  await using world = await start([
    web("fork"),
    { kind: "fork", name: "fork", links: { out: to("make") } },
    {
      kind: "snippet",
      name: "make",
      language: "javascript",
      code: "export default () => ({ status: 201, header: { A: ['1'], B: 'b' }, body: 'made' })",
      links: { out: to("respond") },
    },
    { kind: "respond", name: "respond", header: { B: "2" } },
  ]);
  // the fork answers with nothing, which would be a 204 if it came first
  const answers = [];
  for (let i = 0; i < 3; i++) answers.push((await world.fetch("/")).status);
  assertEquals(answers.every((status) => status === 201 || status === 204), true, answers.join());

  await world.apply(JSON.stringify([web("make")]));
  const { status, text, headers } = await world.fetch("/");
  assertEquals([status, text, headers.get("a"), headers.get("b")], [201, "made", "1", "2"]);
});

Deno.test("an error after the response is logged, and the process ends with it", async () => {
  await using world = await start([
    web("respond"),
    { kind: "respond", name: "respond", body: null, links: { out: to("fail") } },
    { kind: "snippet", name: "fail", language: "javascript", code: "export default () => { throw new Error('late') }" },
  ]);
  const { status, text } = await world.fetch("/");
  assertEquals([status, text], [200, ""]);
  await world.logged(/error .*fail: .*late/);
  await until("the process ends", () => world.runtime.processes.size === 0);
});

Deno.test("a client that goes away after its response does not end the process", async () => {
  await using world = await start([
    web("respond"),
    { kind: "respond", name: "respond", body: "x", links: { out: to("slow") } },
    ...slow,
  ]);
  const [url] = await world.runtime.sockets.urls();
  const connection = await Deno.connect({ port: Number(new URL(url!).port) });
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  await connection.read(new Uint8Array(1_000));
  connection.close();
  await world.logged(/done: /);
});

Deno.test("a second response, and one without a request, are errors that go by error", async () => {
  await using world = await start([
    web("first"),
    { kind: "respond", name: "first", body: "first", links: { out: to("second") } },
    { kind: "respond", name: "second", body: "second", links: { error: to("log") } },
    { kind: "log", name: "log", message: "refused" },
  ]);
  assertEquals((await world.fetch("/")).text, "first");
  await world.logged(/refused: the request was answered already/);
});

Deno.test("a response that cannot be sent is an error, and the request can still be answered", async () => {
  await using world = await start([
    web("respond"),
    { kind: "respond", name: "respond", header: { "bad name": "1" }, links: { error: to("other") } },
    { kind: "snippet", name: "other", language: "text", code: "other" },
  ]);
  assertEquals((await world.fetch("/")).text, "other");
});

Deno.test("a limit answers 429 with Retry-After, and holds for all executors", async () => {
  await using world = await World.start(
    JSON.stringify([
      web("router"),
      { kind: "router", name: "router", routes: [{ path: "/:key", port: "out[0]" }], links: { "out[0]": to("limit") } },
      { kind: "rateLimit", name: "limit", limit: 5, interval: "1h", key: "self.params.key", links: { out: to("ok") } },
      { kind: "snippet", name: "ok", language: "text", code: "ok" },
    ]),
    { executors: 2 },
  );
  const answers = await Promise.all(Array.from({ length: 12 }, () => world.fetch("/a")));
  assertEquals(answers.filter(({ status }) => status === 200).length, 5);
  const limited = answers.find(({ status }) => status === 429)!;
  assertEquals(limited.headers.get("retry-after"), "720");
  assertEquals(JSON.parse(limited.text).error.startsWith("too many requests: try again in 7"), true);
  assertEquals((await world.fetch("/b")).status, 200);
});
