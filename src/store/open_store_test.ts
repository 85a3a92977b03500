import { assert, assertEquals, assertRejects } from "@std/assert";
import { RegistryError } from "../registry/mod.ts";
import { openStore, type Store } from "./mod.ts";

Deno.test("a store is named by its URL", async () => {
  const folder = await Deno.makeTempDir();
  const opened: Store[] = [];
  const open = async (store: string) => {
    const opening = await openStore(store);
    opened.push(opening);
    return opening.history.constructor.name;
  };
  assertEquals(await open("memory:"), "MemoryHistory");
  assertEquals(await open("nil:"), "NilHistory");
  assertEquals(await open(`${folder}/a.db`), "SqliteHistory");
  assertEquals(await open(`sqlite:${folder}/b.db`), "SqliteHistory");
  for (const store of opened) await store.close();
  assertEquals(Array.from(Deno.readDirSync(folder), ({ name }) => name).sort(), ["a.db", "b.db"]);
  await Deno.remove(folder, { recursive: true });
  for (const store of ["postgres://localhost/weft", "nats:", "", "sqlite:", "memory:x", "constructor:"]) {
    const error = await assertRejects(() => openStore(store), RegistryError, `invalid store "${store}"`);
    assertEquals(error.code, "invalid");
    assert(error.message.includes("expected memory:, nil:, sqlite:PATH, or the path of a SQLite file"));
  }
});
