import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { NONE, startNode } from "@weft/weft/testing";
import { filter } from "./filter.ts";

const people = [{ name: "Ada", age: 36 }, { name: "Bo", age: 7 }, { name: "Cy", age: 18 }] as const;

Deno.test("filter lets the items of a list through for which its condition holds, in order", async () => {
  for (
    const fields of [
      { when: "self.age >= 18" },
      { language: "javascript", when: "export default ({ age }) => age >= 18" },
      { language: "javascript", when: "export default async ({ age }) => age >= 18 ? 'yes' : ''" },
    ]
  ) {
    await using node = await startNode(filter, fields);
    assertEquals(await node.send(people), [people[0], people[2]]);
    assertEquals(await node.send([people[1]!]), []);
    assertEquals(await node.send([]), []);
    // a payload that is no list goes on as it is, or not at all
    assertEquals(await node.send(people[0]!), people[0]);
    assertEquals(await node.send(people[1]!), NONE);
    assertEquals(node.sent.length, 4);
  }
});

Deno.test("with each: false the condition is about the list", async () => {
  await using node = await startNode(filter, { each: false, when: "size(self)" }, { linked: [] });
  assertEquals(await node.send([0]), [0]);
  assertEquals(await node.send([]), NONE);
});

Deno.test("the error of a condition goes by error", async () => {
  await using node = await startNode(filter, { when: "self.age >= 18" });
  assertMatch((await node.send([people[0]!, { name: "x" }]) as Error).message, /^item 1: /);
  assertEquals(await node.send("x") instanceof Error, true);
  assertEquals(node.sent.map(({ port }) => port), ["error", "error"]);
});

Deno.test("a list of 100,000 items", async () => {
  const list = Array.from({ length: 100_000 }, (_, i) => i);
  await using node = await startNode(filter, { when: "self % 2 == 0" }, { linked: [] });
  assertEquals(await node.send(list), list.filter((n) => n % 2 === 0));
});

Deno.test("filter is rejected for its fields", async () => {
  await assertRejects(() => startNode(filter), Error, 'missing field "when"');
  await assertRejects(() => startNode(filter, { when: "self >" }), Error, "node: ");
});
