import { assertEquals } from "@std/assert";
import { World } from "./world.ts";

// What the kinds of control flow do across threads: a listener on the host, everything else on an executor.

const to = (name: string, port = "in") => [{ name, port }];
const web = (...links: { name: string; port: string }[]) => ({
  kind: "listener",
  name: "web",
  port: 0,
  links: { out: links },
});
const code = (name: string, code: string, links: Record<string, unknown> = {}) => ({
  kind: "snippet",
  name,
  language: "javascript",
  code,
  links,
});
const start = (specs: readonly object[]) => World.start(JSON.stringify(specs));

Deno.test("a merge gathers what the host sends to an executor in several packets", async () => {
  await using world = await start([
    web(...to("a"), ...to("b")),
    code("a", "export default () => 'a'", { out: to("merge", "in[0]") }),
    code("b", "export default () => new Promise((resolve) => setTimeout(() => resolve('b'), 20))", {
      out: to("merge", "in[1]"),
    }),
    { kind: "merge", name: "merge" },
  ]);
  assertEquals((await world.fetch("/")).text, '["a","b"]');
  // what comes over another link is known on the executor as soon as a request of the new version is
  await world.apply(JSON.stringify([
    web(...to("a"), ...to("b"), ...to("c")),
    code("c", "export default () => 'c'", { out: to("merge", "in[2]") }),
  ]));
  assertEquals((await world.fetch("/")).text, '["a","b","c"]');
});

Deno.test("a forked packet does not hold up the response, and is done nevertheless", async () => {
  await using world = await start([
    web(...to("pipe")),
    { kind: "pipe", name: "pipe", links: { "out[0]": to("fork"), "out[1]": to("here") } },
    { kind: "fork", name: "fork", links: { out: to("sleep") } },
    { kind: "sleep", name: "sleep", interval: 300, links: { out: to("log") } },
    { kind: "log", name: "log", links: { out: to("fail") } },
    code("fail", "export default () => { throw new Error('beside') }"),
    code("here", "export default () => 'here'"),
  ]);
  assertEquals((await world.fetch("/")).text, "here");
  assertEquals(world.log.some((line) => /log: |method/.test(line)), false);
  await world.logged(/the forked packet failed: beside/);
});

Deno.test("items in child processes wait for the host at the same time", async () => {
  await using world = await start([
    web(...to("list")),
    code("list", "export default () => Array.from({ length: 50 }, (_, i) => i)", { out: to("for") }),
    { kind: "for", name: "for", concurrency: 50, links: { "out[0]": to("sleep") } },
    { kind: "sleep", name: "sleep", interval: 200, links: { out: to("log") } },
    { kind: "log", name: "log" },
  ]);
  const began = performance.now();
  assertEquals(JSON.parse((await world.fetch("/")).text), Array.from({ length: 50 }, (_, i) => i));
  // one after the other would take ten seconds
  const took = performance.now() - began;
  assertEquals(took < 5_000, true, `${took} ms`);
});

Deno.test("a retry goes on after a wait, on the thread of the process", async () => {
  await using world = await start([
    web(...to("retry")),
    { kind: "retry", name: "retry", attempts: 5, delay: 20, links: { out: to("log") } },
    { kind: "log", name: "log", message: "attempt", links: { out: to("flaky") } },
    code("flaky", "let n = 0; export default () => { if (++n < 3) throw new Error(`no ${n}`); return n; }"),
  ]);
  assertEquals((await world.fetch("/")).text, "3");
  assertEquals(world.log.filter((line) => line.includes("attempt")).length, 3);
});

Deno.test("a list of 100,000 items goes through a thread while other requests are answered", async () => {
  await using world = await start([
    // limits that only a hang exceeds, on a busy machine too
    { ...web(...to("router")), timeout: "5m" },
    {
      kind: "router",
      name: "router",
      routes: [{ path: "/ping", port: "out[0]" }, { path: "/list", port: "out[1]" }],
      links: { "out[0]": to("pong"), "out[1]": to("list") },
    },
    code("pong", "export default () => 'pong'"),
    {
      ...code("list", "export default () => Array.from({ length: 100_000 }, (_, i) => i)", { out: to("for") }),
      timeout: "30s",
    },
    { kind: "for", name: "for", links: { "out[0]": to("add"), "out[1]": to("count") } },
    { kind: "snippet", name: "add", language: "cel", code: "self + 1" },
    { kind: "snippet", name: "count", language: "cel", code: "size(self)", timeout: "30s" },
  ]);
  let done = false;
  const list = world.fetch("/list").then(({ text }) => (done = true, text));
  let meanwhile = 0;
  while (!done) {
    assertEquals((await world.fetch("/ping")).text, "pong");
    if (!done) meanwhile++;
  }
  assertEquals(await list, "100000", world.log.filter((line) => / error | warn /.test(line)).join("\n"));
  assertEquals(meanwhile > 2, true, `${meanwhile} answers meanwhile`);
});

Deno.test("validate and template work on a thread without code generation; a client is told what is wrong", async () => {
  await using world = await start([
    web(...to("validate")),
    {
      kind: "validate",
      name: "validate",
      schema: {
        properties: { body: { type: "object", required: ["name"], properties: { name: { type: "string" } } } },
      },
      links: { out: to("page") },
    },
    { kind: "template", name: "page", template: "<h1>{{body.name}}</h1>" },
  ]);
  const post = (body: unknown) =>
    world.fetch("/", { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  const page = await post({ name: "<Ada>" });
  assertEquals([page.status, page.text], [200, "<h1>&lt;Ada&gt;</h1>"]);
  assertEquals(page.headers.get("content-type"), "text/html; charset=utf-8");
  const wrong = await post({ name: 1 });
  assertEquals([wrong.status, JSON.parse(wrong.text)], [400, {
    error: 'invalid payload: /body/name: is number, expected "string"',
    errors: [{ path: "/body/name", message: 'is number, expected "string"', keyword: "type", expected: "string" }],
  }]);
});

Deno.test("each stretch of a long list has the time limit of the code, and code that loops ends its request only", async () => {
  const loops = "export default (n) => { if (n === 5_000) for (;;); return n; }";
  await using world = await start([
    web(...to("list")),
    code("list", "export default ({ query }) => Array.from({ length: Number(query.n[0]) }, (_, i) => i)", {
      out: to("map"),
    }),
    { kind: "map", name: "map", language: "javascript", code: loops, timeout: 200, links: { out: to("count") } },
    { kind: "snippet", name: "count", language: "cel", code: "size(self)" },
  ]);
  const [looping, short] = await Promise.all([world.fetch("/?n=6000"), world.fetch("/?n=4000")]);
  assertEquals([looping.status, short.text], [500, "4000"]);
  await world.logged(/map was stopped after 200 ms/);
  assertEquals((await world.fetch("/?n=100")).text, "100");
});
