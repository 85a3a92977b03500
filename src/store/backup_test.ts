import { assert, assertEquals, assertRejects } from "@std/assert";
import { change, Registry, RegistryError } from "../registry/mod.ts";
import { backupStore, openStore, restoreStore } from "./mod.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "weft-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Adds entries to a store, a version each. */
async function add(registry: Registry, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number++) {
    await registry.apply([change.create({ id: `test:n${number}`, kind: "registry.entry", data: "x".repeat(1000) })]);
  }
}

async function registryOn(path: string) {
  const store = await openStore(path);
  const registry = new Registry(store.history, { dispatch: "none" });
  await registry.load();
  return { registry, close: () => store.close(), [Symbol.asyncDispose]: () => store.close() };
}

const namesIn = (folder: string) => Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();

Deno.test("a store that is written to is copied as it was at one moment, into one file", async () => {
  await withFolder(async (folder) => {
    {
      await using open = await registryOn(`${folder}/shop.db`);
      await add(open.registry, 0, 20);
      const writing = add(open.registry, 20, 60);
      const done: number[] = [];
      const copy = await backupStore(`sqlite:${folder}/shop.db`, `${folder}/copy.db`, {
        onProgress: (part) => done.push(part),
      });
      await writing;
      assert(copy.head >= 20 && copy.head <= 60, String(copy.head));
      assertEquals([copy.versions, copy.size], [copy.head + 1, (await Deno.stat(`${folder}/copy.db`)).size]);
      assertEquals(done.at(-1), 1);
      assertEquals(namesIn(folder).filter((name) => !name.startsWith("shop")), ["copy.db"]);
      const { size } = await restoreStore(`${folder}/copy.db`, `${folder}/new/again.db`);
      assert(size > 0);
      await using again = await registryOn(`${folder}/new/again.db`);
      assertEquals(again.registry.entries().length, copy.head);
      await add(again.registry, 100, 101);
    }
    await using open = await registryOn(`${folder}/shop.db`);
    assertEquals(open.registry.version.id, 60);
  });
});

Deno.test("nothing is replaced unless it is wanted, and never what is in use", async () => {
  await withFolder(async (folder) => {
    const [shop, copy] = [`${folder}/shop.db`, `${folder}/copy.db`];
    {
      await using open = await registryOn(shop);
      await add(open.registry, 0, 2);
      await backupStore(shop, copy);
      await add(open.registry, 2, 4);
      await assertRejects(() => backupStore(shop, copy), RegistryError, "copy.db already exists");
      await assertRejects(() => backupStore(shop, shop, { force: true }), RegistryError, "is the store itself");
      assertEquals((await backupStore(shop, copy, { force: true })).head, 4);
      await assertRejects(() => restoreStore(copy, shop), RegistryError, "shop.db already exists");
      await add(open.registry, 4, 6);
      await assertRejects(
        () => restoreStore(copy, shop, { force: true }),
        RegistryError,
        "is in use; stop the runtimes",
      );
      await add(open.registry, 6, 7);
    }
    assertEquals((await restoreStore(copy, shop, { force: true })).head, 4);
    await using open = await registryOn(shop);
    assertEquals([open.registry.version.id, open.registry.entries().length], [4, 4]);
    assertEquals(namesIn(folder).filter((name) => name.endsWith(".tmp")), []);
  });
});

Deno.test("what is no store, or a damaged one, is not copied, and nothing is left behind", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/text.db`, "no database");
    const failed = (from: string) => backupStore(`${folder}/${from}`, `${folder}/copy.db`);
    await assertRejects(() => failed("none.db"), RegistryError, "no such store");
    await assertRejects(() => failed("text.db"), RegistryError, "text.db cannot be copied: file is not a database");
    await assertRejects(() => backupStore("memory:", `${folder}/copy.db`), RegistryError, 'invalid store "memory:"');
    {
      await using open = await registryOn(`${folder}/shop.db`);
      await add(open.registry, 0, 200);
    }
    // a page in the middle
    const file = await Deno.open(`${folder}/shop.db`, { write: true });
    await file.seek(20 * 4096, Deno.SeekMode.Start);
    await file.write(new Uint8Array(8 * 4096).fill(7));
    file.close();
    await assertRejects(() => failed("shop.db"), RegistryError, "shop.db is damaged: ");
    assertEquals(namesIn(folder).filter((name) => !name.startsWith("shop.db")), ["text.db"]);
  });
});
