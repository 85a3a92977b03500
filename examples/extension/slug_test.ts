import { startNode } from "@weft/weft/testing";
import { match, strictEqual } from "node:assert";
import slug from "./slug.ts";

Deno.test("a slug has the long words of a title", async () => {
  await using node = await startNode(slug, { letters: 3 });
  strictEqual(await node.send("A Day at the Sea!"), "day-the-sea");
});

Deno.test("what is no title goes to the error port", async () => {
  await using node = await startNode(slug);
  await node.send(5);
  strictEqual(node.sent[0]?.port, "error");
  match(String(node.sent[0]?.payload), /expected a string/);
});
