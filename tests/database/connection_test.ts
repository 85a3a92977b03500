import { assert, assertEquals, assertMatch } from "@std/assert";
import { Admin } from "../../src/admin/mod.ts";
import { check } from "../../src/api/mod.ts";
import { PostgresDatabase } from "../../src/database/mod.ts";
import { openSocket } from "../../src/kinds/net/open_socket.ts";
import { PrivateHosts } from "../../src/kinds/net/private_hosts.ts";
import { Logger } from "../../src/runtime/mod.ts";
import { formatDiagnostic } from "../../src/spec/mod.ts";
import { type Failure, fullMessage } from "../../src/value/mod.ts";
import { AUTHORITY, CERTIFICATE, KEY } from "../support/certificates.ts";
import { eachDatabase, testDatabases } from "../support/databases.ts";
import { PostgresServer } from "../support/postgres_server.ts";
import { until } from "../support/until.ts";
import { World, type WorldOptions } from "../runtime/world.ts";

// Connections to databases and transactions of requests, on the real engine.

const PRIVATE = ["127.0.0.0/8", "localhost"];
const HERE: WorldOptions = { allowPrivate: PRIVATE };

function link(name: string) {
  return [{ name, port: "in" }];
}

/** A listener, whose paths lead to nodes of their names. */
function served(nodes: Record<string, Record<string, unknown>>, routes: string[], data: unknown): string {
  return JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: link("router") } },
    {
      kind: "router",
      name: "router",
      routes: routes.map((path, at) => ({ path: `/${path}`, port: `out[${at}]` })),
      links: Object.fromEntries(routes.map((name, at) => [`out[${at}]`, link(name)])),
    },
    ...Object.entries(nodes).map(([name, fields]) => ({ kind: "sql", name, connection: "db", ...fields })),
    { kind: "connection", name: "db", data },
  ]);
}

const COUNT = { text: "SELECT count(*) AS n FROM t", result: "value" };

