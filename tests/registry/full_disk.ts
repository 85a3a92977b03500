/**
 * Checks of a full disk, run in the test itself or, as `full_disk.ts FOLDER`, in a process whose file size is limited.
 */
import { assert, assertEquals } from "@std/assert";
import { change, Registry, RegistryError, SqliteHistory } from "../../src/registry/mod.ts";

const entry = (name: string) => ({ id: `a:${name}`, kind: "k", data: "x".repeat(5000) });

/**
 * Applies changes to a store until its disk is full, and checks that nothing else fails.
 *
 * @param makeRoom Frees space on the disk, if that is possible.
 */
export async function fillUp(folder: string, makeRoom?: () => Promise<void>): Promise<void> {
  await using registry = new Registry(await SqliteHistory.open(`${folder}/registry.db`));
  const held = new Set<string>();
  registry.handle({
    kinds: "**",
    create: ({ id }) => void held.add(id.text),
    update() {},
    delete: ({ id }) => void held.delete(id.text),
  });
  await registry.load();
  let versions = 0;
  let full: unknown;
  while (full === undefined && versions < 1000) {
    await registry.apply([change.create(entry(String(versions + 1)))]).then(() => versions++, (error) => full = error);
  }
  assert(versions > 0);
  assert(full instanceof RegistryError);
  assertEquals(full.code, "unavailable");
  assert(/cannot be written: (database or disk is full|disk I\/O error)/.test(full.message), full.message);

  // The failed change is undone, the confirmed ones are kept, and reads still work.
  assertEquals([held.size, registry.size, registry.version.id], [versions, versions, versions]);
  assertEquals((await registry.head()).version, versions);
  assertEquals((await registry.stateAt(1)).entries().length, 1);
  await registry.load();
  assertEquals(registry.size, versions);

  if (makeRoom === undefined) return;
  await makeRoom();
  assertEquals((await registry.apply([change.create(entry("after"))])).id, versions + 1);
}

if (import.meta.main) await fillUp(Deno.args[0]!);
