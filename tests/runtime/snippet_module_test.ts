import { assert, assertEquals, assertMatch } from "@std/assert";
import { snippets, World } from "./world.ts";

// What a snippet's module may look like, and what it can count on.
const CODES: Record<string, string> = {
  declared: "export default function (args) { return args.method }",
  named: "export default function handle({ method }) { return handle.name + ' ' + method }",
  arrow: "export default ({ path }) => path",
  async: "export default async ({ query }) => { const n = await Promise.resolve(Number(query.n[0])); return n + 1 }",
  later: "export default ({ query }) => new Promise((resolve) => queueMicrotask(() => resolve(query.n[0] * 2)))",
  reference:
    "const twice = (n) => n * 2; function handle({ query }) { return twice(query.n[0]) } export default handle;",
  renamed: "function handle() { return 'renamed' } export { handle as default }",
  beside: `
    export const VERSION = 3;
    export function add(n) { return n + VERSION }
    export class Point { constructor(x) { this.x = x } get double() { return this.x * 2 } }
    class Counter { static #made = 0; #n = ++Counter.#made; get n() { return this.#n } }
    let { a, ...rest } = { a: 1, b: 2 };
    export default () => [add(a), new Point(4).double, rest, typeof new Counter().n];`,
  generator: "function* count() { yield 1; yield 2 } export default () => [...count()]",
  hoisted: "export default () => late(); function late() { return 'hoisted' }",
  default_class: "const f = (x = [1, 2], ...more) => [x, more]; export default () => f()",
  top: "const table = Object.fromEntries([['a', 1]]); export default () => table",
  no_argument: "export default function () { return arguments.length }",
  without_this: "export default function () { return this === undefined }",
};

Deno.test("a snippet is a module with a function as its default", async (t) => {
  await using world = await World.start(snippets(CODES));
  const expected: Record<string, unknown> = {
    declared: "GET",
    named: "handle GET",
    arrow: "/arrow",
    async: 6,
    later: 10,
    reference: 10,
    renamed: "renamed",
    beside: [4, 8, { b: 2 }, "number"],
    generator: [1, 2],
    hoisted: "hoisted",
    default_class: [[1, 2], []],
    top: { a: 1 },
    no_argument: 1,
    without_this: true,
  };
  for (const [name, value] of Object.entries(expected)) {
    await t.step(name, async () => {
      const { status, text } = await world.fetch(`/${name}?n=5`, { headers: { accept: "application/json" } });
      assertEquals([status, JSON.parse(text)], [200, value]);
    });
  }
});

Deno.test("a snippet's top level runs once, and what one leaves behind reaches no other", async () => {
  const codes = {
    counter: "let n = 0; export default () => ++n",
    leaver: "export default () => { globalThis.leak = 1; return typeof leak }",
    looker: "export default () => typeof leak",
    patcher: "export default () => { Array.prototype.map = () => 'patched'; return [1].map((n) => n) }",
  };
  await using world = await World.start(snippets(codes));
  const counts = [await world.fetch("/counter"), await world.fetch("/counter"), await world.fetch("/counter")];
  assertEquals(counts.map(({ text }) => Number(text)), [1, 2, 3]);
  assertEquals((await world.fetch("/leaver")).status, 500); // nobody can add to the shared global
  assertEquals((await world.fetch("/looker")).text, "undefined");
  assertEquals((await world.fetch("/patcher")).status, 500);
});

Deno.test("an isolated snippet does what any other does", async () => {
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

Deno.test("console writes to the log, with the process and the node", async () => {
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

Deno.test("an error that is handled reaches the snippet as one", async () => {
  const specs = JSON.parse(snippets({
    bad: "export default () => { throw new RangeError('too far', { cause: new Error('why') }) }",
  }));
  specs[0].links.error = [{ name: "told", port: "in" }];
  specs.push({
    kind: "snippet",
    name: "told",
    language: "javascript",
    code: `export default function (args) {
      return { error: args.error(), instance: args instanceof Error, name: args.name, cause: args.cause.message };
    }`,
  });
  await using world = await World.start(JSON.stringify(specs));
  assertEquals(JSON.parse((await world.fetch("/bad")).text), {
    error: "too far",
    instance: true,
    name: "RangeError",
    cause: "why",
  });
});
