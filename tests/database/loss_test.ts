import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { PostgresDatabase, SqliteDatabase } from "../../src/database/mod.ts";
import type { Failure } from "../../src/value/mod.ts";
import { openSocket } from "../../src/kinds/net/open_socket.ts";
import { PrivateHosts } from "../../src/kinds/net/private_hosts.ts";
import { testDatabases } from "../support/databases.ts";
import type { PostgresServer } from "../support/postgres_server.ts";
import { until } from "../support/until.ts";

// Databases whose programs and servers die.

const HOSTS = new PrivateHosts(["127.0.0.1"]);

function open(server: PostgresServer, connections = 4): PostgresDatabase {
  return PostgresDatabase.open({
    url: server.url(),
    connections,
    open: (target, timeout) => openSocket(HOSTS, (target as { host: string }).host, server.port, timeout),
  });
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return (await assertRejects(() => work, Error) as Failure).code;
}

/** Returns the programs that have a file open, and how they were started. */
async function programsOf(path: string): Promise<{ pid: number; args: string[] }[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-ww", "-eo", "pid=,args="] }).output();
  const lines = new TextDecoder().decode(stdout).split("\n").map((line) => line.trim().split(" "));
  return lines
    .filter((words) => words.some((word) => word.endsWith("/sqlite_process.ts")) && words.join(" ").includes(path))
    .map(([pid, ...args]) => ({ pid: Number(pid), args }));
}

