import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Failure } from "@weft/weft/kind";
import { startWorkflow } from "@weft/weft/testing";

/** A definition of a block that adds, and what uses it. */
const specs = (add = "{{ with.summand }}") => `
- kind: block.definition
  name: adder
  data:
    parameters:
      summand: { default: 1 }
      suffix:
    specs:
      - kind: snippet
        language: cel
        code: string(self)
      - kind: template
        format: text
        type: "{{ with.suffix }}"
        template: "{{.}}"
      - kind: sleep
        interval: "${add}"
- kind: block
  name: one
  use: adder
  with: { suffix: text/css }
- kind: step
  name: two
  specs:
    - kind: block
      use: adder
      with: { suffix: "text/{{ 'html' }}", summand: 5 }
`;

Deno.test("a block is written once and used by its name, with parameters of any type", async () => {
  await using workflow = await startWorkflow(specs());
  for (const [name, ms] of [["one", 1], ["two", 5]] as const) {
    const answer = workflow.send(`${name}.in`, 7);
    await workflow.clock.advance(ms - 1);
    assertEquals(workflow.clock.sleeping, 1);
    await workflow.clock.advance(1);
    assertEquals(await answer, "7");
  }
});

Deno.test("a change of the definition changes all blocks that use it, and a bad one changes nothing", async () => {
  const define = (code: string) =>
    JSON.stringify([{
      kind: "block.definition",
      name: "d",
      data: { specs: [{ kind: "snippet", language: "cel", code }] },
    }]);
  await using workflow = await startWorkflow(define("self + 1"));
  await workflow.apply([{ kind: "block", name: "a", use: "d" }, {
    kind: "step",
    name: "b",
    specs: [{ kind: "block", use: "d" }],
  }]);
  assertEquals([await workflow.send("a.in", 1), await workflow.send("b.in", 1)], [2, 2]);
  await workflow.apply(define("self + 10"));
  assertEquals([await workflow.send("a.in", 1), await workflow.send("b.in", 1)], [11, 11]);
  await assertRejects(() => workflow.apply(define("self +")), Error, "; used by a");
  assertEquals([await workflow.send("a.in", 1), await workflow.send("b.in", 1)], [11, 11]);
  await assertRejects(() => workflow.delete("d"), Error);
  assertEquals(await workflow.send("a.in", 1), 11);
  await workflow.delete("a");
  await workflow.delete("b");
  await workflow.delete("d");
});

Deno.test("an error at run time has its place in the definition, and the path of the block that uses it", async () => {
  await using workflow = await startWorkflow(`- kind: block.definition
  name: d
  data:
    specs:
      - kind: snippet
        language: cel
        code: self.missing
- { kind: block, name: user, use: d }
`);
  const error = await workflow.send("user.in", {}) as Failure;
  assert(error instanceof Error);
  assertEquals(error.position?.startsWith("test.yaml:7:"), true, error.position);
  assertEquals(error.path?.at(-1), "user/0");
});

Deno.test("what is wrong with a use or in a definition is told with both places", async () => {
  const rejected = async (yaml: string, message: string) => {
    const error = await assertRejects(() => startWorkflow(yaml), Error);
    assertEquals(error.message.includes(message), true, `${error.message}\n  expected ${message}`);
  };
  const definition = (data: unknown) => `- ${JSON.stringify({ kind: "block.definition", name: "d", data })}\n`;
  const good = definition({ parameters: { ms: {} }, specs: [{ kind: "sleep", interval: "{{ with.ms }}" }] });
  const use = (fields: string) => `- { kind: block, name: a, ${fields} }\n`;
  await rejected(use("use: x"), 'test.yaml:1:32: unknown block "x"; define it as an entry of kind block.definition');
  await rejected(good + use("use: d"), 'missing parameter "ms" of block "d" (test.yaml:1:3)');
  await rejected(good + use("use: d, with: { ms: 1, m: 2 }"), 'unknown parameter "m" of block "d" (test.yaml:1:3)');
  await rejected(good + use("use: d, with: { ms: soon }"), "expected a duration");
  await rejected(good + use("use: d, with: { ms: soon }"), "used by a at test.yaml:2:3");
  await rejected(good + use("use: d, with: { ms: 1 }, specs: [{ kind: nop }]"), "both use and specs are given");
  await rejected(good + use("inbounds: {}"), 'missing field "specs"');
  await rejected(
    definition({ specs: [{ kind: "sleep", interval: "{{ with.ms }}" }] }) + use("use: d"),
    'unknown parameter "ms"',
  );
  await rejected(definition({ specs: [{ kind: "block", use: "d" }] }) + use("use: d"), 'block "d" uses itself: d > d');
  await rejected(definition({ spec: [] }), "spec");
});
