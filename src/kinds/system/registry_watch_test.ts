import { assertEquals } from "@std/assert";
import { startWorkflow, type ValueMap } from "@weft/weft/testing";
import { until } from "../../../tests/support/until.ts";

const SPECS = `
- { kind: registry.watch, name: all, all: true, links: { out: [{ name: told, port: in }], commit: [{ name: committed, port: in }] } }
- { kind: signal, name: values, topic: values, links: { out: [{ name: value, port: in }] } }
- { kind: log, name: told, message: told }
- { kind: log, name: committed, message: committed }
- { kind: log, name: value, message: value }
- { kind: syscall, name: create, opcode: values.create }
- { kind: syscall, name: delete, opcode: values.delete }
`;

Deno.test("each entry that changes runs a workflow, and each version that is told", async () => {
  await using workflow = await startWorkflow(SPECS, { allow: true });
  const told = (message: string) =>
    workflow.log.filter((line) => line.message.startsWith(`${message}: `))
      .map((line) => JSON.parse(line.message.slice(message.length + 2)) as ValueMap);
  const brief = (message: string) => told(message).map(({ event, name }) => `${event} ${name}`);
  // it is told what comes after it has begun to watch
  let number = 0;
  await until("it watches", async () => {
    await workflow.send("create.in", { name: `probe-${number++}`, data: 0 });
    return told("told").length > 0 && told("value").length > 0;
  });
  await workflow.send("create.in", { name: "limits", namespace: "other", data: { max: 2 } });
  await workflow.send("create.in", { name: "limits", data: { max: 3 } });
  await workflow.send("delete.in", { name: "limits" });
  await workflow.apply("- { kind: nop, name: end }");
  await until("it is told", () => brief("told").includes("entry.create end"));
  const since = (list: string[]) => list.slice(list.indexOf("entry.create limits"));
  assertEquals(since(brief("told")), [
    "entry.create limits",
    "entry.create limits",
    "entry.delete limits",
    "entry.delete limits",
    "entry.create end",
  ]);
  await until("it is told", () => brief("value").includes("entry.delete limits"));
  assertEquals(since(brief("value")), ["entry.create limits", "entry.delete limits"]);
  const created = told("told").findLast(({ name, event }) => name === "limits" && event === "entry.create")!;
  assertEquals((created.entry as ValueMap).data, { max: 3 });
  await until("it is told", () => told("committed").some(({ version }) => version === created.version));

  // one that takes its place goes on where it has stopped
  await workflow.apply(
    "- { kind: registry.watch, name: all, all: true, timeout: 5s, links: { out: [{ name: told, port: in }], commit: [{ name: committed, port: in }] } }",
  );
  await workflow.send("create.in", { name: "later", data: 1 });
  await until("it is told", () => brief("told").includes("entry.create later"));
  assertEquals(since(brief("told")).slice(5), ["entry.update all", "entry.create later"]);
});
