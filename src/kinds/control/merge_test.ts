import { assertEquals, assertRejects } from "@std/assert";
import { defineKind } from "@weft/weft/kind";
import { by, startNode, startWorkflow, TestClock, type Value } from "@weft/weft/testing";
import { z } from "zod";
import { cel, to } from "../../../tests/support/specs.ts";
import { merge } from "./merge.ts";

/** Sends parts of a list to so many ports of a merge. */
const gathering = (count: number) => [
  {
    kind: "split",
    name: "split",
    links: Object.fromEntries(Array.from({ length: count }, (_, i) => [`out[${i}]`, to("merge", `in[${i}]`)])),
  },
  { kind: "merge", name: "merge" },
];

Deno.test("merge sends a packet of each linked port on as a list, in the order of the ports", async () => {
  await using workflow = await startWorkflow(gathering(3));
  assertEquals(await workflow.send("split.in", ["a", "b", "c"]), ["a", "b", "c"]);
  assertEquals(await workflow.send("split.in", [null, "b", []]), [null, "b", []]);
  assertEquals(workflow.path.filter((port) => port.startsWith("merge")).length, 6);
});

Deno.test("what comes by a single port goes on as it is", async () => {
  await using workflow = await startWorkflow(gathering(1));
  assertEquals(await workflow.send("split.in", ["a"]), "a");
});

Deno.test("packets before the last of a set are answered with nothing, and what is not complete is dropped", async () => {
  await using workflow = await startWorkflow(gathering(3));
  assertEquals(typeof await workflow.send("split.in", ["a", "b"]), "symbol");
  // another process does not see what this one has left
  assertEquals(typeof await workflow.send("split.in", ["a", "b"]), "symbol");
  assertEquals(await workflow.send("split.in", [1, 2, 3]), [1, 2, 3]);
});

Deno.test("further packets of a port wait for the next set", async () => {
  const specs = [
    { kind: "pipe", name: "pipe", links: { "out[0]": to("left"), "out[1]": to("right") } },
    { kind: "for", name: "left", links: { "out[0]": to("merge", "in[0]") } },
    cel("right", '["x", "y", "z"]', { out: to("again") }),
    { kind: "for", name: "again", links: { "out[0]": to("merge", "in[1]") } },
    { kind: "merge", name: "merge" },
  ];
  await using workflow = await startWorkflow(specs);
  assertEquals(await workflow.send("pipe.in", [1, 2, 3]), [[1, "x"], [2, "y"], [3, "z"]]);
});

Deno.test("errors of a set go by error, joined", async () => {
  const fail = defineKind({
    name: "fail",
    summary: "Fails.",
    fields: z.object({}),
    ports: { in: ["in"], out: ["out", "error"] },
    prepare: () => ({ in: (payload) => new Error(String(payload)) }),
  });
  const specs = [
    {
      kind: "split",
      name: "start",
      links: { "out[0]": to("merge", "in[0]"), "out[1]": to("fail1"), "out[2]": to("fail2") },
    },
    { kind: "fail", name: "fail1", links: { error: to("merge", "in[1]") } },
    { kind: "fail", name: "fail2", links: { error: to("merge", "in[2]") } },
    { kind: "merge", name: "merge", links: { out: to("done"), error: to("caught") } },
    cel("done", "'done'"),
    cel("caught", "'caught: ' + string(self)"),
  ];
  await using workflow = await startWorkflow(specs, { kinds: [fail] });
  assertEquals(await workflow.send("start.in", ["a", "b", "c"]), "caught: b\nc");
});

Deno.test("merge waits for the ports that are linked in the version of the process", async () => {
  await using workflow = await startWorkflow(gathering(3));
  assertEquals(await workflow.send("split.in", [1, 2, 3]), [1, 2, 3]);
  // merge stays as it is; what leads to it changes
  await workflow.apply(gathering(2).slice(0, 1));
  assertEquals(await workflow.send("split.in", [1, 2, 3]), [1, 2]);
  await workflow.apply([...gathering(3).slice(0, 1), cel("other", "7", { out: to("merge", "in[5]") })]);
  assertEquals(typeof await workflow.send("split.in", [1, 2, 3]), "symbol");
  await workflow.delete("other");
  assertEquals(await workflow.send("split.in", [1, 2, 3]), [1, 2, 3]);
});

/** Calls the outside; a test says when it answers. */
const outside = defineKind({
  name: "outside",
  summary: "Calls the outside.",
  place: "host",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] },
  prepare: () => ({ in: (payload) => payload }),
});

Deno.test("what follows a merge has the same address, whichever packet comes last", async () => {
  const specs = [
    { kind: "split", name: "split", links: { "out[0]": to("a"), "out[1]": to("b") } },
    { kind: "outside", name: "a", links: { out: to("merge", "in[0]") } },
    { kind: "outside", name: "b", links: { out: to("merge", "in[1]") } },
    { kind: "merge", name: "merge", links: { out: to("after") } },
    { kind: "outside", name: "after" },
  ];
  const run = async (slow: string) => {
    const clock = new TestClock({ skip: true });
    const wait = (ms: number) => async (payload: Value) => (await clock.sleep(ms), by("out", payload));
    const mocks = { a: wait(slow === "a" ? 50 : 1), b: wait(slow === "b" ? 50 : 1), after: "after" };
    await using workflow = await startWorkflow(specs, { kinds: [outside], mocks, clock });
    assertEquals(await workflow.send("split.in", ["x", "y"]), "after");
    assertEquals(workflow.callsOf("after"), [["x", "y"]]);
    return workflow.calls.map(({ node, address }) => `${node} ${address}`).sort();
  };
  const addresses = await run("a");
  assertEquals(await run("b"), addresses);
  assertEquals(new Set(addresses).size, 3);
});

Deno.test("100,000 sets in one process", async () => {
  const specs = [
    { kind: "for", name: "loop", links: { "out[0]": to("both") } },
    cel("both", "[self, self]", { out: to("split") }),
    ...gathering(2),
  ];
  await using workflow = await startWorkflow(specs);
  const list = Array.from({ length: 100_000 }, (_, i) => i);
  const answer = await workflow.send("loop.in", list) as number[][];
  assertEquals([answer.length, answer[99_999]], [100_000, [99_999, 99_999]]);
});

Deno.test("merge has no fields", async () => {
  await assertRejects(() => startNode(merge, { count: 2 }), Error, 'unknown field "count" of merge');
});
