import { assertEquals, assertMatch } from "@std/assert";
import { placeOf } from "./place.ts";
import { World } from "./world.ts";

// The languages beside JavaScript, and where an error in any of them is said to be.
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

Deno.test("snippets in every language", async (t) => {
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

Deno.test("CEL finds a message anywhere along an error's causes, and counts with JavaScript's numbers", async () => {
  await using world = await World.start(`
- kind: listener
  name: web
  port: 0
  links: { out: [{ name: work, port: in }], error: [{ name: why, port: in }] }
- kind: snippet
  name: work
  language: javascript
  code: |
    export default ({ query }) => {
      if (query.fail) throw new Error("outer", { cause: new Error("inner", { cause: new Error(query.fail[0]) }) });
      return { n: 41, half: 0.5, big: 2n ** 60n };
    }
  links: { out: [{ name: count, port: in }] }
- kind: snippet
  name: count
  language: cel
  code: "[self.n + 1, self.n / 2, self.half * 2, self.n > 40, self.big + 1]"
- kind: switch
  name: why
  matches:
    - { when: 'self == "outer"  && self == "root"', port: "out[0]" }
    - { when: self == "inner", port: "out[1]" }
  links:
    out[0]: [{ name: both, port: in }]
    out[1]: [{ name: one, port: in }]
- { kind: snippet, name: both, language: text, code: both }
- { kind: snippet, name: one, language: text, code: one }
`);
  assertEquals((await world.fetch("/")).text, "[42,20.5,1,true,1152921504606846977]");
  assertEquals((await world.fetch("/?fail=root")).text, "both");
  assertEquals((await world.fetch("/?fail=other")).text, "one");
});

/** Code that is wrong, in a block, each with what the message points at. */
const WRONG: [language: string, code: string, marker: string][] = [
  ["javascript", "export default () => {\n  const a = 1;\n  const b = ];\n}", "];"],
  ["javascript", "const a = 1;\nexport const b = a;", "const a"],
  ["typescript", "type A = string;\nexport default (a: A) => {\n  return a b;\n}", "b;\n"],
  ["typescript", "enum Color { Red }\nexport default () => Color.Red", "enum"],
  ["cel", "self.a +\n  self.b )", ")"],
  ["cel", "[1, 2].map(n,\n  unknown + n)", "unknown"],
  ["json", '{\n  "a": 1,\n  "b": x\n}', "x\n"],
  ["yaml", "a: 1\nb: [1, 2\nc: 3", "c: 3"],
  ["yaml", "a: 1\na: 2", "a: 2"],
];

Deno.test("code that is wrong is refused at its own line and column of the file", async (t) => {
  await using world = await World.start(JSON.stringify([{ kind: "listener", name: "web", port: 0 }]));
  for (const [index, [language, code, marker]] of WRONG.entries()) {
    await t.step(`${language} ${index}`, async () => {
      const indented = code.split("\n").map((line) => `      ${line}`).join("\n");
      const file = `- kind: step
  name: outer
  specs:
  - kind: snippet
    language: ${language}
    code: |
${indented}
`;
      const place = placeOf(file, marker);
      const refused = await world.apply(file).then(() => "it was taken", (error) => String(error.message));
      assertMatch(refused, new RegExp(`^test\\.yaml:${place}: `), refused);
    });
  }
});

Deno.test("a top level that throws is refused with its place", async () => {
  const file = `- kind: snippet
  name: early
  language: javascript
  code: |
    const config = null;
    const port = config.port;
    export default () => port;
`;
  const refused = await World.start(file).then(() => undefined, (error) => error as Error);
  const why = (refused?.cause as Error | undefined)?.message ?? "";
  assertMatch(why, new RegExp(`^test\\.yaml:${placeOf(file, "port;\n    export")}: .*null`));
});
