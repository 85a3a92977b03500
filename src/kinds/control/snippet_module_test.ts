import { assert, assertEquals } from "@std/assert";
import { type Answer, startNode, startWorkflow } from "@weft/weft/testing";
import { snippet } from "./snippet.ts";

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

Deno.test("a snippet is a module whose default export is a function", async (t) => {
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
      await using node = await startNode(snippet, { language: "javascript", code: CODES[name] });
      assertEquals(await node.send({ method: "GET", path: `/${name}`, query: { n: ["5"] } }), value);
    });
  }
});

Deno.test("the top level of a snippet runs once, and snippets cannot affect each other", async () => {
  const codes = {
    counter: "let n = 0; export default () => ++n",
    leaver: "export default () => { globalThis.leak = 1; return typeof leak }",
    looker: "export default () => typeof leak",
    patcher: "export default () => { Array.prototype.map = () => 'patched'; return [1].map((n) => n) }",
  };
  await using workflow = await startWorkflow(
    Object.entries(codes).map(([name, code]) => ({ kind: "snippet", name, language: "javascript", code })),
  );
  assertEquals([await send("counter"), await send("counter"), await send("counter")], [1, 2, 3]);
  assertEquals(await send("leaver"), "number"); // on the global object of its own
  assertEquals(await send("looker"), "undefined");
  assert(await send("patcher") instanceof Error);

  function send(name: string): Promise<Answer> {
    return workflow.send(`${name}.in`, null);
  }
});

Deno.test("a snippet linked to an error port receives an Error", async () => {
  const code = `export default function (args) {
    return { error: args.error(), instance: args instanceof Error, name: args.name, cause: args.cause.message };
  }`;
  await using workflow = await startWorkflow([
    {
      kind: "snippet",
      name: "bad",
      language: "javascript",
      code: "export default () => { throw new RangeError('too far', { cause: new Error('why') }) }",
      links: { error: [{ name: "handled", port: "in" }] },
    },
    { kind: "snippet", name: "handled", language: "javascript", code },
  ]);
  assertEquals(await workflow.send("bad.in", null), {
    error: "too far",
    instance: true,
    name: "RangeError",
    cause: "why",
  });
});
