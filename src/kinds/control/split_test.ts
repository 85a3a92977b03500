import { assert, assertEquals, assertRejects } from "@std/assert";
import { NONE, startNode, type Value } from "@weft/weft/testing";
import { split } from "./split.ts";

Deno.test("split sends each item of a list to the port of its number, and drops what has none", async () => {
  await using node = await startNode(split, {}, { linked: ["out[0]", "out[1]", "out[3]"] });
  assertEquals(await node.send(["a", "b", "c", "d", "e"]), ["a", "b", "d"]);
  assertEquals(node.sent.map(({ port, payload }) => [port, payload]), [["out[0]", "a"], ["out[1]", "b"], [
    "out[3]",
    "d",
  ]]);
  assertEquals(await node.send(["a"]), "a");
});

Deno.test("what cannot be divided is a single part, and where nothing is sent the answer is none", async () => {
  await using node = await startNode(split, {}, { linked: ["out[0]", "out[1]"] });
  for (const payload of ["ab", 5, null, { a: 1 }]) assertEquals(await node.send(payload), payload);
  assertEquals(await node.send([]), NONE);
  await using later = await startNode(split, {}, { linked: ["out[1]"] });
  assertEquals(await later.send(["a"]), NONE);
  assertEquals(await later.send(5), NONE);
  await using none = await startNode(split, {}, { linked: [] });
  assertEquals(await none.send(["a"]), NONE);
  await using all = await startNode(split, { port: "out" }, { linked: [] });
  assertEquals(await all.send(["a"]), NONE);
});

Deno.test("split divides strings, lists and bytes as its fields say", async (t) => {
  const cases: [fields: Record<string, unknown>, payload: Value, parts: Value[]][] = [
    [{ separator: "\n" }, "a\nb\n\nc", ["a", "b", "", "c"]],
    [{ separator: ", " }, "", [""]],
    [{ separator: "\n", size: 2 }, "a\nb\nc", [["a", "b"], ["c"]]],
    [{ size: 2 }, ["a", "b", "c"], [["a", "b"], ["c"]]],
    [{ size: 2 }, [], []],
    [{ size: 2 }, "aé😀d", ["aé", "😀d"]],
    [{ size: 2 }, "", []],
    [{ size: 2 }, new Uint8Array([1, 2, 3]), [new Uint8Array([1, 2]), new Uint8Array([3])]],
    [{ size: 2 }, { a: 1 }, [{ a: 1 }]],
    [{}, "ab", ["ab"]],
  ];
  for (const [fields, payload, parts] of cases) {
    await t.step(`${JSON.stringify(fields)} of ${JSON.stringify(payload)}`, async () => {
      await using node = await startNode(split, { ...fields, port: "out[0]" });
      await node.send(payload);
      assertEquals(node.sent.map(({ payload }) => payload), parts);
      assert(node.sent.every(({ port }) => port === "out[0]"));
    });
  }
});

Deno.test("with a separator, what is no string is an error", async () => {
  await using node = await startNode(split, { separator: "," }, { answers: { error: "caught" } });
  assertEquals(await node.send(["a"]), "caught");
  assertEquals((node.sent[0]!.payload as Error).message, "invalid payload of split: expected a string, got list");
});

Deno.test("errors of any part are the answer, joined", async () => {
  const odd = (n: Value) => (n as number) % 2 === 1 ? new Error(`${n}`) : n;
  for (const fields of [{}, { port: "out[0]" }]) {
    const answers = { "out[0]": odd, "out[1]": odd, "out[2]": odd };
    await using node = await startNode(split, fields, { answers });
    assertEquals((await node.send([1, 2, 3]) as Error).message, "1\n3");
    assertEquals(await node.send([2, 4]), [2, 4]);
  }
});

Deno.test("100,000 parts by one port", async () => {
  await using node = await startNode(split, { port: "out", separator: "," }, { linked: ["out[0]"] });
  const text = Array.from({ length: 100_000 }, (_, i) => i).join();
  assertEquals((await node.send(text) as string[]).join(), text);
});

Deno.test("split is rejected for its fields", async () => {
  await assertRejects(() => startNode(split, { size: 0 }), Error, "size");
  await assertRejects(() => startNode(split, { separator: "" }), Error, "separator");
  await assertRejects(() => startNode(split, { port: "error" }), Error, 'invalid port "error": expected out[0]');
});
