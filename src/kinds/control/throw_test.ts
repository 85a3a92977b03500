import { assert, assertEquals, assertRejects } from "@std/assert";
import { startNode, type Value } from "@weft/weft/testing";
import { throwKind } from "./throw.ts";

Deno.test("throw answers with an error made of its payload", async (t) => {
  await using node = await startNode(throwKind);
  const own = new Error("own");
  const cases: [name: string, payload: Value, messages: string[]][] = [
    ["text", "broken", ["broken"]],
    ["a number", 3, ["3"]],
    ["a map", { code: 3 }, ['{"code":3}']],
    ["a date", new Date(0), ["1970-01-01T00:00:00.000Z"]],
    ["nothing", null, ["thrown: null"]],
    ["an empty list", [], ["thrown: null"]],
    ["a list, innermost first", ["disk full", "cannot save", null], ["cannot save: disk full", "disk full"]],
    ["an error in a list", [own, "outer"], ["outer: own", "own"]],
    ["an error", own, ["own"]],
  ];
  for (const [name, payload, messages] of cases) {
    await t.step(name, async () => {
      const answer = await node.send(payload);
      assert(answer instanceof Error);
      assertEquals(chain(answer), messages);
    });
  }
});

function chain(error: unknown): string[] {
  return error instanceof Error ? [error.message, ...chain(error.cause)] : [];
}

Deno.test("throw has no fields and no out ports", async () => {
  await assertRejects(() => startNode(throwKind, { message: "no" }), Error, 'unknown field "message" of throw');
  await assertRejects(() => startNode(throwKind, {}, { linked: ["out"] }), Error, '"out"');
});
