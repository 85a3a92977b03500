import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Answer, startNode } from "@weft/weft/testing";
import { snippet } from "./snippet.ts";

// Values as they leave a snippet, and what is there for making them.
const VALUES: Record<string, [code: string, value: unknown]> = {
  map: ["new Map([['a', 1], ['b', new Map([['c', 2]])]])", { a: 1, b: { c: 2 } }],
  other_keys: ["new Map([[1, 'a'], [true, 'b']])", [[1, "a"], [true, "b"]]],
  set: ["new Set([1, 'a', new Set([2])])", [1, "a", [2]]],
  nested: ["({ list: [new Map([['x', new Set([1])]])] })", { list: [{ x: [1] }] }],
  left_out: ["({ a: undefined, b: null, c: [undefined] })", { b: null, c: [null] }],
  instance: ["new (class { a = 1; get b() { return 2 } })()", { a: 1 }],
  to_json: ["({ at: new (class { toJSON() { return 'as json' } })() })", { at: "as json" }],
  no_prototype: ["Object.assign(Object.create(null), { a: 1 })", { a: 1 }],
  proto: ["JSON.parse('{\"__proto__\": 1}')", JSON.parse('{"__proto__": 1}')],
  shared: ["(() => { const a = [1]; return [a, a] })()", [[1], [1]]],
  getter: ["({ get a() { return 1 } })", { a: 1 }],
  boxed: ["[new Number(1), new String('a'), new Boolean(false)]", [1, "a", false]],
  date: ["[new Date(0)]", [new Date(0)]],
};

const NO_VALUES: Record<string, [code: string, message: RegExp]> = {
  function: ["({ a: { b: [1, () => 1] } })", /function.*a\.b\[1\]/],
  symbol: ["({ a: Symbol('s') })", /symbol.*a/],
  cycle: ["(() => { const a = { b: [] }; a.b.push(a); return { top: a } })()", /(cycle|itself|circular).*top\.b\[0\]/],
  promise: ["({ p: Promise.resolve(1) })", /promise.*p/],
  iterator: ["[1].values()", /iterator/],
  deep: ["(() => { let a = 1; for (let i = 0; i < 300; i++) a = [a]; return a })()", /more than 200 levels/],
  many: ["Array.from({ length: 1_000_001 }, () => 0)", /1000000|million/],
  large: ["'x'.repeat(2 ** 25)", /larger|16/],
};

const BUILT_IN: Record<string, [code: string, value: unknown]> = {
  url: ["(({ host, searchParams }) => [host, searchParams.get('q')])(new URL('http://a.b:1/c?q=%C3%A9'))", [
    "a.b:1",
    "é",
  ]],
  query: ["new URLSearchParams({ a: '1 2', b: 'ü' }).toString()", "a=1+2&b=%C3%BC"],
  encode: ["[...new TextEncoder().encode('é')]", [195, 169]],
  decode: ["new TextDecoder().decode(new Uint8Array([195, 169]))", "é"],
  base64: ["[btoa('weft'), atob('d2VmdA==')]", ["d2VmdA==", "weft"]],
  clone: [
    "(() => { const a = { m: new Map([['k', [2]]]) }, b = structuredClone(a); b.m.get('k').push(3); return [a, b] })()",
    [
      { m: { k: [2] } },
      { m: { k: [2, 3] } },
    ],
  ],
  uuid: ["/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())", true],
  random: ["crypto.getRandomValues(new Uint8Array(8)).some((byte) => byte > 0)", true],
  date: ["Math.abs(Date.now() - new Date().getTime()) < 1000", true],
  intl: ["new Intl.NumberFormat('de').format(1234.5)", "1.234,5"],
  regexp: ["'a-b-c'.replaceAll(/-(?<x>\\w)/g, '[$<x>]')", "a[b][c]"],
  group: ["Object.groupBy([1, 2, 3], (n) => n % 2 ? 'odd' : 'even')", { odd: [1, 3], even: [2] }],
  tagged: ["String.raw`a\\n${1}`", "a\\n1"],
};

/** Returns what a snippet answers that returns an expression. */
async function returned(expression: string): Promise<Answer> {
  await using node = await startNode(snippet, { language: "javascript", code: `export default () => (${expression})` });
  return await node.send(null);
}

Deno.test("results of snippets are converted to values", async (t) => {
  for (const [name, [code, value]] of Object.entries(VALUES)) {
    await t.step(name, async () => {
      assertEquals(await returned(code), value);
    });
  }
});

Deno.test("a result that is not a value is an error that says where it is", async (t) => {
  for (const [name, [code, message]] of Object.entries(NO_VALUES)) {
    await t.step(name, async () => {
      const answer = await returned(code);
      assert(answer instanceof Error);
      assertMatch(answer.message, message);
    });
  }
});

Deno.test("standard built-in objects are available", async (t) => {
  for (const [name, [code, value]] of Object.entries(BUILT_IN)) {
    await t.step(name, async () => {
      assertEquals(await returned(code), value);
    });
  }
});
