import { assert, assertEquals, assertRejects } from "@std/assert";
import { startNode, startWorkflow } from "@weft/weft/testing";
import { cel, to } from "../../../tests/support/specs.ts";
import { block } from "./block.ts";

Deno.test("a block without inbounds and outbounds is a row", async () => {
  await using node = await startNode(block, { specs: [cel("a", "self + 1"), cel("b", "self * 10")] }, {
    linked: ["out", "error"],
  });
  assertEquals(await node.send(1), 20);
  assertEquals(node.sent, [{ port: "out", payload: 20 }]);
});

Deno.test("a block with inbounds and outbounds has ports of its own names", async () => {
  const fields = {
    specs: [
      { kind: "if", name: "sign", when: "self < 0", links: { "out[0]": to("minus") } },
      cel("minus", "-self"),
    ],
    inbounds: { number: [{ name: "sign", port: "in" }], raw: [{ name: "minus", port: "in" }] },
    outbounds: {
      magnitude: [{ name: "minus", port: "out" }, { name: "sign", port: "out[1]" }],
      failed: [{ name: "minus", port: "error" }],
    },
  };
  await using node = await startNode(block, fields);
  assertEquals(await node.send(-2, "number"), 2);
  assertEquals(await node.send(3, "number"), 3);
  assertEquals(await node.send(4, "raw"), -4);
  assert(await node.send("x", "raw") instanceof Error);
  assertEquals(node.sent.map(({ port }) => port), ["magnitude", "magnitude", "magnitude", "failed"]);
  await assertRejects(() => node.send(1), Error, 'unknown in port "in" of node');
});

Deno.test("an in port may lead to several nodes, whose answers are merged", async () => {
  await using node = await startNode(block, {
    specs: [cel("a", "{'a': self}"), cel("b", "{'b': self}")],
    inbounds: { in: [{ name: "a", port: "in" }, { name: "b", port: "in" }] },
    outbounds: {},
  });
  assertEquals(await node.send(1), [{ a: 1 }, { b: 1 }]);
});

Deno.test("a block is rejected for an unknown node inside, and for an unknown port", async () => {
  const specs = [cel("a", "self")];
  const start = (bounds: Record<string, unknown>, linked?: string[]) =>
    startNode(block, { specs, ...bounds }, { linked });
  await assertRejects(() => start({ inbounds: { in: to("b") } }), Error, 'unknown node "b"; known nodes are a');
  await assertRejects(() => start({ inbounds: { in: [{ name: "a" }] } }), Error, "port");
  await assertRejects(() => start({ inbounds: { in: to("a") }, outbounds: {} }, ["out"]), Error, '"out"');
  await assertRejects(() => start({ outbound: {} }), Error, 'did you mean "outbounds"?');
});

Deno.test("nodes without a name inside a block are called $0, $1, ... by their places", async () => {
  const specs = (first: string) => `
- kind: block
  name: sum
  specs:
    - { ${first} kind: snippet, language: cel, code: self + 1, ports: { out: [{ name: $1, port: in }] } }
    - { kind: snippet, language: cel, code: self * 10, ports: { out: [{ name: last, port: in }] } }
    - { name: last, kind: snippet, language: cel, code: self - 3 }
  inbounds: { in: [{ name: $0, port: in }] }
  outbounds: { out: [{ name: last, port: out }] }
`;
  for (const first of ["", "name: $0,"]) {
    await using workflow = await startWorkflow(specs(first));
    assertEquals(await workflow.send("sum.in", 4), 47);
  }
  await assertRejects(() => startWorkflow(specs("name: $2,")), Error, "invalid name");
  await assertRejects(() => startWorkflow(specs("").replace("name: $1", "name: $2")), Error, 'unknown node "$2"');
});
