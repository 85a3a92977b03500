import { Database } from "@db/sqlite";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay, testInFolder as test } from "../../../tests/registry/folder.ts";
import { fillUp } from "../../../tests/registry/full_disk.ts";
import { startWorker } from "../../storage/mod.ts";
import { SqliteDatabase } from "../../storage/sqlite/mod.ts";
import { SCHEMA } from "../../store/sqlite/mod.ts";
import { change, Registry, RegistryError, SqliteHistory } from "../mod.ts";
import { encodeEntries, encodeOperations } from "../stores/operations_codec.ts";
import { HistoryTables } from "./history_tables.ts";

const entry = (name: string, data: string | number = 0) => ({ id: `a:${name}`, kind: "k", data });

/** Makes a store with one version. */
async function make(path: string): Promise<void> {
  await using registry = new Registry(await SqliteHistory.open(path), { dispatch: "none" });
  await registry.apply([change.create(entry("x"))]);
}

async function refused(path: string, code: string, message: string): Promise<void> {
  const before = await Deno.readFile(path);
  const error = await assertRejects(() => SqliteHistory.open(path), RegistryError, message);
  assertEquals(error.code, code);
  assert(error.message.includes(path), error.message);
  assertEquals(await Deno.readFile(path), before);
}

test("the file and its folders are made, for their owner alone", async (folder) => {
  const path = `${folder}/deep/er/registry.db`;
  const history = await SqliteHistory.open(path);
  await history.save({ base: 0, operations: [] });
  const files = Array.from(Deno.readDirSync(`${folder}/deep/er`), ({ name }) => name);
  assertEquals(files.includes("registry.db-wal"), true);
  for (const name of files) assertEquals((await Deno.stat(`${folder}/deep/er/${name}`)).mode! & 0o777, 0o600, name);
  await history.close();
  assertEquals(Array.from(Deno.readDirSync(`${folder}/deep/er`), ({ name }) => name), ["registry.db"]);
});

test("opened by many at once for the first time, a file is made once", async (folder) => {
  const path = `${folder}/registry.db`;
  const histories = await Promise.all(Array.from({ length: 6 }, () => SqliteHistory.open(path)));
  for (const history of histories) assertEquals((await history.versions()).length, 1);
  await Promise.all(histories.map((history) => history.close()));
});

test("the schema is what it says: WAL, foreign keys, one head", async (folder) => {
  const path = `${folder}/registry.db`;
  await make(path);
  const database = new Database(path, { int64: true });
  assertEquals(database.prepare("PRAGMA journal_mode").value(), ["wal"]);
  assertEquals(database.prepare("SELECT value FROM metadata WHERE key = 'schema_version'").value(), ["1"]);
  assertEquals(database.prepare("SELECT count(*) FROM versions").value(), [2]);
  assertEquals(database.prepare("SELECT version FROM moves ORDER BY sequence DESC").value(), [1]);
  assertEquals(database.prepare("PRAGMA foreign_key_check").value(), undefined);
  database.close();
});

test("a newer schema is refused", async (folder) => {
  const path = `${folder}/registry.db`;
  await make(path);
  const database = new Database(path);
  database.exec("UPDATE metadata SET value = '2' WHERE key = 'schema_version'");
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  await refused(path, "unavailable", "schema version 2 is newer than this program, which knows versions up to 1");
});

test("a database of something else is refused", async (folder) => {
  for (const sql of ["CREATE TABLE users (id)", "CREATE TABLE metadata (key, value)"]) {
    const path = `${folder}/${sql.length}.db`;
    const database = new Database(path);
    database.exec(sql);
    database.close();
    await refused(path, "unavailable", "the database belongs to another program");
  }
});

test("a damaged file is reported and left as it is", async (folder) => {
  const text = `${folder}/text.db`;
  await Deno.writeTextFile(text, "this is no database, whatever its name says. ".repeat(100));
  await refused(text, "internal", "is damaged or not a SQLite database");

  const head = `${folder}/head.db`;
  await make(head);
  const bytes = await Deno.readFile(head);
  await Deno.writeFile(head, bytes.fill(0xff, 100, 4096));
  await refused(head, "internal", "is damaged");

  const cut = `${folder}/cut.db`;
  await make(cut);
  await Deno.truncate(cut, 4096 * 3);
  await refused(cut, "internal", "is damaged");
});

