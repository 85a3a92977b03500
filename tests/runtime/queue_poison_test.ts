import { assert } from "@std/assert";
import { SqliteDatabase } from "../../src/database/mod.ts";
import { DatabaseQueue } from "../../src/kinds/state/database_queue.ts";
import { encodeValue } from "../../src/kinds/state/stored_value.ts";
import type { Value } from "../../src/value/mod.ts";
import { until } from "../support/until.ts";
import { World } from "./world.ts";

const HUNGRY = "if (self.bad) { const a = []; for (;;) a.push(new Array(1e5).fill(1.1)) }";

Deno.test("a message that ends each executor it comes to is a dead letter, and the others are worked on", async () => {
  const folder = await Deno.makeTempDir();
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => Deno.remove(folder, { recursive: true }));
  const file = `${folder}/queue.db`;
  const link = (name: string) => ({ out: [{ name, port: "in" }] });
  const common = { connection: "db", queue: "work" };
  await using world = await World.start(
    JSON.stringify([
      { kind: "connection", name: "db", data: { type: "sqlite", file, durable: false } },
      {
        ...{ kind: "queue.consume", name: "consume", ...common },
        ...{ concurrency: 3, poll: "50ms", retry: { attempts: 2, delay: 1 }, links: link("work") },
      },
      {
        kind: "snippet",
        name: "work",
        language: "javascript",
        code: `export default (self) => { ${HUNGRY}; return null }`,
        timeout: 60_000,
      },
    ]),
    { executorMemory: 64 },
  );
  const database = await SqliteDatabase.open({ path: file, durable: false });
  cleanUp.defer(() => database.close());
  const queue = await DatabaseQueue.open(database, "weft_queue");
  cleanUp.defer(() => queue.close());
  // a request whose executor dies with the message would be answered 500 although its own was pushed
  const push = (payload: Value) =>
    queue.push({ queue: "work", key: null, name: null, payload: encodeValue(payload), delay: 0, keep: 0 });
  await push({ bad: true });
  for (let n = 0; n < 20; n++) await push({ n });
  await until("only the dead letter is left", async () => {
    const { rows } = await database.query("SELECT queue FROM weft_queue");
    return rows.length === 1 && rows[0]!.queue === "work.dead";
  });
  assert(world.runtime.pool.status().deaths.length >= 2);
});
