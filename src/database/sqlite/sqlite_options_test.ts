import { assertEquals, assertThrows } from "@std/assert";
import { sqliteCommand } from "./sqlite_options.ts";

Deno.test("a program may touch its file alone, by its path without links", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.symlink(folder, `${folder}/link`);
    const { argument, writable } = sqliteCommand({ path: `${folder}/link/a.db` });
    const path = `${await Deno.realPath(folder)}/a.db`;
    assertEquals(argument.path, path);
    assertEquals(writable, [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]);
    assertEquals(sqliteCommand({ path: ":memory:" }).writable, []);
    for (const wrong of ["", "a,b.db", `${folder}/absent/a.db`]) {
      assertThrows(() => sqliteCommand({ path: wrong }), Error, "");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "a program gets no permission that the engine does not have",
  permissions: { read: true, write: ["."], run: true, env: true },
  fn() {
    assertThrows(
      () => sqliteCommand({ path: "/etc/weft.db" }),
      Error,
      "cannot open /etc/weft.db: it needs --allow-write=/etc",
    );
  },
});

Deno.test({
  name: "a missing leave to run Deno is named by its flag",
  permissions: { read: true, write: true, env: true, run: false },
  fn() {
    assertThrows(() => sqliteCommand({ path: "weft.db" }), Error, `it needs --allow-run=${Deno.execPath()}`);
  },
});