test("a changeset that is damaged fails what needs it, and nothing else", async (folder) => {
  const path = `${folder}/registry.db`;
  await make(path);
  for (const bytes of ["xC1", "x01", "x9101", "x92c0c0", "x9192cd0003c0"]) {
    const database = new Database(path);
    database.exec(`UPDATE changesets SET data = ${bytes.replace("x", "x'")}'`);
    database.close();
    await using registry = new Registry(await SqliteHistory.open(path), { dispatch: "none" });
    const error = await assertRejects(() => registry.load(), RegistryError, "the stored data is damaged");
    assertEquals(error.code, "internal");
    assertEquals((await registry.versions()).length, 2);
    await registry.load(0);
  }
});

test("what was planned for pruning is not done if head has moved since", (folder) => {
  const path = `${folder}/registry.db`;
  const databases = [new SqliteDatabase(path, SCHEMA), new SqliteDatabase(path, SCHEMA)];
  const [store, other] = databases.map((database) => new HistoryTables(database)) as [HistoryTables, HistoryTables];
  const save = (base: number) => other.save({ base, data: encodeOperations([]), operations: 0 });
  for (const base of [0, 1]) save(base);
  const { baseline: _, changesets, ...plan } = store.planPrune(2);
  assertEquals([plan.root, plan.removed, changesets.length], [2, [0, 1], 2]);
  other.setHead(1, 2, {});
  const baseline = encodeEntries([]);
  assertEquals(store.prune({ ...plan, baseline }), false);
  assertEquals([store.versions().length, store.baseline().version], [3, 0]);
  other.setHead(2, 1, {});
  const { baseline: __, changesets: ___, ...again } = store.planPrune(2);
  assertEquals(store.prune({ ...again, baseline }), true);
  assertEquals([store.versions().length, store.baseline().version], [1, 2]);
  for (const database of databases) database.close();
});

test("the worker may touch its file and no other", async (folder) => {
  const [own, other] = [`${folder}/own.db`, `${folder}/other.db`];
  await make(other);
  const error = await assertRejects(
    () => SqliteHistory.open(other, { startWorker: () => startWorker(own) }),
    RegistryError,
    "Requires read access",
  );
  assert(error.message.includes(other));
});

test("what cannot be a file is refused", async (folder) => {
  await assertRejects(() => SqliteHistory.open(folder), RegistryError, `${folder} cannot be opened`);
  await Deno.writeTextFile(`${folder}/file`, "");
  await assertRejects(() => SqliteHistory.open(`${folder}/file/x.db`), RegistryError, "cannot be opened");
});

test("an empty file becomes a store", async (folder) => {
  await Deno.writeTextFile(`${folder}/x.db`, "");
  await make(`${folder}/x.db`);
});

test("a worker that dies fails the calls under way; the next one starts another", async (folder) => {
  const path = `${folder}/registry.db`;
  let started = 0;
  const history = await SqliteHistory.open(path, {
    startWorker: () => {
      started++;
      return new Worker(new URL("../../../tests/registry/mortal_worker.ts", import.meta.url), { type: "module" });
    },
  });
  const registry = new Registry(history, { dispatch: "none" });
  const heard: number[] = [];
  const end = new AbortController();
  const watching = (async () => {
    for await (const { version } of history.watch(0, end.signal)) heard.push(version);
  })();
  await registry.apply([change.create(entry("x"))]);
  const [died, pending] = await Promise.allSettled([history.get(-1), history.versions()]);
  for (const outcome of [died, pending]) {
    assert(outcome.status === "rejected");
    assertEquals(outcome.reason.code, "unavailable");
    assertEquals(outcome.reason.message, `the worker of ${await Deno.realPath(path)} died: Uncaught Error: dead`);
  }
  assertEquals((await registry.apply([change.create(entry("y"))])).id, 2);
  assertEquals(started, 2);
  // The watch goes on, also for what others write.
  const other = new Registry(await SqliteHistory.open(path), { dispatch: "none" });
  await other.load();
  await other.apply([change.create(entry("z"))]);
  for (let i = 0; i < 200 && heard.length < 3; i++) await delay(1);
  assertEquals(heard, [1, 2, 3]);
  end.abort();
  await watching;
  await registry.close();
  await other.close();
});

test("a store that could not be opened again can be, once it is as it was", async (folder) => {
  const path = `${folder}/registry.db`;
  await make(path);
  const history = await SqliteHistory.open(path, {
    startWorker: () =>
      new Worker(new URL("../../../tests/registry/mortal_worker.ts", import.meta.url), { type: "module" }),
  });
  await assertRejects(() => history.get(-1), RegistryError, "died");
  const bytes = await Deno.readFile(path);
  await Deno.writeTextFile(path, "this is no database, whatever its name says. ".repeat(100));
  for (let i = 0; i < 2; i++) await assertRejects(() => history.head(), RegistryError, "is damaged");
  await Deno.writeFile(path, bytes);
  assertEquals((await history.head()).version, 1);
  await history.close();
});

