import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Failure } from "../../value/mod.ts";
import { SqliteDatabase } from "./sqlite_database.ts";

const ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";

/** Runs a test with a database in a file. */
async function withDatabase(
  test: (database: SqliteDatabase, path: string) => Promise<void>,
  options: { connections?: number } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/test.db`;
  const database = await SqliteDatabase.open({ path, durable: false, ...options });
  try {
    await test(database, path);
  } finally {
    await database.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Returns the code of the error that a promise rejects with. */
async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return (await assertRejects(() => work, Error) as Failure).code;
}

Deno.test("statements outside of a transaction are permanent, each for itself, also when they share a commit", () =>
  withDatabase(async (database) => {
    await database.query("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER CHECK (n <> 13))");
    const inserted = await Promise.allSettled(
      Array.from({ length: 300 }, (_, n) => database.query("INSERT INTO t (id, n) VALUES ($1, $2)", [n % 290, n])),
    );
    const failed = inserted.flatMap((one, at) => one.status === "rejected" ? [[at, one.reason.code]] : []);
    const duplicates = Array.from({ length: 10 }, (_, at) => [290 + at, "23505"]);
    assertEquals(failed, [[13, "23514"], ...duplicates]);
    assertEquals((await database.query("SELECT count(*) AS n FROM t")).rows, [{ n: 289 }]);
    const { count } = await database.query("UPDATE t SET n = 0 WHERE id < $1", [10]);
    assertEquals(count, 10);
  }));

Deno.test("a deferred constraint that a statement violates fails that one, and not those that share its commit", () =>
  withDatabase(async (database) => {
    await database.query("CREATE TABLE a (id INTEGER PRIMARY KEY)");
    await database.query(
      "CREATE TABLE b (a INTEGER REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED, n INTEGER UNIQUE ON CONFLICT ROLLBACK)",
    );
    await database.query("INSERT INTO a VALUES (1)");
    const results = await Promise.allSettled(
      [[1, 1], [2, 2], [1, 1], [1, 3]].map(([a, n]) => database.query("INSERT INTO b VALUES ($1, $2)", [a!, n!])),
    );
    assertEquals(results.map((one) => one.status === "rejected" ? one.reason.code : "done"), [
      "done",
      "23503",
      "23505",
      "done",
    ]);
    assertEquals((await database.query("SELECT n FROM b ORDER BY n")).rows, [{ n: 1 }, { n: 3 }]);
  }));

Deno.test("a transaction is seen by itself until its commit, and undone by its rollback", () =>
  withDatabase(async (database) => {
    await database.query("CREATE TABLE t (n INTEGER)");
    const count = async (from: { query: SqliteDatabase["query"] }) =>
      (await from.query("SELECT count(*) AS n FROM t")).rows[0]!.n;
    const first = await database.begin();
    await first.query("INSERT INTO t VALUES (1)");
    assertEquals([await count(first), await count(database)], [1, 0]);
    await first.commit();
    assertEquals(await count(database), 1);
    const second = await database.begin();
    await second.query("INSERT INTO t VALUES (2)");
    await second.rollback();
    assertEquals(await codeOf(second.query("SELECT 1")), "aborted");
    assertEquals(await count(database), 1);
  }));

Deno.test("transactions that write wait for each other, and lose nothing", () =>
  withDatabase(async (database) => {
    await database.query("CREATE TABLE t (n INTEGER)");
    await database.query("INSERT INTO t VALUES (0)");
    await Promise.all(Array.from({ length: 20 }, async (_, at) => {
      if (at % 4 === 0) return void await database.query("UPDATE t SET n = n + 1");
      const transaction = await database.begin({ isolation: "serializable" });
      const { rows } = await transaction.query("SELECT n FROM t");
      await transaction.query("UPDATE t SET n = $1", [rows[0]!.n as number + 1]);
      await transaction.commit();
    }));
    assertEquals((await database.query("SELECT n FROM t")).rows, [{ n: 20 }]);
  }));

Deno.test("others go on while a statement does not end, which is killed with its program", () =>
  withDatabase(async (database) => {
    await database.query("CREATE TABLE t (n INTEGER)");
    const open = await database.begin();
    await open.query("INSERT INTO t VALUES (1)");
    const controller = new AbortController();
    // a signal that is asked for late, as those of processes are
    const endless = database.query(ENDLESS, [], { signalOf: () => controller.signal });
    let isOver = false;
    endless.catch(() => isOver = true);
    const together = database.query("SELECT 1 AS n");
    assertEquals((await together).rows, [{ n: 1 }]);
    assertEquals((await database.query("SELECT 2 AS n")).rows, [{ n: 2 }]);
    assert(!isOver);
    controller.abort(new Error("enough"));
    await assertRejects(() => endless, Error, "enough");
    await open.commit();
    assertEquals((await database.query("SELECT n FROM t")).rows, [{ n: 1 }]);
  }));

Deno.test("a statement past its limit is killed, and what has waited for it is run", () =>
  withDatabase(async (database) => {
    await database.query("SELECT 1");
    const endless = codeOf(database.query(ENDLESS, [], { timeout: 100 }));
    const waiting = Array.from({ length: 10 }, (_, n) => database.query("SELECT $1 AS n", [n]));
    assertEquals((await Promise.all(waiting)).map(({ rows }) => rows[0]!.n), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assertEquals(await endless, "timeout");
  }, { connections: 1 }));

Deno.test("a statement in a transaction past its limit rolls the transaction back", () =>
  withDatabase(async (database) => {
    await database.query("CREATE TABLE t (n INTEGER)");
    const transaction = await database.begin();
    await transaction.query("INSERT INTO t VALUES (1)");
    assertEquals(await codeOf(transaction.query(ENDLESS, [], { timeout: 100 })), "timeout");
    assertEquals(await codeOf(transaction.query("SELECT 1")), "connection_lost");
    await transaction.rollback();
    await database.query("INSERT INTO t VALUES (2)");
    assertEquals((await database.query("SELECT n FROM t")).rows, [{ n: 2 }]);
  }));

Deno.test("an aborted statement ends", () =>
  withDatabase(async (database) => {
    const controller = new AbortController();
    const endless = database.query(ENDLESS, [], { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 100);
    await assertRejects(() => endless, Error, "enough");
    assertEquals((await database.query("SELECT 1 AS n")).rows, [{ n: 1 }]);
  }, { connections: 1 }));

Deno.test("rows are streamed, in little memory, and a stream that is not read to its end frees its connection", () =>
  withDatabase(async (database) => {
    let count = 0;
    let sum = 0;
    const text = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT $1) SELECT x FROM c";
    for await (const rows of database.stream(text, [20_000])) {
      count += rows.length;
      for (const { x } of rows) sum += x as number;
    }
    assertEquals([count, sum], [20_000, 20_000 * 20_001 / 2]);
    for await (const rows of database.stream(text, [1e12])) {
      if (rows.length > 0) break;
    }
    assertEquals((await database.query("SELECT 1 AS n")).rows, [{ n: 1 }]);
    await assertRejects(
      async () => {
        for await (const _ of database.stream("CREATE TABLE t (n INTEGER)"));
      },
      Error,
      "cannot write",
    );
  }, { connections: 1 }));
