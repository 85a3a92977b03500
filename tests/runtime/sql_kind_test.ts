import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { startWorkflow, type TestWorkflow } from "@weft/weft/testing";
import { type Failure, isError, type Value, type ValueMap } from "../../src/value/mod.ts";
import { eachDatabase, type TestDatabase, testDatabases } from "../support/databases.ts";

// The kind `sql` on real databases.

const HERE = { allow: true, allowPrivate: ["127.0.0.0/8", "localhost"] } as const;

/** Starts nodes of kind `sql` by their names. */
function start(database: TestDatabase, nodes: Record<string, Record<string, unknown>>): Promise<TestWorkflow> {
  return startWorkflow([
    ...Object.entries(nodes).map(([name, fields]) => ({ kind: "sql", name, connection: "db", ...fields })),
    { kind: "connection", name: "db", data: database.data },
  ], HERE);
}

async function errorOf(answer: Promise<unknown>): Promise<Failure> {
  const error = await answer;
  assert(isError(error), JSON.stringify(error));
  return error;
}

const TODOS = {
  make: { text: "CREATE TABLE todos (id INTEGER PRIMARY KEY, title TEXT UNIQUE NOT NULL, done BOOLEAN)" },
  add: {
    text: "INSERT INTO todos (id, title, done) VALUES (:id, :title, :done) RETURNING *",
    result: "row",
  },
  list: { text: "SELECT id, title FROM todos ORDER BY id" },
  one: { text: "SELECT title, done FROM todos WHERE id = $1", result: "row" },
  count: { text: "SELECT count(*) FROM todos", result: "value" },
  done: { text: "UPDATE todos SET done = $1", result: "count" },
};

