import { assert, assertEquals, assertMatch } from "@std/assert";
import { startNode, startWorkflow } from "@weft/weft/testing";
import { assertKind } from "./assert.ts";

const SPECS = `
- { kind: test, name: answer, ports: { "out[0]": [{ name: first, port: in }], "out[1]": [{ name: six, port: in }] } }
- { kind: snippet, name: first, language: json, code: 3, ports: { out: [{ name: second, port: in }] } }
- { kind: snippet, name: second, language: cel, code: self * 2 }
- { kind: assert, name: six, expect: self == 6 }

- { kind: test, name: packets, ports: { out: [{ name: first, port: in }], "out[1]": [{ name: sent, port: in }] } }
- { kind: assert, name: sent, expect: self == 3, target: { name: first, port: out }, ports: { out: [{ name: received, port: in }] } }
- { kind: assert, name: received, expect: self == 3, target: { name: second, port: in }, ports: { out: [{ name: late, port: in }] } }
- { kind: assert, name: late, expect: self == null, target: { name: first, port: in } }

- { kind: test, name: wrong, ports: { out: [{ name: first, port: in }], "out[1]": [{ name: seven, port: in }] } }
- { kind: assert, name: seven, expect: self == 7 }

- { kind: test, name: fails, ports: { out: [{ name: fail, port: in }], "out[1]": [{ name: six, port: in }] } }
- { kind: snippet, name: fail, language: javascript, code: 'export default () => { throw new Error("out of paper") }' }

- { kind: test, name: runs, ports: { out: [{ name: first, port: in }] } }
- { kind: test, name: nothing, ports: { out: [{ name: nop, port: in }], "out[1]": [{ name: seven, port: in }] } }
- { kind: nop, name: nop }
- { kind: test, name: unlinked }
- { kind: test, name: odd, ports: { out: [{ name: first, port: in }], "out[1]": [{ name: number, port: in }] } }
- { kind: assert, name: number, expect: self.name == "Ada" }
`;

Deno.test("a test passes unless the workflow or an assert answers with an error", async () => {
  await using workflow = await startWorkflow(SPECS);
  const results: Record<string, string | undefined> = {};
  for (const name of workflow.suites) {
    const { error, duration } = await workflow.runSuite(name);
    assert(duration >= 0);
    results[name] = error?.message;
  }
  assertEquals(Object.keys(results).length, 8);
  const passed = Object.keys(results).filter((name) => results[name] === undefined);
  assertEquals(passed, ["answer", "nothing", "runs"]);
  assertEquals(results.wrong, "assert failed: self == 7 is false for 6");
  assertEquals(results.fails, "out of paper");
  assertEquals(results.unlinked, "out[0] is not linked: nothing is tested");
  // what had passed before the packet that the assert before has found is not found again
  assertMatch(results.packets!, /^assert failed: nothing has passed first\.in after packet \d+$/);
  assertMatch(results.odd!, /name/);
});

Deno.test("an assert takes a list of a value and a number, and records nothing outside of a test", async () => {
  await using workflow = await startWorkflow(SPECS);
  assertEquals(await workflow.send("six.in", [6, -1]), [6, -1]);
  const answer = await workflow.send("six.in", 6);
  assertEquals(
    (answer as Error).message.replace(/,.*/, ""),
    "invalid payload of assert: expected a list of a value and the number of a packet",
  );
  assertMatch(String(await workflow.send("sent.in", [3, -1])), /recorded by weft test only/);
  const fields = { expect: "self == 3", target: { name: "first", port: "out" } };
  await using node = await startNode(assertKind, fields, { linked: ["out", "error"] });
  await node.send([3, -1]);
  assertMatch(String(node.sent.at(-1)?.payload), /recorded by weft test only/);
});
