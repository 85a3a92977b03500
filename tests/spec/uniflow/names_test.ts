import { assertEquals, assertMatch } from "@std/assert";
import { startWorkflow } from "@weft/weft/testing";
import { check } from "../../../src/api/mod.ts";
import { schemeOf } from "../../../src/runtime/mod.ts";
import { LOCAL_COMPILER } from "../../../src/testing/local_compiler.ts";

Deno.test("kinds that other systems call differently are known by those names, without a warning", async () => {
  const scheme = schemeOf();
  const names: Record<string, string> = {
    call: "pipe",
    loop: "for",
    native: "syscall",
    rdb: "sql",
    sequential: "step",
    signal: "registry.watch",
    upgrader: "gateway",
    wait: "sleep",
  };
  for (const [name, kind] of Object.entries(names)) assertEquals(scheme.get(name)?.name, kind, name);
  const text = `
- { kind: native, name: a, opcode: secrets.read }
- { kind: upgrader, name: b, protocol: websocket, timeout: 1000, buffer: 1024 }
- { kind: retry, name: d, limit: 3 }
- { kind: cache, name: c, capacity: 100, interval: 1h }
`;
  assertEquals((await check(text, { compiler: LOCAL_COMPILER })).diagnostics, []);
});

Deno.test("a kind that is not there names the one that does its work", async () => {
  for (const [name, kind] of Object.entries({ proxy: "http", scan: "read", reduce: "snippet" })) {
    const { diagnostics: [diagnostic] } = await check(`kind: ${name}`, { compiler: LOCAL_COMPILER });
    assertMatch(diagnostic!.hint!, new RegExp(`^did you mean "${kind}"\\?$`));
  }
  await using workflow = await startWorkflow(`
- kind: snippet
  name: sum
  language: javascript
  code: export default (list) => list.reduce((sum, item) => sum + item, 0)
`);
  assertEquals(await workflow.send("sum.in", [1, 2, 3]), 6);
});

Deno.test("a packet waits under the name of wait too", async () => {
  await using workflow = await startWorkflow("- { kind: wait, name: later, interval: 2000 }\n");
  const waiting = workflow.send("later.in", "on");
  await workflow.clock.advance(2_000);
  assertEquals(await waiting, "on");
});