testDatabases("the kind sql", {
  "rows, one row, a value and a count are what goes on": eachDatabase(async (database) => {
    await using workflow = await start(database, TODOS);
    assertEquals(await workflow.send("make.in", null), []);
    assertEquals(await workflow.send("add.in", { id: 1, title: "a", done: false }), { id: 1, title: "a", done: false });
    assertEquals(await workflow.send("add.in", { id: 2, title: "b", done: null, more: 1 }), {
      id: 2,
      title: "b",
      done: null,
    });
    assertEquals(await workflow.send("list.in", null), [{ id: 1, title: "a" }, { id: 2, title: "b" }]);
    assertEquals(await workflow.send("one.in", 1), { title: "a", done: false });
    assertEquals(await workflow.send("one.in", [3]), null);
    assertEquals(await workflow.send("count.in", null), 2);
    assertEquals(await workflow.send("done.in", [true]), 2);
    assertEquals(await workflow.send("one.in", [2]), { title: "b", done: true });
  }),

  "parameters reach into a payload, and one that is missing is an error": eachDatabase(async (database) => {
    await using workflow = await start(database, {
      ...TODOS,
      post: {
        text: "INSERT INTO todos (id, title) VALUES (:params.id, :body.title) RETURNING id, title",
        result: "row",
      },
      second: { text: "SELECT CAST(:list.0.title.1 AS TEXT) AS t", result: "value" },
      lenient: {
        text: "INSERT INTO todos (id, title, done) VALUES (:id, :title, :done)",
        missing: "null",
        result: "count",
      },
    });
    await workflow.send("make.in", null);
    const request = { method: "POST", params: { id: 7 }, body: { title: "x" } };
    assertEquals(await workflow.send("post.in", request), { id: 7, title: "x" });
    assertEquals(await workflow.send("lenient.in", { id: 8, title: "y" }), 1);
    for (
      const payload of [{ ...request, body: {} }, { ...request, body: "x" }, { constructor: 1, params: request.params }]
    ) {
      const error = await errorOf(workflow.send("post.in", payload));
      assertEquals(error.code, "invalid_payload");
      assertMatch(error.message, /has no body\.title/);
    }
    const many = { id: 9, title: ["a", "b"] };
    assertEquals((await errorOf(workflow.send("second.in", many))).code, "invalid_payload");
    assertEquals(await workflow.send("second.in", { list: [many] }), "b");
    assertEquals((await errorOf(workflow.send("post.in", "x"))).code, "invalid_payload");
    assertMatch((await errorOf(workflow.send("one.in", [1, 2]))).message, /expected a list of 1 parameters, got 2/);
  }),

  "a payload may be the statement, with parameters by position, by name, or many": eachDatabase(async (database) => {
    await using workflow = await start(database, { any: { result: "rows" }, count: { result: "count" } });
    await workflow.send("any.in", TODOS.make.text);
    const insert = "INSERT INTO todos (id, title) VALUES (:id, :title)";
    assertEquals(await workflow.send("count.in", [insert, { id: 1, title: "a" }]), 1);
    assertEquals(await workflow.send("count.in", [insert, [{ id: 2, title: "b" }, { id: 3, title: "c" }]]), 2);
    assertEquals(
      await workflow.send("any.in", { text: "SELECT id FROM todos WHERE id > $1 ORDER BY id", parameters: [1] }),
      [{ id: 2 }, { id: 3 }],
    );
    // all or none
    const again = await errorOf(workflow.send("count.in", [insert, [{ id: 4, title: "d" }, { id: 1, title: "e" }]]));
    assertEquals(again.code, "23505");
    assertEquals(await workflow.send("any.in", "SELECT count(*) AS n FROM todos"), [{ n: 3 }]);
    for (const payload of [1, [], [1], { text: 1 }, { text: "SELECT 1", more: 1 }] as Value[]) {
      assertEquals((await errorOf(workflow.send("any.in", payload))).code, "invalid_payload");
    }
  }),

  "values are never part of the text": eachDatabase(async (database) => {
    await using workflow = await start(database, TODOS);
    await workflow.send("make.in", null);
    const attempts = [
      "'; DROP TABLE todos; --",
      '"; DROP TABLE todos; --',
      "\\'; DROP TABLE todos; --",
      "$1",
      ":title",
      "?",
      "') RETURNING *; DELETE FROM todos --",
      "\\x41",
      "{1,2}",
      "ä 🦊 \u2028 \n",
      "",
    ];
    for (const [at, title] of attempts.entries()) {
      assertEquals(await workflow.send("add.in", { id: at, title, done: false }), { id: at, title, done: false });
    }
    assertEquals(await workflow.send("count.in", null), attempts.length);
    const { code } = await errorOf(workflow.send("add.in", { id: "1; DROP TABLE todos", title: "x", done: false }));
    assert(code === "22P02" || code === "42804", code);
    assertEquals(await workflow.send("count.in", null), attempts.length);
    // one statement at a time
    await using any = await start(database, { any: {} });
    const two = await errorOf(any.send("any.in", "SELECT 1; DROP TABLE todos"));
    assert(two.code === "42601" || two.code === "invalid", two.code);
    assertEquals(await workflow.send("count.in", null), attempts.length);
  }),

  "statements of one process share a transaction, which a later error rolls back": eachDatabase(async (database) => {
    await using workflow = await startWorkflow([
      { kind: "sql", name: "make", connection: "db", text: "CREATE TABLE t (n INTEGER)" },
      {
        kind: "sql",
        name: "add",
        connection: "db",
        text: "INSERT INTO t VALUES ($1) RETURNING n",
        result: "value",
        links: { out: [{ name: "again", port: "in" }] },
      },
      {
        kind: "sql",
        name: "again",
        connection: "db",
        text: "INSERT INTO t VALUES ($1) RETURNING n",
        result: "value",
        links: { out: [{ name: "check", port: "in" }] },
      },
      {
        kind: "snippet",
        name: "check",
        language: "javascript",
        code: "export default (n) => { if (n > 10) throw new Error('too many'); return n; }",
      },
      { kind: "sql", name: "sum", connection: "db", text: "SELECT count(*) FROM t", result: "value" },
      { kind: "connection", name: "db", data: database.data },
    ], HERE);
    await workflow.send("make.in", null);
    assertEquals(await workflow.send("add.in", 1), 1);
    assertEquals(await workflow.send("sum.in", null), 2);
    assertMatch((await errorOf(workflow.send("add.in", 11))).message, /too many/);
    assertEquals(await workflow.send("sum.in", null), 2);
  }),

  "a statement that fails is undone alone: the flow may do something else": eachDatabase(async (database) => {
    await using workflow = await startWorkflow([
      { kind: "sql", name: "make", connection: "db", text: "CREATE TABLE t (n INTEGER UNIQUE, tries INTEGER)" },
      {
        kind: "sql",
        name: "first",
        connection: "db",
        text: "INSERT INTO t VALUES (99 + $1, 0)",
        links: { out: [{ name: "value", port: "in" }] },
      },
      { kind: "snippet", name: "value", language: "json", code: "1", links: { out: [{ name: "add", port: "in" }] } },
      {
        kind: "sql",
        name: "add",
        connection: "db",
        text: "INSERT INTO t VALUES ($1, 1)",
        result: "count",
        links: { error: [{ name: "duplicate", port: "in" }] },
      },
      {
        kind: "snippet",
        name: "duplicate",
        language: "javascript",
        code: "export default (error) => error.code === '23505' ? 1 : 2",
        links: { out: [{ name: "update", port: "in" }] },
      },
      {
        kind: "sql",
        name: "update",
        connection: "db",
        text: "UPDATE t SET tries = tries + 1 WHERE n = $1",
        result: "count",
      },
      { kind: "sql", name: "all", connection: "db", text: "SELECT n, tries FROM t ORDER BY n" },
      { kind: "connection", name: "db", data: database.data },
    ], HERE);
    await workflow.send("make.in", null);
    await workflow.send("first.in", 1);
    assertEquals(await workflow.send("first.in", 2), 1);
    assertEquals(await workflow.send("all.in", null), [
      { n: 1, tries: 2 },
      { n: 100, tries: 0 },
      { n: 101, tries: 0 },
    ]);
  }),

  "errors of the database have a SQLSTATE, and say what they are about": eachDatabase(async (database) => {
    await using workflow = await start(database, { any: {} });
    await workflow.send("any.in", "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER NOT NULL CHECK (n > 0))");
    await workflow.send("any.in", "CREATE TABLE b (a INTEGER REFERENCES a (id))");
    await workflow.send("any.in", "INSERT INTO a VALUES (1, 1)");
    const codes: Record<string, string> = {
      "INSERT INTO a VALUES (1, 1)": "23505",
      "INSERT INTO a VALUES (2, NULL)": "23502",
      "INSERT INTO a VALUES (2, 0)": "23514",
      "INSERT INTO b VALUES (7)": "23503",
      "SELECT * FROM c": "42P01",
      "SELECT c FROM a": "42703",
      "SELEC": "42601",
      "CREATE TABLE a (id INTEGER)": "42P07",
      "SELECT absent(1)": "42883",
      "BEGIN": "42501",
      "COMMIT": "42501",
      "CREATE TEMP TABLE c (id INTEGER)": "42501",
    };
    for (const [text, code] of Object.entries(codes)) {
      assertEquals((await errorOf(workflow.send("any.in", text))).code, code, text);
    }
    const { details } = await errorOf(workflow.send("any.in", "INSERT INTO a VALUES (1, 1)"));
    assertEquals((details as ValueMap).table, "a");
  }),

  "a statement past its limit ends, and others go on": eachDatabase(async (database) => {
    await using workflow = await start(database, {
      endless: {
        timeout: "300ms",
        text: "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT 1 FROM c) SELECT count(*) FROM c",
      },
      quick: { text: "SELECT 1 AS n" },
    });
    const endless = workflow.send("endless.in", null);
    for (let count = 0; count < 5; count++) assertEquals(await workflow.send("quick.in", null), [{ n: 1 }]);
    assertEquals((await errorOf(endless)).code, "timeout");
    assertEquals(await workflow.send("quick.in", null), [{ n: 1 }]);
  }),

  "a connection of another type, or a bad one, is rejected before anything runs": async ({ folder }) => {
    const rejected = async (node: Record<string, unknown>, data: Record<string, unknown>) => {
      const specs = [{ kind: "sql", name: "a", ...node }, { kind: "connection", name: "db", data }];
      const error = await assertRejects(async () => {
        await using _ = await startWorkflow(specs, { ...HERE, env: { URL: "postgres://u:p-secret@127.0.0.1:1/x" } });
        await _.send("a.in", "SELECT 1").then((answer) => {
          if (isError(answer)) throw answer;
        });
      }, Error);
      assert(!error.message.includes("p-secret"), error.message);
      return error.message;
    };
    const on = { connection: "db" };
    const http = { type: "http", baseUrl: "https://example.com" };
    assertMatch(await rejected(on, http), /expected one of type sqlite or postgres, got one of type http/);
    assertMatch(await rejected(on, { type: "sqlite", file: `${folder}/none/x.db` }), /cannot open/);
    assertMatch(
      await rejected({}, { type: "sqlite", file: ":memory:" }),
      /expected either connection, or driver and source/,
    );
    const literal = await rejected(on, { type: "postgres", url: "postgres://u:p-secret@h/d" });
    assertMatch(literal, /expected a URL without password/);
    assertMatch(await rejected(on, { type: "postgres", url: "mysql://u@h/d" }), /expected postgres:/);
    assertMatch(await rejected(on, { type: "postgres", url: "env:URL" }), /127\.0\.0\.1:1\/x: connect ECONNREFUSED/);
    await Deno.writeTextFile(`${folder}/other.txt`, "this is no database, and long enough not to be taken for one");
    assertMatch(await rejected(on, { type: "sqlite", file: `${folder}/other.txt` }), /not a database/);
  },

  "a driver and a source stand for a connection": async () => {
    await using workflow = await startWorkflow(
      [{ kind: "sql", name: "a", driver: "sqlite3", source: ":memory:", text: "SELECT 1 + $1 AS n" }],
      HERE,
    );
    assertEquals(await workflow.send("a.in", 1), [{ n: 2 }]);
  },
});
