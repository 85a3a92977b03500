import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { defineKind } from "@weft/weft/kind";
import { startWorkflow } from "@weft/weft/testing";
import { z } from "zod";

const PAID = `
- kind: snippet
  name: price
  language: javascript
  code: "export default (n) => { if (n < 0) for (;;); return n * 2; }"
  timeout: 200ms
  links: { out: [{ name: log, port: in }] }
- { kind: log, name: log, links: { out: [{ name: done, port: in }] } }
- { kind: snippet, name: done, language: cel, code: 'self + 1' }
`;

Deno.test("with threads, nodes of executors run on them, with time limits", async () => {
  await using workflow = await startWorkflow(PAID, { threads: true, mocks: { log: 7 } });
  assertEquals(await workflow.send("price.in", 2), 8);
  assertEquals(workflow.callsOf("log"), [4]);
  assertEquals(workflow.path, ["log.in"]);
  assertMatch(String(await workflow.send("price.in", -1)), /price was stopped after 200 ms/);
});

Deno.test("with threads, kinds of executors come from modules", async () => {
  const kind = defineKind({
    name: "same",
    summary: "Passes on.",
    fields: z.object({}),
    ports: { in: ["in"], out: ["out"] },
    prepare: () => ({ in: (payload) => payload }),
  });
  await assertRejects(
    () => startWorkflow("{ kind: same, name: a }", { threads: true, kinds: [kind] }),
    Error,
    "kind same runs on executors: with threads, give the URL of its module in extensions",
  );
});

Deno.test("if no executor comes up, the error says why", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      file,
      `import { isMainThread } from "node:worker_threads";
import { z } from "zod";
if (!isMainThread) throw new Error("this cannot be loaded");
export default { name: "other", summary: "x", fields: z.object({}), ports: { in: ["in"], out: [] }, prepare: () => ({}) };`,
    );
    const error = await assertRejects(() =>
      startWorkflow(PAID, { threads: true, extensions: [new URL(`file://${file}`).href] })
    );
    assertMatch((error as Error).message, /cannot be loaded on an executor: this cannot be loaded/);
  } finally {
    await Deno.remove(file);
  }
});
