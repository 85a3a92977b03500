import { assertEquals, assertRejects } from "@std/assert";
import { registerFlowTests, runFlowTests } from "@weft/weft/testing";

registerFlowTests(new URL("../../examples/ping_test.yaml", import.meta.url));

Deno.test("a test file whose tests fail rejects with what weft test prints", async () => {
  const { tests } = await runFlowTests(import.meta.resolve("../../examples/ping_test.yaml"));
  assertEquals(tests.map(({ status }) => status), ["passed", "passed"]);
  const path = await Deno.makeTempFile({ prefix: "weft-", suffix: "_test.yaml" });
  try {
    const specs = new URL("../../examples/ping.yaml", import.meta.url).pathname;
    await Deno.writeTextFile(
      path,
      `specs: ${specs}\ntests: [{ name: a, send: { port: ping.in }, expect: { answer: 1 } }]`,
    );
    await assertRejects(() => runFlowTests(path), Error, `${path}:2:63: answer: expected 1, got "pong"`);
  } finally {
    await Deno.remove(path);
  }
});
