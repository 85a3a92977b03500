import { assertEquals, assertRejects } from "@std/assert";
import { NONE, startNode, startWorkflow } from "@weft/weft/testing";
import { pipe } from "./pipe.ts";

Deno.test("pipe sends a packet by out[0], and each answer by the next port", async () => {
  await using node = await startNode(pipe, {}, {
    linked: ["out[0]", "out[1]", "out[2]"],
    answers: { "out[0]": "a", "out[1]": "b", "out[2]": "c" },
  });
  assertEquals(await node.send("in"), "c");
  assertEquals(node.sent.map(({ port, payload }) => [port, payload]), [["out[0]", "in"], ["out[1]", "a"], [
    "out[2]",
    "b",
  ]]);
});

Deno.test("ports that are not linked are passed over; without any the packet comes back", async () => {
  await using gap = await startNode(pipe, {}, {
    linked: ["out[1]", "out[10]", "out[2]"],
    answers: { "out[1]": "a", "out[2]": "b" },
  });
  assertEquals(await gap.send(1), "b");
  assertEquals(gap.sent.map(({ port, payload }) => [port, payload]), [["out[1]", 1], ["out[2]", "a"], [
    "out[10]",
    "b",
  ]]);
  await using none = await startNode(pipe, {}, { linked: [] });
  assertEquals(await none.send(1), 1);
});

Deno.test("where there is no answer the next port gets null, and the last answer stays none", async () => {
  await using node = await startNode(pipe, {}, {
    linked: ["out[0]", "out[1]"],
    answers: { "out[0]": NONE, "out[1]": NONE },
  });
  assertEquals(await node.send(1), NONE);
  assertEquals(node.sent.at(-1), { port: "out[1]", payload: null });
});

Deno.test("an error ends the row and goes by error, from any port", async () => {
  for (const at of [0, 1, 2]) {
    const answers = { [`out[${at}]`]: new Error("no"), error: "caught" };
    await using node = await startNode(pipe, {}, { linked: ["out[0]", "out[1]", "out[2]", "error"], answers });
    assertEquals(await node.send(1), "caught");
    assertEquals(node.sent.map(({ port }) => port).slice(at), [`out[${at}]`, "error"]);
    await using bare = await startNode(pipe, {}, { linked: ["out[0]", "out[1]", "out[2]"], answers });
    assertEquals((await bare.send(1) as Error).message, "no");
  }
});

Deno.test("pipe is also called call, and has no fields", async () => {
  await using workflow = await startWorkflow([{ kind: "call", name: "call" }]);
  assertEquals(await workflow.send("call.in", 1), 1);
  await assertRejects(() => startNode(pipe, { timeout: 1 }), Error, 'unknown field "timeout" of pipe');
});
