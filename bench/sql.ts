// What `sql` costs beside the client that it uses, and rows as a stream:
//
//   deno run -A bench/sql.ts
//
// The same statements through a flow and by the client alone, alternating, in one run: for PostgreSQL the client is npm's
// `postgres`, for SQLite the engine's own, which has the file open in programs. PostgreSQL is left out where it is not
// installed. Nothing waits for the disk.
import postgres from "postgres";
import { apply, Runtime } from "../mod.ts";
import { type Database, SqliteDatabase } from "../src/database/mod.ts";
import { defineKind } from "../src/kind/mod.ts";
import { isError, type Value } from "../src/value/mod.ts";
import { postgres as program, PostgresServer } from "../tests/support/postgres_server.ts";
import { z } from "zod";

/** How many calls are under way at a time. */
const AT_ONCE = 16;
/** How long a round is, in milliseconds, and how many there are. */
const ROUND = 2_000;
const ROUNDS = 5;
const ROWS = 1_000_000;

const SELECT = "SELECT id, name FROM items WHERE id = $1";
const INSERT = "INSERT INTO log (item) VALUES ($1)";

/** What runs a statement once. */
type Run = (parameter: number) => Promise<unknown>;

/** Runs something for the time of a round. @returns How often a second. */
async function round(run: Run): Promise<number> {
  const began = performance.now();
  let count = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (performance.now() - began < ROUND) await run(count++ % 1_000);
  }));
  return count / (performance.now() - began) * 1_000;
}

function median(figures: number[]): number {
  return figures.sort((a, b) => a - b)[figures.length >> 1]!;
}

/** Measures two ways alternately, and prints their ratio. */
async function compare(what: string, flow: Run, client: Run): Promise<void> {
  const figures: [number[], number[]] = [[], []];
  for (let n = 0; n < ROUNDS; n++) {
    figures[0].push(await round(flow));
    figures[1].push(await round(client));
  }
  const [through, bare] = figures.map(median) as [number, number];
  const columns = [through.toFixed(0).padStart(7), bare.toFixed(0).padStart(7), (through / bare).toFixed(2)];
  console.log(
    `${what.padEnd(34)} flow ${columns[0]}/s   client ${columns[1]}/s   ratio ${columns[2]} (target: at least 0.7)`,
  );
}

/** Starts an engine with nodes of kind `sql`. @returns What sends a payload to one by its name. */
async function startFlow(
  data: object,
): Promise<{ runtime: Runtime; send(name: string, payload: Value): Promise<Value> }> {
  const runs = new Map<string, (payload: Value) => Promise<unknown>>();
  const source = defineKind({
    name: "source",
    summary: "Opens a process.",
    place: "host",
    effect: "none",
    fields: z.object({}),
    ports: { in: [], out: ["out"] },
    prepare: ({ name, run }) => ({ load: () => void runs.set(name, (payload) => run("out", payload)) }),
  });
  const runtime = await Runtime.start({ kinds: [source], executors: 1, allowPrivate: ["all"] });
  const nodes = {
    find: { text: SELECT },
    find_alone: { text: SELECT, transaction: false },
    add: { text: INSERT, result: "count" },
    add_alone: { text: INSERT, result: "count", transaction: false },
  };
  const specs = [
    { kind: "connection", name: "db", data },
    ...Object.entries(nodes).flatMap(([name, fields]) => [
      { kind: "sql", name: `sql_${name}`, connection: "db", ...fields },
      { kind: "source", name, links: { out: [{ name: `sql_${name}`, port: "in" }] } },
    ]),
  ];
  await apply(runtime, JSON.stringify(specs));
  return {
    runtime,
    async send(name, payload) {
      const answer = await runs.get(name)!(payload) as Value;
      if (isError(answer)) throw answer;
      return answer;
    },
  };
}

const SETUP = [
  "CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT)",
  "INSERT INTO items WITH RECURSIVE c (x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM c WHERE x < 999) SELECT x, 'item ' || x FROM c",
  "CREATE TABLE log (item INTEGER)",
];

async function benchSqlite(folder: string): Promise<void> {
  const path = `${folder}/bench.db`;
  const database = await SqliteDatabase.open({ path, durable: false });
  for (const text of SETUP) await database.query(text);
  const { runtime, send } = await startFlow({ type: "sqlite", file: path, durable: false });
  const within = (text: string): Run => async (parameter) => {
    const transaction = await database.begin();
    await transaction.query(text, [parameter]);
    await transaction.commit();
  };
  await compare("SQLite, read in a transaction", (n) => send("find", n), within(SELECT));
  await compare("SQLite, write in a transaction", (n) => send("add", n), within(INSERT));
  await compare("SQLite, read", (n) => send("find_alone", n), (n) => database.query(SELECT, [n]));
  await compare("SQLite, write", (n) => send("add_alone", n), (n) => database.query(INSERT, [n]));
  await runtime.close();
  await benchStream("SQLite", database);
  await database.close();
}

async function benchPostgres(server: PostgresServer): Promise<void> {
  const client = postgres(server.url(), { max: 10 });
  for (const text of SETUP) {
    await client.unsafe(text.replace("INSERT INTO items WITH", "INSERT INTO items (id, name) WITH"));
  }
  const { runtime, send } = await startFlow({ type: "postgres", url: server.url() });
  const within = (text: string): Run => (n) => client.begin((sql) => sql.unsafe(text, [n], { prepare: true }));
  const alone = (text: string): Run => async (n) => await client.unsafe(text, [n], { prepare: true });
  await compare("PostgreSQL, read in a transaction", (n) => send("find", n), within(SELECT));
  await compare("PostgreSQL, write in a transaction", (n) => send("add", n), within(INSERT));
  await compare("PostgreSQL, read", (n) => send("find_alone", n), alone(SELECT));
  await compare("PostgreSQL, write", (n) => send("add_alone", n), alone(INSERT));
  await runtime.close();
  await client.end();
}

/** Reads a million rows, and prints how fast and in how much memory. */
async function benchStream(what: string, database: Database): Promise<void> {
  const text =
    `WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < ${ROWS}) SELECT x, 'row ' || x AS t FROM c`;
  const resident = () => Deno.memoryUsage().rss / 2 ** 20;
  const before = resident();
  const began = performance.now();
  let count = 0;
  let most = before;
  for await (const rows of database.stream(text)) {
    count += rows.length;
    most = Math.max(most, resident());
  }
  const seconds = (performance.now() - began) / 1_000;
  const grown = (most - before).toFixed(0);
  console.log(
    `${what}, a stream of ${count} rows: ${(count / seconds).toFixed(0)} rows/s, resident memory + ${grown} MiB`,
  );
}

const folder = await Deno.makeTempDir({ prefix: "weft-bench-" });
try {
  console.log(`median of ${ROUNDS} of ${ROUND / 1_000} s each, ${AT_ONCE} at once, alternating`);
  await benchSqlite(folder);
  if (!program.ignore) {
    await using server = await PostgresServer.start();
    await benchPostgres(server);
    const { PostgresDatabase } = await import("../src/database/mod.ts");
    const { connect } = await import("node:net");
    const database = PostgresDatabase.open({
      url: server.url(),
      open: (target) => Promise.resolve(connect(target as { port: number; host: string })),
    });
    await benchStream("PostgreSQL", database);
    await database.close();
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
