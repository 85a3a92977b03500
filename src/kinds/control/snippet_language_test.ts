import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type Answer, startWorkflow } from "@weft/weft/testing";
import { placeOf } from "../../../tests/support/place.ts";

Deno.test("CEL compares an error with the messages of all its causes, and calculates with JavaScript numbers", async () => {
  await using workflow = await startWorkflow(`
- kind: snippet
  name: work
  language: javascript
  code: |
    export default ({ query }) => {
      if (query.fail) throw new Error("outer", { cause: new Error("inner", { cause: new Error(query.fail[0]) }) });
      return { n: 41, half: 0.5, big: 2n ** 60n };
    }
  links: { out: [{ name: count, port: in }], error: [{ name: why, port: in }] }
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
  assertEquals(await workflow.send("work.in", { query: {} }), [42, 20.5, 1, true, 2n ** 60n + 1n]);
  assertEquals(await fail("root"), "both");
  assertEquals(await fail("other"), "one");

  function fail(message: string): Promise<Answer> {
    return workflow.send("work.in", { query: { fail: [message] } });
  }
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

Deno.test("invalid code is rejected with its line and column in the file", async (t) => {
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
      const { message } = await assertRejects(() => startWorkflow(file), Error);
      assertMatch(message, new RegExp(`^test\\.yaml:${place}: `), message);
    });
  }
});

Deno.test("a module whose top level throws is rejected with its line and column", async () => {
  const file = `- kind: snippet
  name: early
  language: javascript
  code: |
    const config = null;
    const port = config.port;
    export default () => port;
`;
  const { message } = await assertRejects(() => startWorkflow(file), Error);
  assertMatch(message, new RegExp(`^test\\.yaml:${placeOf(file, "port;\n    export")}: .*null`));
});
