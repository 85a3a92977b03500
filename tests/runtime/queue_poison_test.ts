import { assert, assertEquals } from "@std/assert";
import { SqliteDatabase } from "../../src/database/mod.ts";
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
      { kind: "listener", name: "web", port: 0, links: link("body") },
      { kind: "snippet", name: "body", language: "cel", code: "self.body", links: link("push") },
      { kind: "queue.push", name: "push", ...common },
      {
        ...{ kind: "queue.consume", name: "consume", ...common },
        ...{ concurrency: 3, retry: { attempts: 2, delay: 1 }, links: link("work") },
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
  const push = (body: unknown) =>
    world.fetch("/", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  assertEquals((await push({ bad: true })).status, 200);
  for (let n = 0; n < 20; n++) assertEquals((await push({ n })).status, 200);
  const database = await SqliteDatabase.open({ path: file, durable: false });
  cleanUp.defer(() => database.close());
  await until("only the dead letter is left", async () => {
    const { rows } = await database.query("SELECT queue FROM weft_queue");
    return rows.length === 1 && rows[0]!.queue === "work.dead";
  });
  assert(world.runtime.pool.status().deaths.length >= 2);
});