testDatabases("connections to databases", {
  "a transaction is committed before the first byte of the answer, and rolled back with it": eachDatabase(
    async ({ data }) => {
      const specs = JSON.stringify([
        ...JSON.parse(served(
          {
            make: { text: "CREATE TABLE t (n INTEGER UNIQUE)" },
            add: {
              text: "INSERT INTO t VALUES (CAST(:query.n.0 AS INTEGER))",
              result: "count",
              links: { out: link("reply") },
            },
            count: COUNT,
          },
          ["make", "add", "count"],
          data,
        )),
        {
          kind: "snippet",
          name: "reply",
          language: "javascript",
          code: "export default () => ({ status: 409, body: 'no' })",
        },
      ]);
      await using world = await World.start(specs, HERE);
      assertEquals((await world.fetch("/make")).status, 200);
      assertEquals((await world.fetch("/add?n=1")).status, 409);
      assertEquals((await world.fetch("/count")).text, "0");
      await world.apply(specs.replace("status: 409", "status: 200"));
      for (let n = 1; n <= 20; n++) {
        assertEquals((await world.fetch(`/add?n=${n}`)).status, 200, world.log.at(-1));
        // whoever has the answer finds the row
        assertEquals((await world.fetch("/count")).text, String(n));
      }
      assertEquals((await world.fetch("/add?n=1")).status, 500);
      assertEquals((await world.fetch("/count")).text, "20");
    },
  ),

  "a reload keeps the pool, for nodes of a connection that did not change": async () => {
    const make = (result: string, durable: boolean) =>
      served(
        {
          make: { text: "CREATE TABLE IF NOT EXISTS t (n INTEGER)", transaction: false },
          count: { ...COUNT, result },
        },
        ["make", "count"],
        { type: "sqlite", file: ":memory:", durable },
      );
    await using world = await World.start(make("value", true), HERE);
    await world.fetch("/make");
    assertEquals((await world.fetch("/count")).text, "0");
    // what is in memory is still there
    await world.apply(make("row", true));
    assertEquals((await world.fetch("/count")).text, '{"n":0}');
    await world.apply(make("row", false));
    assertEquals((await world.fetch("/count")).status, 500);
  },

  "a change whose migration fails is rejected, and the running version goes on": eachDatabase(
    async ({ data }, { folder }) => {
      const migrations = await Deno.makeTempDir({ dir: folder });
      await Deno.writeTextFile(`${migrations}/1.sql`, "CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1);");
      const specs = (result: string) => served({ count: { ...COUNT, result } }, ["count"], { ...data, migrations });
      await using world = await World.start(specs("value"), HERE);
      assertEquals((await world.fetch("/count")).text, "1");
      await Deno.writeTextFile(`${migrations}/2.sql`, "INSERT INTO t VALUES (2); INSERT INTO absent VALUES (1);");
      const error = await world.apply(specs("row")).then(() => new Error("applied"), (error: Error) => error);
      assertMatch(fullMessage(error), /connection db: migration 2\.sql: .*absent/);
      assertEquals((await world.fetch("/count")).text, "1");
      await Deno.writeTextFile(`${migrations}/2.sql`, "INSERT INTO t VALUES (2);");
      await world.apply(specs("row"));
      assertEquals((await world.fetch("/count")).text, '{"n":2}');
    },
  ),

  "rows are streamed to a client, and one that goes away frees the connection": eachDatabase(async ({ data }) => {
    const series = (count: number) =>
      `WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < ${count}) SELECT x, 'row ' || x AS t FROM c`;
    await using world = await World.start(
      served(
        {
          some: { text: series(20_000), result: "stream" },
          list: { text: series(3), result: "stream", format: "json" },
          within: { text: series(3), result: "stream", transaction: true },
          many: { text: series(1_000_000_000), result: "stream" },
          bad: { text: "SELECT * FROM absent", result: "stream" },
        },
        ["some", "list", "within", "many", "bad"],
        { ...data, limits: { connections: 1 } },
      ),
      HERE,
    );
    const { text } = await world.fetch("/some");
    const lines = text.trimEnd().split("\n");
    assertEquals([lines.length, lines[0], lines.at(-1)], [
      20_000,
      '{"x":1,"t":"row 1"}',
      '{"x":20000,"t":"row 20000"}',
    ]);
    assertEquals(JSON.parse((await world.fetch("/list")).text).length, 3);
    assertEquals((await world.fetch("/within")).text.split("\n").length, 4);
    const [url] = await world.runtime.sockets.urls();
    const many = await fetch(`${url}/many`);
    const reader = many.body!.getReader();
    await reader.read();
    await reader.cancel();
    assertEquals(JSON.parse((await world.fetch("/list")).text).length, 3);
    await fetch(`${url}/bad`).then((response) => response.text()).catch(() => {});
    assertEquals(JSON.parse((await world.fetch("/list")).text).length, 3);
  }),

  "/ready asks the databases whose connections say so": async () => {
    const server = await PostgresServer.start();
    try {
      const data = { type: "postgres", url: server.url(), health: true };
      await using world = await World.start(served({ a: { text: "SELECT 1" } }, ["a"], data), HERE);
      await using admin = new Admin("127.0.0.1:0");
      admin.attach(world.runtime);
      const ready = async () => {
        const response = await fetch(`${admin.url}/ready`);
        return [response.status, (await response.text()).trim()] as const;
      };
      assertEquals(await ready(), [200, "ready"]);
      await server.end();
      await until("it is not ready", async () => (await ready())[0] === 503);
      assertMatch((await ready())[1], /^connection db: 127\.0\.0\.1:\d+\/postgres: .*refused/i);
      await server.begin();
      await until("it is ready again", async () => (await ready())[0] === 200);
      await world.apply(served({ a: { text: "SELECT 1" } }, ["a"], { ...data, health: false }));
      await server.end();
      assertEquals(await ready(), [200, "ready"]);
    } finally {
      await server[Symbol.asyncDispose]();
    }
  },

  "TLS is checked as the URL says": async () => {
    const server = await PostgresServer.start({ tls: { cert: CERTIFICATE, key: KEY } });
    try {
      const answer = async (query: string, tls = {}) => {
        const database = PostgresDatabase.open({
          url: server.url("postgres", query).replace("127.0.0.1", "localhost"),
          tls,
          open: (_, timeout) => openSocket(new PrivateHosts(["127.0.0.1"]), "127.0.0.1", server.port, timeout),
        });
        try {
          const { rows } = await database.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
          return rows[0]!.ssl;
        } catch (error) {
          return (error as Failure).code;
        } finally {
          await database.close();
        }
      };
      const ours = { ca: AUTHORITY };
      assertEquals(await answer("?sslmode=disable"), false);
      assertEquals(await answer(""), true);
      assertEquals(await answer("?sslmode=require"), true);
      assertEquals(await answer("?sslmode=verify-full", ours), true);
      assertEquals(await answer("", ours), true);
      assertEquals(await answer("?sslmode=verify-full"), "tls");
      assertEquals(await answer("?sslmode=verify-ca"), "tls");
    } finally {
      await server[Symbol.asyncDispose]();
    }
  },

  "check --connect tries a database, and creates none": async ({ server, folder }) => {
    if (server === undefined) return;
    const tried = async (data: unknown, env: Record<string, string> = {}) => {
      const specs = JSON.stringify([{ kind: "connection", name: "db", data }]);
      const { diagnostics } = await check(specs, { connect: { secrets: { env }, allowPrivate: PRIVATE } });
      return diagnostics.map(formatDiagnostic).join("\n");
    };
    assertEquals(await tried({ type: "postgres", url: server.url() }), "");
    assertEquals(await tried({ type: "sqlite", file: `${folder}/new.db` }), "");
    assertEquals(await Deno.stat(`${folder}/new.db`).then(() => true, () => false), false);
    const url = "env:URL";
    const env = { URL: "postgres://weft:p-secret@127.0.0.1:1/x" };
    const refused = await tried({ type: "postgres", url }, env);
    assertMatch(refused, /connection db does not work: 127\.0\.0\.1:1\/x: /);
    const unknown = await tried({ type: "postgres", url }, {
      URL: server.url("absent").replace("weft@", "weft:p-secret@"),
    });
    assertMatch(unknown, /database "absent" does not exist/);
    const literal = await tried({ type: "postgres", url: "postgres://weft:p-secret@127.0.0.1/x" });
    assertMatch(literal, /invalid url: expected a URL without password/);
    const user = await tried({ type: "postgres", url, password: "env:PASSWORD" }, {
      URL: server.url(),
      PASSWORD: "p-secret",
    });
    for (const said of [refused, unknown, literal, user]) assert(!said.includes("p-secret"), said);
  },

  "a password is shown nowhere": async ({ server }) => {
    if (server === undefined) return;
    const env = { URL: server.url().replace("weft@", "weft:p-secret@"), BAD: "postgres://weft:p-secret@127.0.0.1:1/x" };
    const lines: string[] = [];
    const logger = new Logger({ level: "debug", write: (line) => lines.push(line) });
    const specs = (url: string) =>
      served({ a: { text: "SELECT $1", result: "value", retry: 2 }, b: { text: "SELEC" } }, ["a", "b"], {
        type: "postgres",
        url,
      });
    await using world = await World.start(specs("env:URL"), { ...HERE, env, logger, dev: true });
    const said = [await world.fetch("/a"), await world.fetch("/b")].map(({ text }) => text);
    await world.apply(specs("env:BAD"));
    said.push((await world.fetch("/a")).text);
    assertMatch(said[2]!, /refused/i);
    for (const line of [...lines, ...said, ...world.log]) assert(!line.includes("p-secret"), line);
  },
});
