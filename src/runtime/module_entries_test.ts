import { assertEquals, assertThrows } from "@std/assert";
import { change, type EntryInput, MemoryHistory, Registry } from "../registry/mod.ts";
import { importedBy, withWholeModules } from "./module_entries.ts";

/** Returns an entry that a dependency has imported. */
function part(name: string, dependency: string, kind = "nop"): EntryInput {
  return { id: `default:${name}`, kind, meta: { module: "m", module_dependency: dependency } };
}

async function registryWith(...entries: EntryInput[]): Promise<Registry> {
  const registry = new Registry(new MemoryHistory(), { dispatch: "none" });
  await registry.load();
  await registry.apply(entries.map(change.create));
  return registry;
}

const ENTRIES: EntryInput[] = [
  { id: "default:mail", kind: "ns.dependency" },
  { id: "other:mail", kind: "ns.dependency" },
  part("mail.send", "mail"),
  part("mail.logs", "mail", "ns.dependency"),
  part("mail.logs.write", "mail.logs"),
  { id: "default:own", kind: "nop" },
];

Deno.test("what a dependency has imported is found with what that has imported", async () => {
  await using registry = await registryWith(...ENTRIES);
  const mail = registry.get("default:mail")!;
  const names = importedBy([mail.id], registry).map(({ id }) => id.name).sort();
  assertEquals(names, ["mail.logs", "mail.logs.write", "mail.send"]);
  assertEquals(importedBy([registry.get("other:mail")!.id], registry), []);
});

Deno.test("a workflow deletes a module as a whole, changes no part of one, and imports none", async () => {
  await using registry = await registryWith(...ENTRIES);
  const head = registry.snapshot();
  const ids = (changes: ReturnType<typeof withWholeModules>) =>
    changes.map((change) => String(change.kind === "delete" ? change.id : change.entry.id)).sort();
  assertEquals(ids(withWholeModules([change.delete("default:mail")], head)), [
    "default:mail",
    "default:mail.logs",
    "default:mail.logs.write",
    "default:mail.send",
  ]);
  assertEquals(ids(withWholeModules([change.update({ id: "default:own", kind: "nop" })], head)), ["default:own"]);
  const all = head.entries().map(({ id }) => change.delete(id));
  assertEquals(withWholeModules(all, head).length, ENTRIES.length);
  const why = 'default:mail.send is part of module m, which the dependency "mail" imports: change it there';
  for (const wrong of [change.delete("default:mail.send"), change.update(part("mail.send", "mail"))]) {
    assertThrows(() => withWholeModules([wrong], head), Error, why);
  }
  assertThrows(
    () => withWholeModules([change.create({ id: "default:new", kind: "ns.dependency" })], head),
    Error,
    "apply a file",
  );
});
