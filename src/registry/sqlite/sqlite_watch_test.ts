/** How those who watch a SQLite file hear of its moves, and what they hear while it cannot be read. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { delay, testInFolder as test } from "../../../tests/registry/folder.ts";
import { PresenceService } from "../../presence/sqlite/mod.ts";
import { startWorker } from "../../storage/mod.ts";
import { SqliteDatabase } from "../../storage/sqlite/mod.ts";
import type { Call } from "../../storage/sqlite/worker.ts";
import { SCHEMA, serveStore } from "../../store/sqlite/mod.ts";
import { RegistryError, SqliteHistory } from "../mod.ts";
import { HistoryTables } from "./history_tables.ts";

test("a watch outlives a store that cannot be opened for a while", async (folder) => {
  const path = `${folder}/registry.db`;
  let available = true;
  let refusals = 0;
  const history = await SqliteHistory.open(path, {
    startWorker: () => {
      if (available) {
        return new Worker(new URL("../../../tests/registry/mortal_worker.ts", import.meta.url), { type: "module" });
      }
      refusals++;
      throw new Error("too many threads");
    },
  });
  const other = await SqliteHistory.open(path);
  const die = () => assertRejects(() => history.get(-1), RegistryError, "died");
  const heard: number[] = [];
  const hears = async (count: number) => {
    for (let i = 0; i < 2000 && heard.length < count; i++) await delay(1);
    assertEquals(heard, Array.from({ length: count }, (_, i) => i + 1));
  };
  await other.save({ base: 0, operations: [] });
  available = false;
  await die();
  const watching = (async () => {
    for await (const { version } of history.watch(0)) heard.push(version);
  })();
  for (let i = 0; i < 2000 && refusals < 3; i++) await delay(1);
  assert(refusals < 5, "it is tried without a pause");
  await assertRejects(() => history.head(), RegistryError, "cannot be started");
  await hears(0);
  available = true;
  await hears(1);
  // The new worker looks at the file by itself.
  await other.save({ base: 1, operations: [] });
  await hears(2);
  // It dies while nothing is asked of it but to look.
  await die();
  await other.save({ base: 2, operations: [] });
  await hears(3);
  available = false;
  await die();
  await history.close();
  await watching;
  await other.close();
});

test("a file is looked at only while somebody watches", async (folder) => {
  const asked: string[] = [];
  const history = await SqliteHistory.open(`${folder}/registry.db`, {
    startWorker(path) {
      const worker = startWorker(path);
      const post = worker.postMessage.bind(worker);
      worker.postMessage = (call: Call) => {
        if (call.method === "watch") asked.push(`watch ${call.args[0]}`);
        post(call);
      };
      return worker;
    },
  });
  await history.save({ base: 0, operations: [] });
  const [one, two] = [history.watch(0), history.watch(0)];
  for (const watch of [one, two]) assertEquals((await watch.next()).value.version, 1);
  assertEquals(asked, ["watch false", "watch true"]);
  await one.return?.();
  assertEquals(asked.length, 2);
  await two.return?.();
  assertEquals(asked, ["watch false", "watch true", "watch false"]);
  await history.close();
});

/** A store's worker without the thread, and how often it said that head has moved. */
function serve(path: string) {
  let listener: ((event: MessageEvent<Call>) => void) | undefined;
  const served = {
    moved: 0,
    own: (method: string, ...args: unknown[]) => send({ id: 0, method, args }),
    watch: (on: boolean) => send({ id: 0, service: "history", method: "watch", args: [on] }),
  };
  const send = (data: Call) => listener!(new MessageEvent("message", { data }));
  serveStore({
    postMessage: (message) => {
      if ("failure" in message) throw new Error(message.failure.message);
      if ("notified" in message) served.moved++;
    },
    addEventListener: (_, listen) => void (listener = listen),
  });
  served.own("open", path);
  return served;
}

test("a worker says once that head has moved, and nothing of announcements or of what it was not asked", async (folder) => {
  const path = `${folder}/registry.db`;
  const served = serve(path);
  const database = new SqliteDatabase(path, SCHEMA);
  const [other, presence] = [new HistoryTables(database), new PresenceService(database)];
  const save = (base: number) => other.save({ base, data: new Uint8Array(), operations: 0 });
  served.watch(true);
  save(0);
  await delay(150);
  assertEquals(served.moved, 1);
  presence.heartbeat({ id: "a", time: Date.now(), data: new Uint8Array() }, 0);
  await delay(150);
  assertEquals(served.moved, 1);
  served.watch(false);
  save(1);
  await delay(150);
  assertEquals(served.moved, 1);
  served.watch(true);
  assertEquals(served.moved, 2);
  served.own("close");
  database.close();
});

test("a file that cannot be watched is looked at often enough", async (folder) => {
  const path = `${folder}/registry.db`;
  const history = await SqliteHistory.open(path, {
    startWorker: (path) =>
      new Worker(new URL("../../../workers/sqlite.ts", import.meta.url), {
        type: "module",
        deno: { permissions: { read: [path], write: [path] } },
      }),
  });
  const other = await SqliteHistory.open(path);
  const end = new AbortController();
  const late: number[] = [];
  const watching = (async () => {
    for await (const { time } of history.watch(0, end.signal)) late.push(Date.now() - time.getTime());
  })();
  for (let base = 0; base < 5; base++) {
    await other.save({ base, operations: [] });
    await delay(150 + Math.random() * 50);
  }
  end.abort();
  await watching;
  assertEquals(late.length, 5);
  assert(Math.max(...late) < 200, late.join());
  await history.close();
  await other.close();
});

test("a move is not forgotten because it could not be read at once", (folder) => {
  const path = `${folder}/registry.db`;
  const databases = [new SqliteDatabase(path, SCHEMA), new SqliteDatabase(path, SCHEMA)];
  const [store, other] = databases.map((database) => new HistoryTables(database)) as [HistoryTables, HistoryTables];
  other.save({ base: 0, data: new Uint8Array(), operations: 0 });
  const { head } = HistoryTables.prototype;
  store.head = () => {
    throw new Error("database is locked");
  };
  assertThrows(() => store.hasMoved(), Error, "locked");
  store.head = head;
  assertEquals([store.hasMoved(), store.hasMoved()], [true, false]);
  for (const database of databases) database.close();
});
