// An engine that the test of killed engines starts and kills: it pushes and consumes, and writes to its output what it knows.
//
//   engine_to_kill.ts sqlite FILE | postgres URL
//
// Lines of its output: `pushed N`, when the database has said that message N is there; `got N ATTEMPT`, before it is worked
// on; `set N`, when the counter of client N is known to be N or more.
import { PostgresDatabase, SqliteDatabase } from "../../src/database/mod.ts";
import { Consumer } from "../../src/kinds/state/consumer.ts";
import { DatabaseKv } from "../../src/kinds/state/database_kv.ts";
import { DatabaseQueue } from "../../src/kinds/state/database_queue.ts";
import { encodeValue } from "../../src/kinds/state/stored_value.ts";
import { socketTo } from "./backends.ts";

/** After which time a message of a dead engine comes again, in milliseconds. */
const VISIBILITY = 1_000;
const CLIENTS = 8;

const [type, where, begin] = Deno.args as [string, string, string];
const encoder = new TextEncoder();
function say(text: string): void {
  Deno.stdout.writeSync(encoder.encode(`${text}\n`)); // a killed program has said it
}

const database = type === "sqlite"
  ? await SqliteDatabase.open({ path: where })
  : PostgresDatabase.open({ url: where, open: socketTo });

/** Tries something until it is done: the server may be down. */
async function surely<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const queue = await surely(() => DatabaseQueue.open(database, "q"));
const kv = await surely(() => DatabaseKv.open(database, "kv"));
const consumer = new Consumer(queue, {
  queue: "q",
  batch: 1,
  concurrency: 8,
  maxInFlight: 16,
  visibility: VISIBILITY,
  poll: 100,
  async work([message]) {
    say(`got ${message!.payload} ${message!.attempt}`);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
    return { is: "done" };
  },
  exhausted: () => undefined,
  count: () => {},
  failed: () => {},
});
consumer.start();

let next = Number(begin);
for (let client = 0; client < CLIENTS; client++) {
  void (async () => {
    for (;;) {
      const n = next++;
      const push = { queue: "q", key: null, name: `n${n}`, payload: encodeValue(n), delay: 0, keep: 600_000 };
      // a push whose answer is lost is made again, under the same name
      await surely(() => queue.push(push));
      say(`pushed ${n}`);
      await surely(() => kv.set({ key: `client${client}`, value: n, ttl: null, condition: undefined }));
      say(`set ${client} ${n}`);
    }
  })();
}
