import { assert, assertEquals, assertRejects } from "@std/assert";
import { RegistryError } from "../registry/mod.ts";
import { openStore, type Store, storeName } from "./mod.ts";

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
  for (const store of ["postgres:", "nats:", "", "sqlite:", "memory:x", "constructor:"]) {
    const error = await assertRejects(() => openStore(store), RegistryError, `invalid store "${store}"`);
    assertEquals(error.code, "invalid");
    assert(
      error.message.endsWith(
        "expected memory:, nil:, sqlite:PATH, the path of a SQLite file, or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
      ),
      error.message,
    );
  }
});

Deno.test("a variable of the environment names a store", async () => {
  Deno.env.set("WEFT_TEST_STORE", "memory:");
  try {
    const store = await openStore("env:WEFT_TEST_STORE");
    assertEquals(store.history.constructor.name, "MemoryHistory");
    await store.close();
  } finally {
    Deno.env.delete("WEFT_TEST_STORE");
  }
  for (const store of ["env:WEFT_TEST_STORE", "env:"]) {
    const error = await assertRejects(() => openStore(store), RegistryError, `invalid store "${store}"`);
    assertEquals(error.code, "invalid");
  }
});

Deno.test("the name of a store has no password", () => {
  for (
    const [url, name] of [
      ["postgres://weft:secret@db:5432/shop?schema=x&password=secret", "postgres://db:5432/shop"],
      ["postgres://weft:se/cr@et@db/shop", "postgres://db/shop"],
      ["postgresql:///shop?host=/run&password=secret", "postgresql:///shop"],
      ["postgress://weft:secret@db/shop", "postgress://db/shop"],
      ["data/shop@1?.db", "data/shop@1?.db"],
      ["sqlite:data/shop.db", "sqlite:data/shop.db"],
    ]
  ) assertEquals(storeName(url!), name);
});
