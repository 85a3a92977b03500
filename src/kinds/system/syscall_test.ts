import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { startWorkflow, type Value, type ValueMap } from "@weft/weft/testing";
import { Stream } from "../../value/mod.ts";

const OPCODES = [
  "specs.create",
  "specs.read",
  "nodes.read",
  "values.create",
  "values.read",
  "values.update",
  "values.delete",
  "secrets.read",
  "processes.read",
  "processes.delete",
  "symbols.read",
  "registry.watch",
];

const start = () =>
  startWorkflow(
    [
      ...OPCODES.map((opcode) => ({ kind: "syscall", name: opcode, opcode })),
      { kind: "sleep", name: "sleep", interval: "1m" },
    ],
    { allow: true },
  );

/** Returns the message of an error, and those of its causes. */
function messages(answer: unknown): string {
  const { message, cause } = answer as Error;
  return cause === undefined ? message : `${message}: ${messages(cause)}`;
}

Deno.test("values are created, read, changed and deleted, and no other entries by these names", async () => {
  await using workflow = await start();
  const send = (opcode: string, payload: Value) => workflow.send(`${opcode}.in`, payload);
  const limits = { kind: "registry.entry", namespace: "default", name: "limits", data: { max: 3 } };
  assertEquals(await send("values.create", { name: "limits", data: { max: 3 } }), [limits]);
  assertEquals(await send("values.read", null), [limits]);
  assertEquals(await send("secrets.read", { name: "other" }), []);
  assertEquals((await send("specs.read", { kind: "registry.entry" }) as Value[]).length, 1);
  assertEquals(await send("specs.read", null), await send("nodes.read", null));
  assertMatch(messages(await send("values.create", { name: "limits", data: 1 })), /already in use.*invalid argument/);
  assertMatch(
    messages(await send("values.create", { kind: "nop", name: "a" })),
    /invalid kind "nop".*invalid argument/,
  );
  const changed = { ...limits, data: { max: 3, min: 1 } };
  assertEquals(await send("values.update", { name: "limits", data: { min: 1 } }), [changed]);
  assertMatch(
    messages(await send("values.update", { name: "sleep", data: 1 })),
    /unknown registry.entry "default:sleep"/,
  );
  assertEquals(await send("values.delete", { name: "sleep" }), []);
  const id = "01908c74-8b22-7cbf-a475-6b6bc871b01b";
  const other = { kind: "registry.entry", namespace: "default", name: "other", meta: { id }, data: 1 };
  assertEquals(await send("values.create", { id, name: "other", data: 1 }), [other]);
  assertEquals(await send("values.read", { id }), [other]);
  assertEquals(await send("values.update", { id, data: 2 }), [{ ...other, data: 2 }]);
  assertEquals(await send("values.delete", { id: id.replace("0", "1") }), []);
  assertEquals(await send("values.delete", { id }), [{ ...other, data: 2 }]);
  const secret = { kind: "registry.entry", namespace: "default", name: "db", data: { password: "env:PASSWORD" } };
  await send("values.create", secret);
  assertEquals(await send("secrets.read", { name: "db" }), [secret]);
  assertMatch(
    messages(await send("values.create", { name: "db2", data: { password: "hunter2" } })),
    /expected env:NAME/,
  );
  assertEquals(await send("values.delete", null), [secret, changed]);
  assertEquals(await send("values.read", null), []);
  assertEquals((await send("symbols.read", null) as Value[]).length, OPCODES.length + 1);
});

Deno.test("a process is ended by its id, and not by itself", async () => {
  await using workflow = await start();
  const waiting = workflow.send("sleep.in", 1, { timeout: Infinity });
  const list = await workflow.send("processes.read.in", null) as ValueMap[];
  assertEquals(list.length, 2);
  const [first] = list;
  assertEquals(await workflow.send("processes.delete.in", { id: first!.id! }), [first!]);
  assertMatch(messages(await waiting), /ended by a syscall/);
  assertEquals(await workflow.send("processes.delete.in", first!.id!), []);
  for (const payload of [null, [], { name: "a" }, [1]]) {
    assertMatch(messages(await workflow.send("processes.delete.in", payload)), /expected the id of a process/);
  }
});

Deno.test("what changes in the registry is told as it comes, and nothing is lost by a slow reader", async () => {
  await using workflow = await start();
  const open = async (payload: Value) => {
    const { body } = await workflow.send("registry.watch.in", payload) as ValueMap;
    assert(body instanceof Stream);
    const reader = body.take().pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const next = async (): Promise<ValueMap> => {
      for (;;) {
        const end = text.indexOf("\n");
        if (end >= 0) {
          const line = text.slice(0, end);
          text = text.slice(end + 1);
          return JSON.parse(line);
        }
        const { value, done } = await reader.read();
        if (done) throw new Error("the stream has ended");
        text += value;
      }
    };
    return { next, cancel: () => reader.cancel() };
  };
  const create = (name: string) => workflow.send("values.create.in", { name, data: name });
  const all = await open(null);
  const head = await all.next();
  assertEquals(head.event, "registry.head");
  await create("a");
  await create("b");
  await workflow.send("values.update.in", { name: "a", data: 1 });
  await workflow.send("values.delete.in", { name: "b" });
  const events: ValueMap[] = [];
  while (events.filter(({ event }) => event === "registry.commit").length < 4) events.push(await all.next());
  assertEquals(events.map(({ event, name, entry }) => [event, name ?? null, (entry as ValueMap)?.data ?? null]), [
    ["entry.create", "a", "a"],
    ["registry.commit", null, null],
    ["entry.create", "b", "b"],
    ["registry.commit", null, null],
    ["entry.update", "a", 1],
    ["registry.commit", null, null],
    ["entry.delete", "b", "b"],
    ["registry.commit", null, null],
  ]);
  assertEquals(events.at(-1)!.author, "syscall");
  await all.cancel();

  // from an earlier version the way to head is told at once, and only what is wanted
  const some = await open({ version: head.version!, kind: "registry.entry", namespace: "default" });
  assertEquals(await some.next(), { event: "registry.head", version: head.version! });
  assertEquals((await some.next()).event, "entry.create");
  assertEquals((await some.next()).event, "registry.commit");
  const others = await open({ kind: "sleep" });
  await others.next();
  await create("c");
  assertEquals((await others.next()).event, "registry.commit");

  for (
    const [payload, why] of [[{ version: 99 }, "unknown version 99"], [{ kinds: "a" }, 'unknown field "kinds"'], [
      1,
      "expected a map",
    ]] as const
  ) {
    assertMatch(messages(await workflow.send("registry.watch.in", payload)), new RegExp(why));
  }
  // a stream ends with its node
  await workflow.delete("registry.watch");
  await assertRejects(
    async () => {
      for (;;) await some.next();
    },
    Error,
    "has ended",
  );
});
