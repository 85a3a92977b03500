import { assertEquals, assertRejects } from "@std/assert";
import { NONE, startNode, startWorkflow } from "@weft/weft/testing";
import { to } from "../../../tests/support/specs.ts";
import { session } from "./session.ts";

/** Remembers a payload for an hour; what goes to `session.in` comes to `pick`. */
const specs = (pick = "self") => [
  { kind: "pipe", name: "open", links: { "out[0]": to("session", "io"), "out[1]": to("wait") } },
  { kind: "sleep", name: "wait", interval: "1h" },
  { kind: "session", name: "session", links: { out: to("pick") } },
  { kind: "snippet", name: "pick", language: "cel", code: pick, links: { out: to("log") } },
  { kind: "log", name: "log" },
];
const start = (pick?: string) => startWorkflow(specs(pick), { allow: ["session"] });

Deno.test("what comes by in goes to each process that has a value, with that, and is answered with nothing", async () => {
  await using workflow = await start();
  assertEquals(await workflow.send("session.in", "nobody"), NONE);
  const timeout = Infinity;
  const open = ["a", "b"].map((value) => workflow.send("open.in", value, { timeout }));
  await workflow.clock.advance(1);
  assertEquals(await workflow.send("session.in", "hello"), NONE);
  assertEquals(workflow.callsOf("log"), [["a", "hello"], ["b", "hello"]]);
  await workflow.clock.advance(3_600_000);
  assertEquals(await Promise.all(open), [null, null]);
  // they have ended
  assertEquals(await workflow.send("session.in", "again"), NONE);
  assertEquals(workflow.callsOf("log").length, 2);
});

Deno.test("a process has one value, the last; one that was ended has none", async () => {
  await using workflow = await startWorkflow([
    { kind: "pipe", name: "twice", links: { "out[0]": to("session", "io"), "out[1]": to("second") } },
    { kind: "snippet", name: "second", language: "text", code: "second", links: { out: to("open") } },
    ...specs(),
  ], { allow: ["session"] });
  const controller = new AbortController();
  const open = workflow.send("twice.in", "first", { signal: controller.signal });
  await workflow.clock.advance(1);
  await workflow.send("session.in", 1);
  assertEquals(workflow.callsOf("log"), [["second", 1]]);
  controller.abort(new Error("gone"));
  await open;
  await workflow.send("session.in", 2);
  assertEquals(workflow.callsOf("log").length, 1);
});

Deno.test("an error fails its child only, and is logged", async () => {
  await using workflow = await start('self[0] == "bad" ? self.missing : self');
  const controller = new AbortController();
  const open = ["bad", "good"].map((value) => workflow.send("open.in", value, { signal: controller.signal }));
  await workflow.clock.advance(1);
  assertEquals(await workflow.send("session.in", 1), NONE);
  assertEquals(workflow.callsOf("log"), [["good", 1]]);
  assertEquals(workflow.log.filter(({ level }) => level === "error").length, 1);
  assertEquals(workflow.clock.sleeping, 2);
  controller.abort(new Error("over"));
  await Promise.all(open);
});

Deno.test("a change of the node keeps the values", async () => {
  await using workflow = await start();
  const controller = new AbortController();
  const open = workflow.send("open.in", "kept", { signal: controller.signal });
  await workflow.clock.advance(1);
  const changed = specs().map((spec) => spec.name === "session" ? { ...spec, links: { out: to("log") } } : spec);
  await workflow.apply(changed);
  await workflow.send("session.in", 1);
  assertEquals(workflow.callsOf("log"), [["kept", 1]]);
  controller.abort(new Error("over"));
  await open;
});

Deno.test("a session that is not linked takes what comes, and has no fields", async () => {
  await using node = await startNode(session, {}, { linked: [] });
  assertEquals(await node.send(1, "io"), NONE);
  assertEquals(await node.send(1), NONE);
  await assertRejects(() => startNode(session, { key: "a" }), Error, 'unknown field "key" of session');
});
