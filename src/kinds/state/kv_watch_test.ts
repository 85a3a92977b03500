import { assertEquals } from "@std/assert";
import { startWorkflow } from "@weft/weft/testing";
import type { Kind } from "../../kind/mod.ts";
import { defineKind } from "../../kind/mod.ts";
import { failure, type Value, type ValueMap } from "../../value/mod.ts";
import { until } from "../../../tests/support/until.ts";
import { z } from "zod";

/** A node that keeps what it gets, and answers when it is told to. */
function collector(): { kind: Kind; got: ValueMap[]; hold?: Promise<void>; fail?: boolean } {
  const state: ReturnType<typeof collector> = {
    got: [],
    kind: defineKind({
      name: "collect",
      summary: "Collects.",
      place: "host",
      fields: z.object({}),
      ports: { in: ["in"], out: [] },
      prepare: () => ({
        in: async (payload) => {
          state.got.push(payload as ValueMap);
          await state.hold;
          return state.fail ? failure("no") : null;
        },
      }),
    }),
  };
  return state;
}

const SPECS = [
  { kind: "kv", name: "set", operation: "set" },
  { kind: "kv", name: "remove", operation: "delete" },
  { kind: "collect", name: "collect" },
];

function watch(fields: Record<string, unknown> = {}) {
  return { kind: "kv.watch", name: "watch", ...fields, links: { out: [{ name: "collect", port: "in" }] } };
}

const told = ({ event, key, value, missed }: ValueMap): Value => [event!, key!, value!, missed!];

Deno.test("each change runs a process, also of what expires", async () => {
  const sink = collector();
  await using workflow = await startWorkflow([...SPECS, watch({ prefix: "a/" })], { kinds: [sink.kind], allow: true });
  await workflow.send("set.in", { key: "a/1", value: 1n });
  await until("it is told", () => sink.got.length === 1);
  await workflow.send("set.in", { key: "b/1", value: 2 });
  await workflow.send("remove.in", "a/1");
  await until("it is told", () => sink.got.length === 2);
  await workflow.send("set.in", { key: "a/2", value: 3, ttl: "1s" });
  await until("it is told", () => sink.got.length === 3);
  await workflow.clock.advance(1_000);
  await until("it is told", () => sink.got.length === 4);
  assertEquals(sink.got.map(told), [
    ["set", "a/1", 1n, false],
    ["remove", "a/1", null, false],
    ["set", "a/2", 3, false],
    ["remove", "a/2", null, false],
  ]);
});

Deno.test("while a change is worked on, the next ones of its key become one, which says so", async () => {
  const sink = collector();
  const { promise, resolve } = Promise.withResolvers<void>();
  sink.hold = promise;
  await using workflow = await startWorkflow([...SPECS, watch({ concurrency: 5 })], {
    kinds: [sink.kind],
    allow: true,
  });
  await workflow.send("set.in", { key: "k", value: 1 });
  await until("it is told", () => sink.got.length === 1);
  for (let value = 2; value < 10; value++) await workflow.send("set.in", { key: "k", value });
  await workflow.send("set.in", { key: "other", value: 1 });
  await until("the other key is told", () => sink.got.length === 2);
  resolve();
  await until("the last one is told", () => sink.got.length === 3);
  assertEquals(sink.got.map(told), [["set", "k", 1, false], ["set", "other", 1, false], ["set", "k", 9, true]]);
});

Deno.test("what is there at the start is told if the spec says so, and a change of the spec loses nothing", async () => {
  const sink = collector();
  await using workflow = await startWorkflow(SPECS, { kinds: [sink.kind], allow: true });
  await workflow.send("set.in", { key: "a", value: 1 });
  await workflow.send("set.in", { key: "b", value: 2 });
  await workflow.send("remove.in", "b");
  await workflow.apply([watch({ initial: true })]);
  await until("it is told", () => sink.got.length === 1);
  for (let at = 0; at < 20; at++) {
    if (at % 5 === 0) await workflow.apply([watch({ initial: true, timeout: 1_000 + at })]);
    await workflow.send("set.in", { key: `n${at}`, value: at });
  }
  await until("all are told", () => sink.got.length === 21);
  assertEquals(sink.got.slice(1).map(({ value }) => value), Array.from({ length: 20 }, (_, at) => at));
});

Deno.test("a process that failed runs again, as often as the spec says", async () => {
  const sink = collector();
  sink.fail = true;
  const fields = { retry: { attempts: 3, delay: 0 } };
  await using workflow = await startWorkflow([...SPECS, watch(fields)], { kinds: [sink.kind], allow: true });
  await workflow.send("set.in", { key: "k", value: 1 });
  await until("it is told three times", async () => {
    await workflow.clock.advance(1);
    return sink.got.length === 3;
  });
  sink.fail = false;
  await workflow.send("set.in", { key: "k", value: 2 });
  await until("the next one is told", () => sink.got.length === 4);
  assertEquals(sink.got.at(-1)!.value, 2);
});
