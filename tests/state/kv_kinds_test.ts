import { assertEquals } from "@std/assert";
import { startWorkflow } from "@weft/weft/testing";
import { z } from "zod";
import { defineKind, type Value, type ValueMap } from "../../src/kind/mod.ts";
import { until } from "../support/until.ts";
import { testBackends } from "./backends.ts";

// The kinds `kv` and `kv.watch` on real databases, with two engines.

testBackends("values by key in a workflow", {
  "what one engine sets, another gets and is told of": async ({ all }) => {
    for (const { type, data, table } of all) {
      const got: ValueMap[] = [];
      const collect = defineKind({
        name: "collect",
        summary: "Collects.",
        place: "host",
        fields: z.object({}),
        ports: { in: ["in"], out: [] },
        prepare: () => ({ in: (payload: Value) => (got.push(payload as ValueMap), null) }),
      });
      const store = { connection: "db", table: table() };
      const connection = { kind: "connection", name: "db", data };
      const options = { kinds: [collect], allow: true, allowPrivate: ["127.0.0.0/8"] } as const;
      const watch = { kind: "kv.watch", name: "watch", ...store, prefix: "a/", poll: "100ms" };
      await using one = await startWorkflow([
        connection,
        { kind: "kv", name: "set", ...store, operation: "set", result: "entry" },
        { kind: "kv", name: "add", ...store, operation: "increment" },
        { kind: "kv", name: "remove", ...store, operation: "delete" },
      ], options);
      await one.send("set.in", { key: "a/old", value: 0 });
      await using other = await startWorkflow([
        connection,
        { kind: "collect", name: "collect" },
        { kind: "kv", name: "get", ...store },
        { ...watch, links: { out: [{ name: "collect", port: "in" }] } },
      ], options);
      const value = { at: new Date(0), bytes: new Uint8Array([1]), n: 2n ** 65n };
      const entry = await one.send("set.in", { key: "a/1", value }) as ValueMap;
      assertEquals(await other.send("get.in", "a/1"), value, type);
      await until("it is told", () => got.length === 1);
      assertEquals(got[0], { event: "set", ...entry, missed: false });
      await one.send("set.in", { key: "b/1", value });
      await one.send("add.in", { key: "a/n", by: 2 });
      await until("it is told", () => got.length === 2);
      await one.send("set.in", { key: "a/short", value: 1, ttl: 300 });
      await one.send("remove.in", "a/1");
      const last = () => new Map(got.map(({ key, event }) => [key, event]));
      await until("all is told", () => last().get("a/short") === "remove" && last().get("a/1") === "remove");
      assertEquals([...last()].sort(), [["a/1", "remove"], ["a/n", "set"], ["a/short", "remove"]]);
    }
  },
});
