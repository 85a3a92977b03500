import { assertEquals } from "@std/assert";
import { z } from "zod";
import { defineKind, type Kind, type ValueMap } from "../../src/kind/mod.ts";
import { until } from "../support/until.ts";
import { World } from "./world.ts";

// The kind `trigger` between executors and the host, where executors are threads and where they are programs.

/** Specs in which everything that is behind a trigger ends in `sink`, with the word of the version. */
const specs = (word: string) => `
- { kind: listener, name: web, port: 0, links: { out: [{ name: read, port: in }] } }
- { kind: snippet, name: read, language: javascript, code: "export default ({ body }) => body",
    links: { out: [{ name: publish, port: in }] } }
- { kind: trigger, name: publish, topic: "orders.*", to: "'orders.' + self.status" }

- { kind: trigger, name: orders, topic: "orders.**", concurrency: 1, retry: ${word === "old" ? 1 : 2},
    links: { out: [{ name: word, port: in }] } }
- { kind: trigger, name: begin, topic: load, timeout: ${word === "old" ? 9_000 : 9_001},
    links: { out: [{ name: word, port: in }] } }
- { kind: trigger, name: end, topic: unload, timeout: ${word === "old" ? 9_000 : 9_001},
    links: { out: [{ name: word, port: in }] } }
- { kind: snippet, name: word, language: javascript,
    links: { out: [{ name: sink, port: in }], init: [{ name: hold, port: in }] },
    code: "export default ({ topic, payload, time }) => [topic, payload, time instanceof Date, '${word}']" }
- { kind: collect, name: sink }
- { kind: hold, name: hold }
`;

for (const isolation of ["thread", "process"] as const) {
  Deno.test(`messages, load and unload, with executors of isolation ${isolation}`, async () => {
    const seen: unknown[] = [];
    const collect: Kind = defineKind({
      name: "collect",
      summary: "Keeps what it is sent.",
      place: "host",
      fields: z.object({}),
      ports: { in: ["in"], out: [] },
      prepare: () => ({
        in: (payload) => {
          seen.push(payload);
          return null;
        },
      }),
    });
    let held = Promise.resolve();
    const hold: Kind = defineKind({
      name: "hold",
      summary: "Holds the load of what is behind.",
      place: "host",
      effect: "none",
      fields: z.object({}),
      ports: { in: ["in"], out: [] },
      prepare: () => ({ in: () => held.then(() => null) }),
    });
    const publish = async (order: ValueMap) => {
      const headers = { "content-type": "application/json" };
      return await world.fetch("/", { method: "POST", headers, body: JSON.stringify(order) });
    };
    await using world = await World.start(specs("old"), { kinds: [collect, hold], isolation });
    await until("load is told", () => seen.length === 1);
    assertEquals(seen.splice(0), [["load", { node: "begin" }, true, "old"]]);

    assertEquals((await publish({ status: "paid", items: [1, 2] })).status, 204);
    await until("the order is there", () => seen.length === 1);
    assertEquals(seen.splice(0), [["orders.paid", { status: "paid", items: [1, 2] }, true, "old"]]);
    assertEquals((await publish({ status: "*" })).status, 500);

    // the publisher has the last process that may be opened
    const { processes, flow } = world.runtime;
    const open = [];
    for (let process = processes.open(); process !== undefined; process = processes.open()) open.push(process);
    flow.close(open.pop()!);
    assertEquals((await publish({ status: "waits" })).status, 204);
    for (const process of open) flow.close(process);
    await until("what waited is there", () => seen.length >= 1);
    assertEquals(seen.splice(0), [["orders.waits", { status: "waits" }, true, "old"]]);

    // what is behind the old node is the old one, to its end
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    const applied = world.apply(specs("new"));
    await until("the version is in force", () => processes.size > 0);
    // in between: the old nodes are no longer, the new ones are not loaded
    await publish({ status: "between" });
    resolve();
    await applied;
    await until("load and unload are told", () => seen.length === 3);
    assertEquals(seen.splice(0).sort(), [
      ["load", { node: "begin" }, true, "new"],
      ["orders.between", { status: "between" }, true, "new"],
      ["unload", { node: "end" }, true, "old"],
    ]);
    await publish({ status: "late" });
    await until("the message is there", () => seen.length === 1);
    assertEquals(seen.splice(0), [["orders.late", { status: "late" }, true, "new"]]);

    await world.runtime.drain();
    await world.runtime.loader.close();
    assertEquals(seen, [["unload", { node: "end" }, true, "new"]]);
    assertEquals(world.log.filter((line) => / (warn|error) /.test(line) && !/invalid topic/.test(line)), []);
  });
}
