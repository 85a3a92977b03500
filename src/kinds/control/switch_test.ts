import { assert, assertEquals, assertRejects } from "@std/assert";
import { NONE, startNode } from "@weft/weft/testing";
import { switchKind } from "./switch.ts";

const SIGNS = [
  { when: "self < 0", port: "out[0]" },
  { when: "self == 0", port: "out" },
  { when: "self < 10", port: "out[7]" },
];

Deno.test("switch sends a packet by the port of the first condition that holds", async () => {
  await using node = await startNode(switchKind, { matches: SIGNS }, { answers: { "out[7]": "small" } });
  assertEquals(await node.send(-1), -1);
  assertEquals(await node.send(0), 0);
  assertEquals(await node.send(5), "small");
  assertEquals(node.sent.map(({ port }) => port), ["out[0]", "out[0]", "out[7]"]);
});

Deno.test("where no condition holds, the answer is none, and not the packet", async () => {
  await using node = await startNode(switchKind, { match: SIGNS });
  assertEquals(await node.send(10), NONE);
  assertEquals(node.sent, []);
  // an error that no case takes is not lost
  await using errors = await startNode(switchKind, { matches: [{ when: "string(self) == 'a'", port: "out" }] }, {
    linked: ["out"],
  });
  const error = new Error("b");
  assertEquals(await errors.send(error), error);
});

Deno.test("the error of a condition ends the search, and goes by error", async () => {
  const matches = [{ when: "self.a.b == 1", port: "out[0]" }, { when: "true", port: "out[1]" }];
  await using node = await startNode(switchKind, { matches });
  const answer = await node.send({});
  assert(answer instanceof Error);
  assertEquals(node.sent, [{ port: "error", payload: answer }]);
});

Deno.test("a packet to a port that is not linked is the answer", async () => {
  await using node = await startNode(switchKind, { matches: SIGNS }, { linked: ["error"] });
  assertEquals(await node.send(-1), -1);
  assertEquals(node.sent, []);
});

Deno.test("switch is rejected without matches, with a wrong condition and with another port than out", async () => {
  const start = (matches?: unknown) => startNode(switchKind, { ...matches !== undefined && { matches } });
  await assertRejects(() => start(), Error, 'missing field "matches"');
  await assertRejects(() => start([]), Error, "matches");
  await assertRejects(() => start([{ when: "self <", port: "out[0]" }]), Error, "node: ");
  await assertRejects(() => start([{ when: "true", port: "error" }]), Error, 'invalid port "error": expected out[0]');
  await assertRejects(() => start([{ when: "true" }]), Error, "port");
  await assertRejects(() => start([{ when: "true", port: "out[0]", then: 1 }]), Error, "then");
});