test("who opens a file while another makes it, finds it made", async (folder) => {
  const path = `${folder}/registry.db`;
  await make(`${folder}/model.db`);
  const model = new Database(`${folder}/model.db`);
  const schema = model.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'sqlite_sequence'")
    .all<{ sql: string }>();
  model.close();
  const maker = new Database(path);
  maker.exec("BEGIN IMMEDIATE");
  const opening = SqliteHistory.open(path);
  await delay(200);
  for (const { sql } of schema) maker.exec(sql);
  maker.exec("INSERT INTO metadata VALUES ('schema_version', '1')");
  maker.exec("INSERT INTO versions (id, time, operations) VALUES (0, 5, 0)");
  maker.exec("INSERT INTO baseline (version) VALUES (0)");
  maker.exec("COMMIT");
  const history = await opening;
  assertEquals((await history.versions()).map(({ id, time }) => [id, time.getTime()]), [[0, 5]]);
  maker.close();
  await history.close();
});

test("who opens a file while another writes to it with another journal, waits until it can be changed", async (folder) => {
  const path = `${folder}/registry.db`;
  await make(path);
  const writer = new Database(path);
  writer.exec("PRAGMA busy_timeout = 5000");
  writer.exec("PRAGMA journal_mode = DELETE");
  writer.exec("BEGIN IMMEDIATE");
  const opening = SqliteHistory.open(path);
  await delay(200);
  writer.exec("COMMIT");
  const history = await opening;
  assertEquals(writer.prepare("SELECT count(*) FROM versions").value(), [2]);
  assertEquals(writer.prepare("PRAGMA journal_mode").value(), ["wal"]);
  writer.close();
  await history.close();
});

test("a file that another process holds is waited for, while this thread goes on", async (folder) => {
  const path = `${folder}/registry.db`;
  await make(path);
  const database = new Database(path);
  database.exec("BEGIN IMMEDIATE");
  const history = await SqliteHistory.open(path);
  const saving = history.save({ base: 1, operations: [] });
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  await delay(300);
  clearInterval(timer);
  database.exec("COMMIT");
  assertEquals((await saving).id, 2);
  assert(longest < 200, `this thread stood still for ${longest} ms`);
  database.close();
  await history.close();
});

test("a file that another process does not let go of is an error", async (folder) => {
  const path = `${folder}/registry.db`;
  await make(path);
  const database = new Database(path);
  const history = await SqliteHistory.open(path);
  database.exec("BEGIN IMMEDIATE");
  const error = await assertRejects(
    () => history.save({ base: 1, operations: [] }),
    RegistryError,
    `another process has held ${await Deno.realPath(path)} for over 5 s`,
  );
  assertEquals(error.code, "unavailable");
  database.exec("COMMIT");
  assertEquals((await history.save({ base: 1, operations: [] })).id, 2);
  database.close();
  await history.close();
});

test("a full disk fails the apply and nothing else", async (folder) => {
  const { success } = await run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder);
  if (!success) return await limited(folder);
  try {
    await Deno.writeFile(`${folder}/ballast`, new Uint8Array(200_000));
    await fillUp(folder, () => Deno.remove(`${folder}/ballast`));
  } finally {
    await run("umount", folder);
  }
});

test("a limit on the size of files fails the apply and nothing else", limited);

/** In a process that can write no more than 128 KiB to a file, and is not killed for trying. */
async function limited(folder: string): Promise<void> {
  const { success, stderr } = await run(
    "sh",
    "-c",
    `trap '' XFSZ; ulimit -f 256; exec "$@"`,
    "sh",
    Deno.execPath(),
    ...["run", "-A", "--no-check", "--config", new URL("../../../deno.json", import.meta.url).pathname],
    new URL("../../../tests/registry/full_disk.ts", import.meta.url).pathname,
    folder,
  );
  assert(success, new TextDecoder().decode(stderr));
}

async function run(command: string, ...args: string[]): Promise<{ success: boolean; stderr: Uint8Array }> {
  try {
    return await new Deno.Command(command, { args }).output();
  } catch (error) {
    return { success: false, stderr: new TextEncoder().encode(String(error)) };
  }
}
