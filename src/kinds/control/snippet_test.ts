import { assert, assertEquals, assertRejects } from "@std/assert";
import { NONE, startNode, type Value } from "@weft/weft/testing";
import { snippet } from "./snippet.ts";

Deno.test("a snippet sends the result of its code, in each language", async (t) => {
  const cases: [language: string, code: string, answer: Value][] = [
    ["text", "as it\nstands", "as it\nstands"],
    ["json", '{"a": [1, null]}', { a: [1, null] }],
    ["yaml", "a: &a [1, ~]\nb: *a\n", { a: [1, null], b: [1, null] }],
    ["cel", "self.n + 1", 5],
    ["javascript", "export default ({ n }) => ({ n: n * 2 })", { n: 8 }],
    ["typescript", "export default ({ n }: { n: number }): number => n as number", 4],
  ];
  for (const [language, code, answer] of cases) {
    await t.step(language, async () => {
      await using node = await startNode(snippet, { language, code });
      assertEquals(await node.send({ n: 4 }), answer);
      assertEquals(node.sent, [{ port: "out", payload: answer }]);
    });
  }
});

Deno.test("an error thrown by the code goes to the port error, or is the answer if that is not linked", async () => {
  const code = "export default () => { throw new TypeError('bad') }";
  await using linked = await startNode(snippet, { language: "javascript", code }, { answers: { error: "handled" } });
  assertEquals(await linked.send(1), "handled");
  assertEquals(linked.sent.map(({ port, payload }) => [port, (payload as Error).message]), [["error", "bad"]]);
  await using unlinked = await startNode(snippet, { language: "javascript", code }, { linked: [] });
  const answer = await unlinked.send(1);
  assert(answer instanceof Error);
  assertEquals(answer.message, "bad");
});

Deno.test("the top level runs once, and console output is logged", async () => {
  const code = "let n = 0; console.log('top'); export default (by) => { console.error('call', by); return n += by; }";
  await using node = await startNode(snippet, { language: "javascript", code });
  assertEquals([await node.send(1), await node.send(2)], [1, 3]);
  assertEquals(node.log.map(({ level, message }) => [level, message]), [
    ["info", "top"],
    ["error", "call 1"],
    ["error", "call 2"],
  ]);
});

Deno.test("isolated code runs like shared code", async () => {
  const code = "export default (list) => list.map((n) => n * 2)";
  await using node = await startNode(snippet, { language: "javascript", code, isolate: true });
  assertEquals(await node.send([1, 2]), [2, 4]);
});

Deno.test("built-in objects are frozen, also in isolated code", async () => {
  const code = "Array.prototype.last = function () { return this.at(-1) }; export default (list) => list.last()";
  for (const isolate of [false, true]) {
    await assertRejects(() => startNode(snippet, { language: "javascript", code, isolate }), Error, "not extensible");
  }
});

Deno.test("a snippet that returns nothing has no answer, and sends null to what follows; null is a value", async () => {
  const node = (code: string, linked?: string[]) =>
    startNode(snippet, { language: "javascript", code }, linked === undefined ? {} : { linked });
  for (const code of ["export default () => {}", "export default async () => undefined"]) {
    await using last = await node(code, []);
    assertEquals(await last.send(1), NONE, code);
    await using linked = await node(code);
    await linked.send(1);
    assertEquals(linked.sent, [{ port: "out", payload: null }], code);
  }
  await using none = await node("export default () => null", []);
  assertEquals(await none.send(1), null);
});

Deno.test("type names the content type of an answer, and leaves what is sent on as it is", async () => {
  const cases: [fields: Record<string, unknown>, answer: Value][] = [
    [{ language: "html", code: "<p>hi" }, { header: { "Content-Type": "text/html; charset=utf-8" }, body: "<p>hi" }],
    [{ language: "text", type: "text/css", code: "p {}" }, { header: { "Content-Type": "text/css" }, body: "p {}" }],
    [{ language: "html", type: "image/svg+xml", code: "<svg/>" }, {
      header: { "Content-Type": "image/svg+xml" },
      body: "<svg/>",
    }],
    [{ language: "json", type: "application/problem+json", code: "null" }, {
      header: { "Content-Type": "application/problem+json" },
      body: "null",
    }],
    [{ language: "json", type: "text/csv", code: '{"status": 201, "header": {"X": "1"}, "body": "a,b"}' }, {
      status: 201,
      header: { X: "1", "Content-Type": "text/csv" },
      body: "a,b",
    }],
    [{ language: "json", type: "text/csv", code: '{"header": {"content-type": "text/plain"}, "body": "a"}' }, {
      header: { "content-type": "text/plain" },
      body: "a",
    }],
  ];
  for (const [fields, answer] of cases) {
    await using last = await startNode(snippet, fields, { linked: [] });
    assertEquals(await last.send(null), answer);
  }
  await using linked = await startNode(snippet, { language: "html", code: "<p>hi" });
  await linked.send(null);
  assertEquals(linked.sent, [{ port: "out", payload: "<p>hi" }]);
  for (const type of ["css", "text/", "text/css\r\nX: 1", ""]) {
    await assertRejects(
      () => startNode(snippet, { language: "text", type, code: "" }),
      Error,
      `invalid type ${JSON.stringify(type)}: expected a media type such as text/css`,
    );
  }
});

const EARLY = "const config = null; const port = config.port; export default () => port";

Deno.test("a snippet with invalid fields or invalid code is rejected", async () => {
  const start = (fields: Record<string, unknown>) => startNode(snippet, fields);
  await assertRejects(() => start({ language: "text" }), Error, 'missing field "code"');
  await assertRejects(() => start({ language: "javscript", code: "" }), Error, '"javscript"');
  await assertRejects(() => start({ language: "javascript", code: "export default (" }), Error, "node: ");
  await assertRejects(() => start({ language: "javascript", code: EARLY }), Error, "null");
  await assertRejects(() => start({ language: "text", code: "", timeout: -1 }), Error, "timeout");
});
