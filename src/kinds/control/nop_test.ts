import { assertEquals, assertRejects } from "@std/assert";
import { NONE, startNode } from "@weft/weft/testing";
import { nop } from "./nop.ts";

Deno.test("nop takes anything and answers with nothing", async () => {
  await using node = await startNode(nop);
  for (const payload of [null, 1, new Error("no"), { a: [1] }]) assertEquals(await node.send(payload), NONE);
  assertEquals(node.log, []);
});

Deno.test("nop has no fields and no out ports", async () => {
  await assertRejects(() => startNode(nop, { code: "1" }), Error, 'unknown field "code" of nop');
  await assertRejects(() => startNode(nop, {}, { linked: ["out"] }), Error, '"out"');
});
