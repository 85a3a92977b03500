import { assertEquals } from "@std/assert";
import { reportOperations } from "../../src/api/difference.ts";
import { change, MemoryHistory, Registry } from "../../src/registry/mod.ts";
import { entryToMap, shownEntry } from "../../src/runtime/mod.ts";

Deno.test("a secret that an older version has stored is not shown, and neither is its change to a reference", async () => {
  await using registry = new Registry(new MemoryHistory());
  await registry.load();
  const value = (password: string) => ({
    id: "default:db",
    kind: "registry.entry",
    data: { user: "ada", password, urls: ["https://ada:pw@x.example"] },
  });
  const create = change.create(value("hunter2"));
  const created = registry.plan([create]);
  assertEquals(reportOperations(created).map(({ to }) => to), [{
    kind: "registry.entry",
    namespace: "default",
    name: "db",
    data: { user: "ada", password: "***", urls: ["***"] },
  }]);
  await registry.apply([create]);
  assertEquals(reportOperations(registry.plan([change.update(value("env:PW"))]))[0]!.changes, [
    { path: "data.password", from: "***", to: "env:PW" },
  ]);
  const [entry] = registry.entries();
  assertEquals(entryToMap(shownEntry(entry!)).data, { user: "ada", password: "***", urls: ["***"] });
});