testDatabases("a database that is lost", {
  "a program of SQLite that is killed in a transaction has done nothing, and the next statement has another": async (
    { folder },
  ) => {
    const path = `${folder}/killed.db`;
    const database = await SqliteDatabase.open({ path });
    try {
      await database.query("CREATE TABLE t (n INTEGER)");
      const transaction = await database.begin();
      await transaction.query("INSERT INTO t VALUES (1)");
      const programs = await programsOf(path);
      assertEquals(programs.length, 1);
      for (const { pid } of programs) Deno.kill(pid, "SIGKILL");
      await until("the program is gone", async () => (await programsOf(path)).length === 0);
      assertEquals(await codeOf(transaction.query("INSERT INTO t VALUES (2)")), "connection_lost");
      assertEquals(await codeOf(transaction.commit()), "connection_lost");
      await transaction.rollback();
      await database.query("INSERT INTO t VALUES (3)");
      assertEquals((await database.query("SELECT n FROM t")).rows, [{ n: 3 }]);
    } finally {
      await database.close();
    }
    assertEquals(await programsOf(path), []);
  },

  "statements that wait when their program is killed are run by another one, each once": async ({ folder }) => {
    const path = `${folder}/waiting.db`;
    const database = await SqliteDatabase.open({ path, durable: false, connections: 1 });
    try {
      await database.query("CREATE TABLE t (n INTEGER)");
      await database.query("INSERT INTO t VALUES ($1)", [-1]);
      const done = Array.from({ length: 2_000 }, (_, n) => database.query("INSERT INTO t VALUES ($1)", [n]));
      const results = Promise.allSettled(done);
      await done[0];
      for (const { pid } of await programsOf(path)) Deno.kill(pid, "SIGKILL");
      const failed = (await results).filter(({ status }) => status === "rejected");
      // what was in the middle of its commit may have been carried out
      for (const one of failed) assertEquals((one as PromiseRejectedResult).reason.code, "connection_lost");
      const count = () => database.query("SELECT count(*) AS n, count(DISTINCT n) AS d FROM t");
      // all may have been done before the kill, which then meets this
      const { rows } = await count().catch(count);
      const [{ n, d }] = rows as unknown as [{ n: number; d: number }];
      assertEquals(n, d);
      assert(n >= 2_001 - failed.length && n <= 2_001, `${n} rows, ${failed.length} lost`);
    } finally {
      await database.close();
    }
  },

  "a program of SQLite ends with its host, whatever it is in": async ({ folder }) => {
    const path = `${folder}/host.db`;
    const code = `
      import { SqliteDatabase } from ${JSON.stringify(new URL("../../src/database/mod.ts", import.meta.url).href)};
      const database = await SqliteDatabase.open({ path: ${JSON.stringify(path)} });
      database.query("WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT 1 FROM c) SELECT count(*) FROM c");
      setTimeout(() => console.log("begun"), 200);
    `;
    await Deno.writeTextFile(`${folder}/host.ts`, code);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const host = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", "--config", config, `${folder}/host.ts`],
      stdout: "piped",
    }).spawn();
    const reader = host.stdout.getReader();
    await reader.read();
    assertEquals((await programsOf(path)).length, 1);
    host.kill("SIGKILL");
    await host.status;
    await reader.cancel();
    await until("the program has ended", async () => (await programsOf(path)).length === 0);
  },

  "a program of SQLite may touch its file alone": async ({ folder }) => {
    const path = `${folder}/alone.db`;
    const database = await SqliteDatabase.open({ path });
    try {
      await database.query("CREATE TABLE t (n INTEGER)");
      const [{ args } = { args: [] }] = await programsOf(path);
      const flags = args.filter((arg) => /^--(allow|deny)/.test(arg));
      const writable = ["", "-wal", "-shm", "-journal"].map((end) => path + end).join(",");
      assertEquals(flags.filter((flag) => !flag.startsWith("--allow-read=")), [
        "--deny-import",
        `--allow-write=${writable}`,
      ]);
      const tricks = [
        `ATTACH '${folder}/other.db' AS other`,
        `VACUUM INTO '${folder}/other.db'`,
        "VACUUM",
        "SELECT load_extension('x')",
        `SELECT writefile('${folder}/other.db', 'x')`,
        "SELECT readfile('/etc/passwd')",
        `PRAGMA temp_store_directory = '${folder}'`,
        "PRAGMA writable_schema = ON",
        "PRAGMA journal_mode = OFF",
        "PRAGMA foreign_keys = OFF",
        "PRAGMA trusted_schema = ON",
        "PRAGMA hard_heap_limit = 0",
        "PRAGMA main.busy_timeout = 100000",
        "SELECT * FROM pragma_journal_mode('OFF')",
        "CREATE VIRTUAL TABLE v USING csv(filename='/etc/passwd')",
        "CREATE VIRTUAL TABLE v USING dbstat",
        "CREATE TEMP TABLE v (n INTEGER)",
        "INSERT INTO sqlite_schema VALUES ('table', 'v', 'v', 1, 'CREATE TABLE v (n)')",
        "UPDATE sqlite_schema SET sql = 'x'",
        "SAVEPOINT a",
        "END",
      ];
      const done: string[] = [];
      for (const text of tricks) {
        await database.query(text).then(() => done.push(text), (error: Failure) => {
          assertMatch(error.code!, /^(42|25)/, `${text}: ${error.message}`);
        });
      }
      assertEquals(done, []);
      const transaction = await database.begin();
      await assertRejects(() => transaction.script(`INSERT INTO t VALUES (1); ATTACH '${folder}/other.db' AS o`));
      await assertRejects(() => transaction.script("INSERT INTO t VALUES (1); COMMIT; SELECT 1"));
      await transaction.commit();
      assertEquals((await database.query("SELECT count(*) AS n FROM t")).rows, [{ n: 0 }]);
      assertEquals((await database.query("PRAGMA foreign_keys")).rows, [{ foreign_keys: 1 }]);
      await database.query("CREATE VIRTUAL TABLE words USING fts5(word)");
      await database.query("CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO words VALUES (new.n); END");
      await database.query("INSERT INTO t VALUES (7)");
      assertEquals((await database.query("SELECT word FROM words WHERE words MATCH '7'")).rows, [{ word: 7 }]);
    } finally {
      await database.close();
    }
    await assertRejects(() => Deno.stat(`${folder}/other.db`), Deno.errors.NotFound);
  },

  "a pool survives a restart of the server, and a transaction does not": async ({ server }) => {
    if (server === undefined) return;
    const database = open(server);
    try {
      await database.query("CREATE TABLE t (n INTEGER)");
      await Promise.all([1, 2, 3].map((n) => database.query("INSERT INTO t VALUES ($1)", [n])));
      const transaction = await database.begin();
      await transaction.query("INSERT INTO t VALUES (4)");
      await server.end("SIGKILL");
      assertEquals(await codeOf(transaction.query("INSERT INTO t VALUES (5)")), "connection_lost");
      await transaction.rollback();
      await until(
        "it is known that the server is gone",
        async () => await codeOf(database.query("SELECT 1")) === "connection_refused",
      );
      await server.begin();
      assertEquals((await database.query("SELECT n FROM t ORDER BY n")).rows, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    } finally {
      await database.close();
    }
  },

  "a statement that is canceled, or whose connection is ended, leaves the others alone": async ({ server }) => {
    if (server === undefined) return;
    const database = open(server, 2);
    try {
      const controller = new AbortController();
      const slow = database.query("SELECT pg_sleep(60)", [], { signal: controller.signal });
      const late = codeOf(database.query("SELECT pg_sleep(60)", [], { timeout: 200 }));
      const waiting = codeOf(database.query("SELECT 1", [], { timeout: 100 }));
      assertEquals([await waiting, await late], ["timeout", "timeout"]);
      controller.abort(new Error("enough"));
      await assertRejects(() => slow, Error, "enough");
      // the server has ended what was canceled
      assertEquals(
        await server.psql(
          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'",
        ),
        "0",
      );
      const lost = codeOf(database.query("SELECT pg_sleep(60) /* mine */"));
      await until(
        "it runs",
        async () =>
          await server.psql(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%/* mine */' AND state = 'active' AND pid <> pg_backend_pid()",
          ) === "1",
      );
      await server.psql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%/* mine */' AND pid <> pg_backend_pid()",
      );
      assertEquals(await lost, "connection_lost");
      assertEquals((await database.query("SELECT 1 AS n")).rows, [{ n: 1 }]);
      for await (const rows of database.stream("SELECT g FROM generate_series(1, 100000) g")) {
        if (rows.length > 0) break;
      }
      await Promise.all([1, 2, 3].map(() => database.query("SELECT 1")));
    } finally {
      await database.close();
    }
    await until(
      "all connections are closed",
      async () => await server.psql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'weft'") === "0",
    );
  },
});
