import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { startNode, type Value } from "@weft/weft/testing";
import { map } from "./map.ts";

Deno.test("map runs code on each item of a list, in order", async () => {
  for (
    const fields of [
      { code: "self * 2" },
      { language: "javascript", code: "export default (n) => n * 2" },
      { language: "javascript", code: "export default async (n) => n * 2" },
      {
        language: "typescript",
        code: "export default (n: number) => new Promise((resolve) => setTimeout(() => resolve(n * 2), 4 - n))",
      },
    ]
  ) {
    await using node = await startNode(map, fields);
    assertEquals(await node.send([1, 2, 3]), [2, 4, 6]);
    assertEquals(await node.send([]), []);
    assertEquals(await node.send(5), 10);
    assertEquals(node.sent.map(({ port }) => port), ["out", "out", "out"]);
  }
});

Deno.test("with each: false the code gets the list", async () => {
  await using node = await startNode(map, { each: false, code: "size(self)" }, { linked: [] });
  assertEquals(await node.send(["a", "b"]), 2);
});

Deno.test("what the code returns for an item keeps its place, also nothing", async () => {
  const code = "export default (n) => { if (n !== 2) return [n]; }";
  await using node = await startNode(map, { language: "javascript", code });
  assertEquals(await node.send([1, 2, 3]), [[1], null, [3]]);
  assertEquals(await node.send(null), [null]);
});

Deno.test("the first error of an item goes by error, with its index and position", async () => {
  const codes = [
    "export default (n) => { if (n < 0) throw Object.assign(new Error('negative'), { code: 'range' }); return n; }",
    "export default async (n) => { if (n < 0) throw Object.assign(new Error('negative'), { code: 'range' }); return n; }",
  ];
  for (const code of codes) {
    await using node = await startNode(map, { language: "javascript", code });
    const answer = await node.send([1, -2, -3]) as Error & { code?: string; position?: string };
    assertMatch(answer.message, /^item 1: negative/);
    assertEquals(answer.code, "range");
    assertEquals((answer.cause as Error).message, "negative");
    assertEquals(node.sent, [{ port: "error", payload: answer }]);
  }
  await using whole = await startNode(map, { code: "self.a.b" });
  assertEquals((await whole.send({}) as Error).message.startsWith("item"), false);
  assertEquals(whole.sent.map(({ port }) => port), ["error"]);
});

Deno.test("a list of 100,000 items, in several stretches", async () => {
  const list = Array.from({ length: 100_000 }, (_, i) => i);
  await using node = await startNode(map, { code: "self + 1" });
  assertEquals(await node.send(list), list.map((n) => n + 1));
  assertEquals(node.sent.length, 1);
  const failing: Value[] = [...list.slice(0, 50_000), "x", "y"];
  assertMatch((await node.send(failing) as Error).message, /^item 50000: /);
  assertEquals(node.sent[1]!.port, "error");
});

Deno.test("map is rejected for its fields", async () => {
  await assertRejects(() => startNode(map), Error, 'missing field "code"');
  await assertRejects(() => startNode(map, { code: "self +" }), Error, "node: ");
  await assertRejects(() => startNode(map, { language: "javascript", code: "export default 1 +" }), Error, "node: ");
  await assertRejects(() => startNode(map, { language: "cobol", code: "x" }), Error, "language");
});
