import { assertEquals, assertRejects } from "@std/assert";
import { startNode } from "@weft/weft/testing";
import { log } from "./log.ts";

Deno.test("log writes its payload, and passes it on", async () => {
  await using node = await startNode(log, { level: "warn", message: "order" });
  const payload = { id: 1, size: 2n ** 60n, data: new Uint8Array(3) };
  assertEquals(await node.send(payload), payload);
  assertEquals(node.sent, [{ port: "out", payload }]);
  const [line] = node.log;
  assertEquals([line!.level, line!.message], [
    "warn",
    'order: {"id":1,"size":"1152921504606846976","data":"<3 bytes>"}',
  ]);
  assertEquals(typeof line!.process, "string");
});

Deno.test("log writes at info, cuts what is long, and writes errors with their causes", async () => {
  await using node = await startNode(log, {}, { linked: [] });
  assertEquals(await node.send("x".repeat(20_000)), "x".repeat(20_000));
  await node.send(new Error("outer", { cause: new Error("inner") }));
  await node.send(null);
  assertEquals(node.log.filter(({ level }) => level === "info").map(({ message }) => message), [
    "x".repeat(10_000),
    "outer: inner",
    "null",
  ]);
});

Deno.test("an error that is logged goes on by error", async () => {
  await using node = await startNode(log);
  const error = new Error("no");
  assertEquals(await node.send(error), error);
  assertEquals(node.sent, [{ port: "error", payload: error }]);
});

Deno.test("log is rejected with an unknown level", async () => {
  await assertRejects(() => startNode(log, { level: "loud" }), Error, '"loud"');
});
