import { assert, assertEquals, assertRejects } from "@std/assert";
import { startNode } from "@weft/weft/testing";
import { step } from "./step.ts";

const cel = (code: string) => ({ kind: "snippet", language: "cel", code });

Deno.test("step runs its nodes one after another, and sends on what the last one sends", async () => {
  await using node = await startNode(step, { specs: [cel("self + 1"), cel("self * 10"), cel("[self]")] });
  assertEquals(await node.send(1), [20]);
  assertEquals(node.sent, [{ port: "out", payload: [20] }]);
});

Deno.test("an error of any node goes by the error of the step, and skips the rest", async () => {
  for (const specs of [[cel("self.a.b"), cel("1")], [cel("self"), cel("self.a.b")]]) {
    await using node = await startNode(step, { specs }, { answers: { error: "handled" } });
    assertEquals(await node.send({}), "handled");
    assertEquals(node.sent.map(({ port }) => port), ["error"]);
  }
});

Deno.test("where nothing is linked, the last answer is that of the step", async () => {
  await using node = await startNode(step, { specs: [cel("self + 1"), cel("self / 2")] }, { linked: [] });
  assertEquals(await node.send(7), 4);
  assert(await node.send("seven") instanceof Error);
});

Deno.test("a step in a step", async () => {
  const inner = { kind: "step", specs: [cel("self + 1"), cel("self + 1")] };
  await using node = await startNode(step, { specs: [inner, cel("self * 2"), inner] });
  assertEquals(await node.send(0), 6);
});

Deno.test("step is rejected for its fields and for what is wrong inside", async () => {
  await assertRejects(() => startNode(step, {}), Error, 'missing field "specs"');
  await assertRejects(() => startNode(step, { specs: [] }), Error, "specs");
  await assertRejects(() => startNode(step, { specs: [{ kind: "snipet" }] }), Error, 'did you mean "snippet"?');
  await assertRejects(() => startNode(step, { specs: [cel("1"), cel("self +")] }), Error);
});
