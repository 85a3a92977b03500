import { assertEquals, assertRejects } from "@std/assert";
import { NONE, sequence, startNode } from "@weft/weft/testing";
import { tryKind } from "./try.ts";

Deno.test("try answers with what comes back, and sends an error on by error", async () => {
  const failure = new Error("no");
  await using node = await startNode(tryKind, {}, {
    answers: { out: sequence("fine", failure, NONE), error: (error) => `caught ${(error as Error).message}` },
  });
  assertEquals(await node.send(1), "fine");
  assertEquals(await node.send(2), "caught no");
  assertEquals(await node.send(3), NONE);
  assertEquals(node.sent.map(({ port }) => port), ["out", "out", "error", "out"]);
});

Deno.test("an error stays the answer where error is not linked, or fails in turn", async () => {
  const failure = new Error("no");
  await using unlinked = await startNode(tryKind, {}, { linked: ["out"], answers: { out: failure } });
  assertEquals(await unlinked.send(1), failure);
  const worse = new Error("worse");
  await using failing = await startNode(tryKind, {}, { answers: { out: failure, error: worse } });
  assertEquals(await failing.send(1), worse);
});

Deno.test("where out is not linked, the packet itself comes back", async () => {
  await using node = await startNode(tryKind, {}, { linked: ["error"], answers: { error: "caught" } });
  assertEquals(await node.send(1), 1);
  assertEquals(await node.send(new Error("sent")), "caught");
});

Deno.test("try has no fields", async () => {
  await assertRejects(() => startNode(tryKind, { times: 3 }), Error, 'unknown field "times" of try');
});
