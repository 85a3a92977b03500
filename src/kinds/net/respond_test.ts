import { assertEquals, assertRejects } from "@std/assert";
import type { Failure } from "@weft/weft/kind";
import { startNode } from "@weft/weft/testing";
import { respond } from "./respond.ts";

Deno.test("where there is no request to respond to, the error says so", async () => {
  await using node = await startNode(respond, { status: 202 });
  const answer = await node.send("a") as Failure;
  assertEquals(answer.code, "not_found");
  assertEquals(node.sent, [{ port: "error", payload: answer }]);
});

Deno.test("respond is rejected for its fields", async () => {
  await assertRejects(() => startNode(respond, { status: 100 }), Error, "status");
  await assertRejects(() => startNode(respond, { statusCode: 200 }), Error, 'unknown field "statusCode" of respond');
  await assertRejects(() => startNode(respond, { header: { a: 1, b: {} } }), Error, "header");
});
