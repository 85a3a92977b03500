import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type Database, PostgresDatabase, SqliteDatabase } from "../../src/database/mod.ts";
import { openSocket } from "../../src/kinds/net/open_socket.ts";
import { PrivateHosts } from "../../src/kinds/net/private_hosts.ts";
import { migrate } from "../../src/kinds/sql/migrations.ts";
import { type Databases, eachDatabase, type TestDatabase, testDatabases } from "../support/databases.ts";

const HOSTS = new PrivateHosts(["127.0.0.1"]);

function open({ type, data }: TestDatabase, server: Databases["server"]): Promise<Database> {
  if (type === "sqlite") return SqliteDatabase.open({ path: data.file as string, durable: false });
  return Promise.resolve(PostgresDatabase.open({
    url: data.url as string,
    open: (target, timeout) => openSocket(HOSTS, (target as { host: string }).host, server!.port, timeout),
  }));
}

/** Runs a test with a database and an empty folder of migrations. */
function withMigrations(
  run: (
    database: Database,
    folder: Record<string, string | null> & { path: string },
    again: () => Promise<Database>,
  ) => Promise<void>,
) {
  return eachDatabase(async (test, { server }) => {
    const path = await Deno.makeTempDir();
    const opened: Database[] = [];
    const again = async () => {
      const database = await open(test, server);
      opened.push(database);
      return database;
    };
    const folder = new Proxy({ path } as never, {
      set(_, name: string, text: string | null) {
        if (text === null) Deno.removeSync(`${path}/${name}`);
        else Deno.writeTextFileSync(`${path}/${name}`, text);
        return true;
      },
    });
    try {
      await run(await again(), folder, again);
    } finally {
      for (const database of opened) await database.close();
      await Deno.remove(path, { recursive: true });
    }
  });
}

async function all(database: Database, text: string): Promise<unknown[]> {
  return (await database.query(text)).rows.map((row) => Object.values(row)[0]);
}

const APPLIED = "SELECT name FROM weft_migrations ORDER BY name";

testDatabases("migrations", {
  "each is applied once, in the order of its number": withMigrations(async (database, folder) => {
    folder["10_c.sql"] = "INSERT INTO t VALUES (2); INSERT INTO t VALUES (3); -- done";
    folder["2_b.sql"] = "INSERT INTO t VALUES (1);";
    folder["1_a.sql"] = "CREATE TABLE t (n INTEGER);";
    folder["notes.txt"] = "this is no SQL";
    await migrate(database, folder.path);
    await migrate(database, folder.path);
    assertEquals(await all(database, "SELECT n FROM t ORDER BY n"), [1, 2, 3]);
    folder["11_d.sql"] = "INSERT INTO t VALUES (4)";
    await migrate(database, folder.path);
    assertEquals(await all(database, "SELECT n FROM t ORDER BY n"), [1, 2, 3, 4]);
    assertEquals((await all(database, APPLIED)).length, 4);
  }),

  "one that fails leaves nothing, and what comes before it stays": withMigrations(async (database, folder) => {
    folder["1.sql"] = "CREATE TABLE t (n INTEGER)";
    folder["2.sql"] = "INSERT INTO t VALUES (1); CREATE TABLE u (n INTEGER); INSERT INTO absent VALUES (1)";
    const error = await assertRejects(() => migrate(database, folder.path), Error) as Error & { code: string };
    assertMatch(error.message, /^migration 2\.sql: .*absent/);
    assertEquals(error.code, "42P01");
    assertEquals(await all(database, APPLIED), ["1.sql"]);
    assertEquals(await all(database, "SELECT n FROM t"), []);
    await assertRejects(() => database.query("SELECT * FROM u"));
    for (const text of ["COMMIT", "INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2)", "ROLLBACK"]) {
      folder["2.sql"] = text;
      await assertRejects(() => migrate(database, folder.path), Error, "migration 2.sql");
      assertEquals(await all(database, "SELECT n FROM t"), []);
    }
    folder["2.sql"] = "INSERT INTO t VALUES (7)";
    await migrate(database, folder.path);
    assertEquals(await all(database, "SELECT n FROM t"), [7]);
  }),

  "one that was changed, is missing or comes too late is refused": withMigrations(async (database, folder) => {
    folder["1.sql"] = "CREATE TABLE t (n INTEGER)\n";
    folder["3.sql"] = "INSERT INTO t VALUES (3)";
    await migrate(database, folder.path);
    folder["1.sql"] = "CREATE TABLE t (n INTEGER)\r\n"; // as a checkout may make it
    await migrate(database, folder.path);
    folder["1.sql"] = "CREATE TABLE t (m INTEGER)";
    await assertRejects(
      () => migrate(database, folder.path),
      Error,
      "migration 1.sql: it was changed after it was applied",
    );
    folder["1.sql"] = null;
    await assertRejects(
      () => migrate(database, folder.path),
      Error,
      "migration 1.sql: it was applied, and its file is missing",
    );
    folder["1.sql"] = "CREATE TABLE t (n INTEGER)\n";
    folder["2.sql"] = "INSERT INTO t VALUES (2)";
    await assertRejects(
      () => migrate(database, folder.path),
      Error,
      "migration 2.sql: it comes before 3.sql, which was applied",
    );
    folder["2.sql"] = null;
    folder["3.sql"] = null; // an older engine beside a newer one
    await migrate(database, folder.path);
    assertEquals(await all(database, "SELECT n FROM t"), [3]);
  }),

  "engines that start together take turns": withMigrations(async (database, folder, again) => {
    folder["1.sql"] = "CREATE TABLE t (n INTEGER)";
    for (let n = 2; n < 8; n++) folder[`${n}.sql`] = `INSERT INTO t SELECT count(*) + 1 FROM t`;
    const others = [database, await again(), await again()];
    await Promise.all(others.map((one) => migrate(one, folder.path)));
    assertEquals(await all(database, "SELECT n FROM t ORDER BY n"), [1, 2, 3, 4, 5, 6]);
  }),

  "a folder without migrations is an error": async ({ folder }) => {
    const database = {} as Database;
    await assertRejects(() => migrate(database, `${folder}/absent`), Error, "invalid migrations");
    await assertRejects(() => migrate(database, folder), Error, "no files whose names end with .sql");
    assert(folder !== "");
  },
});
