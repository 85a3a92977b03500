import { assert, assertEquals, assertMatch } from "@std/assert";
import { snippets, World } from "./world.ts";

// What snippets do on a thread of their own; what they do at all is tested beside the kind.
/** Code in each language beside JavaScript, and what it answers to `?n=4`. */
const CODES: [name: string, language: string, code: string, answer: unknown][] = [
  ["text", "text", "as it\nstands", "as it\nstands"],
  ["json", "json", '{"a": [1, null]}', { a: [1, null] }],
  ["yaml", "yaml", "a: &a [1, ~]\nb: *a\n", { a: [1, null], b: [1, null] }],
  [
    "typescript",
    "typescript",
    "type N = number; export default (r: { query: { n: string[] } }): N => Number(r.query.n[0]!) as N",
    4,
  ],
  ["plus", "cel", "int(self.query.n[0]) + 1", 5],
  ["number", "cel", "size(self.query.n) / 1", 1],
  ["has", "cel", "has(self.body) ? self.body : null", null],
  ["missing", "cel", "has(self.query.absent)", false],
  ["made", "cel", `{"list": self.query.n.map(n, n + "!"), "in": "n" in self.query}`, { list: ["4!"], in: true }],
];

const listener = (target: string) => ({
  kind: "listener",
  name: "web",
  port: 0,
  links: { out: [{ name: target, port: "in" }] },
});

Deno.test("snippets run in every language", async (t) => {
  await using world = await World.start(JSON.stringify([
    listener("router"),
    {
      kind: "router",
      name: "router",
      routes: CODES.map(([name], i) => ({ path: `/${name}`, port: `out[${i}]` })),
      links: Object.fromEntries(CODES.map(([name], i) => [`out[${i}]`, [{ name, port: "in" }]])),
    },
    ...CODES.map(([name, language, code]) => ({ kind: "snippet", name, language, code })),
  ]));
  for (const [name, language, , answer] of CODES) {
    await t.step(`${language}: ${name}`, async () => {
      const { status, text } = await world.fetch(`/${name}?n=4`, { headers: { accept: "application/json" } });
      assertEquals([status, JSON.parse(text)], [200, answer]);
    });
  }
});

const OUTSIDE = [
  "Deno",
  "process",
  "require",
  "fetch",
  "Worker",
  "WebAssembly",
  "postMessage",
  "navigator",
];

Deno.test("an isolated snippet behaves like a shared one", async () => {
  const codes = {
    counter: "let n = 0; export default ({ query }) => `${++n} ${query.a[0]} ${new URL('http://h/p').pathname}`",
    bad: "export default () => { throw new Error('bad') }",
  };
  await using world = await World.start(snippets(codes, { isolate: true }));
  assertEquals((await world.fetch("/counter?a=x")).text, "1 x /p");
  assertEquals((await world.fetch("/counter?a=y")).text, "2 y /p");
  assertEquals((await world.fetch("/bad")).status, 500);
  await world.logged(/> bad: test\.yaml:1:\d+: bad$/);
});

Deno.test("console output is logged with the process and the node", async () => {
  const codes = {
    writer: `
      console.info("top level");
      export default ({ query }) => {
        console.log("n is %d", Number(query.n[0]), { a: [1] });
        console.warn("careful\\nline two");
        console.error(new Error("only told"));
        return "written";
      }`,
    failing: `export default () => { console.log("before it fails"); throw new Error("failed") }`,
  };
  await using world = await World.start(snippets(codes));
  await world.logged(/ info +writer: top level$/);
  assertEquals((await world.fetch("/writer?n=7")).text, "written");
  const line = await world.logged(/n is 7/);
  const id = / info +\[([0-9a-f-]{36})\] writer: n is 7 \{.*a.*1.*\}$/.exec(line)?.[1];
  assert(id !== undefined, line);
  assertMatch(await world.logged(/careful/), new RegExp(` warn +\\[${id}\\] writer: careful\\\\x0aline two$`));
  assertMatch(await world.logged(/only told/), new RegExp(` error \\[${id}\\] writer: .*only told`));
  const { process } = JSON.parse((await world.fetch("/failing")).text);
  assertMatch(await world.logged(/before it fails/), new RegExp(`\\[${process}\\] failing: before it fails$`));
});

Deno.test("nothing that reaches outside of the realm is available", async () => {
  const codes = {
    names: `export default () => ${JSON.stringify(OUTSIDE)}.filter((name) => name in globalThis)`,
    made: `export default () => [URL, TextEncoder, structuredClone, atob, crypto.randomUUID, console.log]
      .filter((made) => { try { return made.constructor("return typeof Deno")() !== "undefined" } catch { return false } })
      .length`,
    import: `export default () => import("node:fs").then(() => "imported", (error) => "refused")`,
  };
  const { import: imports, ...rest } = codes;
  await using world = await World.start(snippets(rest));
  assertEquals(JSON.parse((await world.fetch("/names")).text), []);
  assertEquals(JSON.parse((await world.fetch("/made")).text), 0);
  const refused = await World.start(snippets({ import: imports })).then(() => "", (error) => String(error.message));
  assertMatch(refused, /import/);
});
