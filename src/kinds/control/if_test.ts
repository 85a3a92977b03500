import { assert, assertEquals, assertRejects } from "@std/assert";
import { startNode } from "@weft/weft/testing";
import { ifKind } from "./if.ts";

Deno.test("if sends a packet by out[0] where its condition is true, else by out[1]", async () => {
  await using node = await startNode(ifKind, { when: "self.age >= 18" }, {
    answers: { "out[0]": "welcome", "out[1]": "too young" },
  });
  assertEquals(await node.send({ age: 18 }), "welcome");
  assertEquals(await node.send({ age: 17 }), "too young");
  assertEquals(node.sent, [{ port: "out[0]", payload: { age: 18 } }, { port: "out[1]", payload: { age: 17 } }]);
});

Deno.test("if takes its condition as it is evaluated: a value is true unless it is false, null, zero or empty", async () => {
  await using node = await startNode(ifKind, { when: "self" });
  const ways = [true, 1, "a", [0], { a: 1 }, false, 0, "", null, [], {}];
  for (const payload of ways) await node.send(payload);
  assertEquals(node.sent.map(({ port }) => port), [...Array(5).fill("out[0]"), ...Array(6).fill("out[1]")]);
});

Deno.test("the error of a condition goes by error, and is the answer where that is not linked", async () => {
  for (const linked of [undefined, []]) {
    await using node = await startNode(ifKind, { when: "self.a.b > 1" }, { linked });
    const answer = await node.send({});
    assert(answer instanceof Error);
    assertEquals(node.sent, linked === undefined ? [{ port: "error", payload: answer }] : []);
  }
});

Deno.test("a packet to a port that is not linked is the answer", async () => {
  await using node = await startNode(ifKind, { when: "self > 0" }, { linked: ["out[0]"] });
  assertEquals([await node.send(1), await node.send(-1)], [1, -1]);
  assertEquals(node.sent, [{ port: "out[0]", payload: 1 }]);
});

Deno.test("if is rejected without a condition, with a wrong one, and with fields that it does not have", async () => {
  const start = (fields: Record<string, unknown>) => startNode(ifKind, fields);
  await assertRejects(() => start({}), Error, 'missing field "when"');
  await assertRejects(() => start({ when: "self >" }), Error, "node: ");
  await assertRejects(() => start({ when: "other" }), Error, "other");
  await assertRejects(() => start({ when: "true", wehn: 1 }), Error, 'did you mean "when"?');
  await assertRejects(() => start({ when: "true", timeout: "soon" }), Error, 'invalid timeout "soon"');
});
