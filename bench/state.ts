// What values by key and queues do in a second, on SQLite and PostgreSQL, durable both:
//
//   deno run -A --v8-flags=--max-semi-space-size=8 bench/state.ts [--seconds N] [--only sqlite|postgres]
//
// Every write is on the disk when it is answered. The queue is pushed to and consumed from at the same time; a message counts
// when it was acknowledged. `probe` is how often the disk alone takes a page in a second: what a commit costs at least.
import { loadavg } from "node:os";
import { parseArgs } from "@std/cli/parse-args";
import { type Database, PostgresDatabase, SqliteDatabase } from "../src/database/mod.ts";
import { Consumer, type ConsumerOptions } from "../src/kinds/state/consumer.ts";
import { DatabaseKv } from "../src/kinds/state/database_kv.ts";
import { DatabaseQueue } from "../src/kinds/state/database_queue.ts";
import type { KvStore } from "../src/kinds/state/kv_store.ts";
import { MemoryKv } from "../src/kinds/state/memory_kv.ts";
import { encodeValue } from "../src/kinds/state/stored_value.ts";
import { postgres, PostgresServer } from "../tests/support/postgres_server.ts";
import { socketTo } from "../tests/state/backends.ts";

const { seconds = "3", only } = parseArgs(Deno.args, { string: ["seconds", "only"] });
const DURATION = Number(seconds) * 1_000;
/** How many clients there are. */
const CLIENTS = 64;
const PAYLOAD = { order: 17, customer: "ada", items: [{ sku: "a-1", count: 2 }], at: new Date(0) };

/** Runs clients that each do one after another, and returns how many were done in a second. */
async function rate(clients: number, work: (n: number) => Promise<unknown>): Promise<number> {
  let count = 0;
  let n = 0;
  const began = performance.now();
  const end = began + DURATION;
  await Promise.all(Array.from({ length: clients }, async () => {
    while (performance.now() < end) {
      await work(n++);
      count++;
    }
  }));
  return count / (performance.now() - began) * 1_000;
}

function report(name: string, perSecond: number, target?: number): void {
  const figure = Math.round(perSecond).toLocaleString("en").padStart(9);
  const wanted = target === undefined ? "" : `  (target ${target.toLocaleString("en")})`;
  console.log(`${name.padEnd(44)} ${figure}/s${wanted}   load ${loadavg()[0]!.toFixed(1)}`);
}

async function benchKv(name: string, store: KvStore, target?: number): Promise<void> {
  const set = (n: number) => store.set({ key: `key${n % 10_000}`, value: PAYLOAD, ttl: null, condition: undefined });
  await Promise.all(Array.from({ length: 200 }, (_, n) => set(n)));
  report(`kv ${name}: set, ${CLIENTS} at a time`, await rate(CLIENTS, set), target);
  report(`kv ${name}: increment of one key`, await rate(CLIENTS, () => store.increment("n", 1, null)));
  report(`kv ${name}: get`, await rate(CLIENTS, (n) => store.get(`key${n % 200}`)));
}

async function benchQueue(name: string, store: DatabaseQueue, target: number): Promise<void> {
  const push = (payload: unknown = PAYLOAD) =>
    store.push({ queue: "q", key: null, name: null, payload: encodeValue(payload as never), delay: 0, keep: 0 });
  let done = 0;
  const options: ConsumerOptions = {
    queue: "q",
    batch: 1,
    concurrency: 256,
    maxInFlight: 1_000,
    visibility: 30_000,
    poll: 1_000,
    work: () => Promise.resolve({ is: "done" }),
    exhausted: () => undefined,
    count: (what, value) => what === "done" && (done += value),
    failed: (error) => error !== undefined && console.error(error),
  };
  const consumer = new Consumer(store, options);
  report(`queue ${name}: push, ${CLIENTS} at a time`, await rate(CLIENTS, () => push()));
  const began = performance.now();
  consumer.start();
  const pushed = await rate(CLIENTS, () => push());
  const perSecond = done / (performance.now() - began) * 1_000;
  report(`queue ${name}: push beside consume`, pushed);
  report(`queue ${name}: consume beside push`, perSecond, target);
  await consumer.ended();
  // more than can be consumed meanwhile
  await Promise.all(Array.from({ length: 30_000 * Number(seconds) }, () => push()));
  const left = new Consumer(store, options);
  const before = done;
  const start = performance.now();
  left.start();
  await new Promise((resolve) => setTimeout(resolve, DURATION));
  report(`queue ${name}: consume`, (done - before) / (performance.now() - start) * 1_000);
  await left.ended();
}

async function bench(name: string, database: Database, targets: { kv: number; queue: number }): Promise<void> {
  const kv = await DatabaseKv.open(database, "bench_kv");
  await benchKv(name, kv, targets.kv);
  await kv.close();
  const queue = await DatabaseQueue.open(database, "bench_queue");
  await benchQueue(name, queue, targets.queue);
  await queue.close();
  await database.close();
}

/** How often a page is written and flushed in a second. */
async function probe(folder: string): Promise<number> {
  using file = await Deno.open(`${folder}/probe`, { create: true, write: true });
  const page = new Uint8Array(4_096);
  return await rate(1, async () => {
    await file.write(page);
    await file.syncData();
  });
}

const folder = await Deno.makeTempDir({ prefix: "weft-bench-" });
try {
  report("probe: flush of one page", await probe(folder));
  await benchKv("memory", new MemoryKv({ entries: 100_000, size: 2 ** 26 }, Date.now));
  if (only !== "postgres") {
    const database = await SqliteDatabase.open({ path: `${folder}/bench.db` });
    await bench("SQLite", database, { kv: 20_000, queue: 20_000 });
  }
  if (only !== "sqlite" && !postgres.ignore) {
    await using server = await PostgresServer.start({ settings: { fsync: "on", full_page_writes: "on" } });
    const database = PostgresDatabase.open({ url: server.url(), open: socketTo });
    await bench("PostgreSQL", database, { kv: 5_000, queue: 10_000 });
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
