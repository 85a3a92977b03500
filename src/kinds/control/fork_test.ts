import { assertEquals, assertRejects } from "@std/assert";
import { NONE, startNode, startWorkflow } from "@weft/weft/testing";
import { to } from "../../../tests/support/specs.ts";
import { fork } from "./fork.ts";

/** Forks to a wait of a second and what follows, and answers `here`. */
const specs = (after: { kind: string }) => [
  { kind: "pipe", name: "start", links: { "out[0]": to("fork"), "out[1]": to("here") } },
  { kind: "fork", name: "fork", links: { out: to("wait") } },
  { kind: "sleep", name: "wait", interval: "1s", links: { out: to("after") } },
  { name: "after", ...after },
  { kind: "snippet", name: "here", language: "text", code: "here" },
];
const nop = { kind: "nop" };

Deno.test("fork answers with nothing and sends a copy on", async () => {
  await using node = await startNode(fork, {}, { answers: { out: "ignored" } });
  assertEquals(await node.send({ a: 1 }), NONE);
  assertEquals(node.sent, [{ port: "out", payload: { a: 1 } }]);
});

Deno.test("a fork that is not linked ends", async () => {
  await using node = await startNode(fork, {}, { linked: [] });
  assertEquals(await node.send(1), NONE);
});

Deno.test("what comes next does not wait for the copy, but the end of the process does", async () => {
  await using workflow = await startWorkflow(specs(nop));
  const answer = workflow.send("start.in", 1);
  await workflow.clock.advance(999);
  assertEquals(workflow.path.includes("here.in"), true);
  assertEquals(workflow.path.includes("after.in"), false);
  await workflow.clock.advance(1);
  assertEquals(await answer, "here");
  assertEquals(workflow.path.includes("after.in"), true);
});

Deno.test("an error of the copy goes by error, and is logged if nothing handles it", async () => {
  await using handled = await startNode(fork, {}, { answers: { out: new Error("no"), error: NONE } });
  assertEquals(await handled.send(1), NONE);
  assertEquals(handled.sent.map(({ port }) => port), ["out", "error"]);
  assertEquals(handled.log, []);
  for (const [linked, message] of [[["out"], "no"], [["out", "error"], "worse"]] as const) {
    const answers = { out: new Error("no"), error: new Error("worse") };
    await using node = await startNode(fork, {}, { linked, answers });
    assertEquals(await node.send(1), NONE);
    assertEquals(node.log.map(({ level, message }) => [level, message]), [[
      "error",
      `the forked packet failed: ${message}`,
    ]]);
  }
});

Deno.test("the copy ends with its process", async () => {
  await using workflow = await startWorkflow(specs(nop));
  const controller = new AbortController();
  const answer = workflow.send("start.in", 1, { signal: controller.signal });
  await workflow.clock.advance(500);
  assertEquals(workflow.clock.sleeping, 1);
  controller.abort(new Error("gone"));
  assertEquals((await answer as Error).message, "gone");
  assertEquals(workflow.clock.sleeping, 0);
  await workflow.clock.advance(1_000);
  assertEquals(workflow.path.includes("after.in"), false);
  assertEquals(workflow.log.filter(({ node }) => node === "fork"), []);
});

Deno.test("a fork in a fork", async () => {
  const nested = [
    { kind: "fork", name: "outer", links: { out: to("inner") } },
    { kind: "fork", name: "inner", links: { out: to("nop") } },
    { kind: "nop", name: "nop" },
  ];
  await using workflow = await startWorkflow(nested);
  assertEquals(await workflow.send("outer.in", 1), NONE);
  assertEquals(workflow.path.at(-1), "nop.in");
});

Deno.test("fork has no fields", async () => {
  await assertRejects(() => startNode(fork, { wait: true }), Error, 'unknown field "wait" of fork');
});
