import { assertEquals } from "@std/assert";
import { type Database, PostgresDatabase, SqliteDatabase } from "../../src/database/mod.ts";
import type { Failure, Value } from "../../src/value/mod.ts";
import { openSocket } from "../../src/kinds/net/open_socket.ts";
import { PrivateHosts } from "../../src/kinds/net/private_hosts.ts";
import { testDatabases } from "../support/databases.ts";

// Values on their way into databases and back.

const NOON = new Date("2026-01-02T12:00:00.125Z");
const BYTES = new Uint8Array([0, 1, 39, 92, 255]);
const TEXT = "ä '\"\\ 🦊 \u2028\n{a,b} NULL $1";

/** The type of a column, what is written, what is read (default the same). */
type Row = readonly [type: string, written: Value, read?: Value];

const BOTH: readonly Row[] = [
  ["INTEGER", 7],
  ["INTEGER", -0, 0],
  ["BIGINT", 9_007_199_254_740_991],
  ["BIGINT", 9_007_199_254_740_993n],
  ["BIGINT", -(2n ** 63n)],
  ["BIGINT", 5n, 5],
  ["REAL", 0.5],
  ["BOOLEAN", true],
  ["BOOLEAN", false],
  ["TEXT", TEXT],
  ["TEXT", ""],
  ["TEXT", NOON, NOON.toISOString()],
  ["TEXT", { a: [1, "b", null] }, '{"a":[1,"b",null]}'],
  ["TEXT", ["a", 1], '["a",1]'],
  ["TEXT", null],
  ["TIMESTAMP", NOON],
  ["JSON", { a: [1, TEXT, null, true, { b: 2n }], at: NOON }, {
    a: [1, TEXT, null, true, { b: 2 }],
    at: NOON.toISOString(),
  }],
  ["JSON", [1, [2], "3"]],
  ["JSON", '{"a":1}', { a: 1 }],
  ["JSON", null],
];

const SQLITE: readonly Row[] = [
  ["BLOB", BYTES],
  ["BLOB", new Uint8Array(0)],
  ["", 1],
  ["", 1.5],
  ["", "1"],
  ["INTEGER", true, 1],
  ["TIMESTAMP", "2026-01-02 12:00:00.125", NOON],
  ["TIMESTAMP", "2026-01-02T14:00:00.125+02:00", NOON],
  ["TIMESTAMP", "soon"],
  ["JSON", "no json"],
  ["BOOLEAN", 7],
];

const POSTGRES: readonly Row[] = [
  ["bytea", BYTES],
  ["bytea", new Uint8Array(0)],
  ["smallint", 7],
  ["integer", "7", 7],
  ["double precision", 1e300],
  ["double precision", NaN],
  ["double precision", -Infinity],
  ["double precision", -0],
  ["numeric", "12345678901234567890.123456789"],
  ["numeric", 2n ** 80n, String(2n ** 80n)],
  ["numeric", 1.25, "1.25"],
  ["text", 5, "5"],
  ["text", true, "true"],
  ["timestamptz", NOON],
  ["timestamptz", "2026-01-02 14:00:00.125+02", NOON],
  ["timestamptz", "infinity"],
  ["date", "2026-01-02"],
  ["date", NOON, "2026-01-02"],
  ["time", "12:34:56"],
  ["interval", "1 day"],
  ["uuid", "6b1c4e0a-9d5e-4b8e-8d24-1c3f5a7b9d10"],
  ["jsonb", { b: 1, a: [null] }],
  ["jsonb", 5],
  ["integer[]", [1, null, 3]],
  ["integer[]", []],
  ["integer[]", [[1, 2], [3, 4]]],
  ["bigint[]", [1, 2n ** 60n]],
  ["text[]", ["a", TEXT, "NULL", "", null]],
  ["boolean[]", [true, false]],
  ["timestamptz[]", [NOON]],
  ["jsonb[]", [{ a: 1 }, { b: "x" }]],
  ["bytea[]", [BYTES]],
  ["numeric[]", ["1.10"]],
  ["mood", "happy"],
  ["mood[]", ["happy", null, 'sad, but "fine"']],
];

/** Values that a database does not store, and the code that says so. */
const REFUSED: readonly (readonly [type: string, written: Value, sqlite: string, postgres: string])[] = [
  ["TEXT", "a\0b", "22021", "22021"],
  ["BIGINT", 2n ** 63n, "22003", "22003"],
  ["JSON", { a: 2n ** 60n }, "22003", "22003"],
  ["TEXT", new Error("x"), "22023", "22023"],
  ["JSON", { a: BYTES }, "22023", "22023"],
  ["TEXT", new Date(NaN), "22007", "22007"],
];

async function roundTrip(database: Database, rows: readonly Row[]): Promise<void> {
  for (const [at, [type, written, read = written]] of rows.entries()) {
    await database.query(`CREATE TABLE t${at} (v ${type})`);
    const inserted = await database.query(`INSERT INTO t${at} VALUES ($1) RETURNING v`, [written]);
    const what = `${type} ${at}`;
    assertEquals(inserted.rows, [{ v: read }], what);
    assertEquals((await database.query(`SELECT v FROM t${at}`)).rows, [{ v: read }], what);
    for await (const some of database.stream(`SELECT v FROM t${at}`)) {
      if (some.length > 0) assertEquals(some, [{ v: read }], what);
    }
    await database.query(`DROP TABLE t${at}`);
  }
}

async function refuse(database: Database): Promise<void> {
  for (const [at, [type, written, sqlite, postgres]] of REFUSED.entries()) {
    await database.query(`CREATE TABLE r${at} (v ${type})`);
    const code = await database.query(`INSERT INTO r${at} VALUES ($1)`, [written]).then(
      () => "stored",
      (error: Failure) => error.code,
    );
    assertEquals(code, database.dialect === "sqlite" ? sqlite : postgres, type);
    assertEquals((await database.query(`SELECT count(*) AS n FROM r${at}`)).rows, [{ n: 0 }]);
  }
  // a column may be called anything
  const { rows } = await database.query(`SELECT 1 AS "__proto__", 2 AS "constructor", 3 AS a, 4 AS a`);
  assertEquals(Object.entries(rows[0]!), [["__proto__", 1], ["constructor", 2], ["a", 4]]);
}

testDatabases("types of values", {
  "SQLite gives back what it was given": async ({ folder }) => {
    const database = await SqliteDatabase.open({ path: `${folder}/types.db`, durable: false });
    try {
      await roundTrip(database, [...BOTH, ...SQLITE]);
      await refuse(database);
    } finally {
      await database.close();
    }
  },
  "PostgreSQL gives back what it was given": async ({ server }) => {
    if (server === undefined) return;
    const hosts = new PrivateHosts(["127.0.0.1"]);
    const database = PostgresDatabase.open({
      url: server.url(),
      open: (target, timeout) => openSocket(hosts, (target as { host: string }).host, server.port, timeout),
    });
    try {
      await database.query(`CREATE TYPE mood AS ENUM ('happy', 'sad, but "fine"')`);
      await roundTrip(database, [...BOTH, ...POSTGRES]);
      await refuse(database);
    } finally {
      await database.close();
    }
  },
});
