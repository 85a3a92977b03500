/** What a store on a PostgreSQL server does when the server is not there, or not as it should be. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ConflictError, RegistryError } from "../../src/registry/mod.ts";
import { openStore } from "../../src/store/mod.ts";
import { AUTHORITY, CERTIFICATE, KEY } from "../support/certificates.ts";
import { postgres } from "../support/postgres_server.ts";
import { PostgresStores } from "../support/postgres_stores.ts";
import { delay, until } from "../support/until.ts";
import { Watcher } from "../registry/watcher.ts";
import { World } from "../runtime/world.ts";
import { LossyProxy } from "./lossy_proxy.ts";

const stores = new PostgresStores({ tls: { cert: CERTIFICATE, key: KEY } });

function test(name: string, run: () => Promise<void>, sanitizes = true): void {
  Deno.test(name, { ignore: postgres.ignore, sanitizeOps: sanitizes, sanitizeResources: sanitizes }, run);
}

async function rejected(url: string, code: string, ...texts: string[]): Promise<void> {
  const { code: actual, message } = await assertRejects(() => openStore(url), RegistryError);
  for (const text of texts) assertStringIncludes(message, text);
  assertEquals([actual, message.includes("hunter2"), message.includes("\n")], [code, false, false], message);
}

test("a server that cannot be used is told in one line without the password", async () => {
  const { port } = stores.server;
  await stores.server.psql("CREATE ROLE someone LOGIN PASSWORD 'right'");
  const rules = `${stores.server.folder}/data/pg_hba.conf`;
  const text = await Deno.readTextFile(rules);
  await Deno.writeTextFile(rules, `host all someone 127.0.0.1/32 scram-sha-256\n${text}`);
  await stores.server.psql("SELECT pg_reload_conf()");
  const at = `postgres://127.0.0.1:${port}/postgres: `;
  await until("the server asks for passwords", async () => {
    const error = await openStore(`postgres://someone:hunter2@127.0.0.1:${port}/postgres`).catch((error) => error);
    return error instanceof RegistryError && error.message.startsWith(`${at}password authentication failed`);
  });
  await rejected(
    `postgres://someone:hunter2@127.0.0.1:${port}/postgres`,
    "unavailable",
    `${at}password authentication`,
  );
  await rejected(`postgres://weft:hunter2@127.0.0.1:${port}/none`, "unavailable", 'database "none" does not exist');
  await rejected("postgres://weft:hunter2@127.0.0.1:1/x", "unavailable", "postgres://127.0.0.1:1/x: ", "ECONNREFUSED");
  await rejected("postgres://weft:hunter2@127.0.0.1:1/x?sslmode=maybe", "invalid", "sslmode", "verify-full");
  await rejected("postgres://weft:hunter2@127.0.0.1/x?schema=Shop-1", "invalid", 'invalid schema "Shop-1"');
  await rejected("postgres://weft:hunter2@127.0.0.1/x?sslrootcert=/none", "invalid", "sslrootcert");
  await rejected("postgres://weft:hunter2@:x:/", "invalid", "expected postgres://USER:PASSWORD@HOST:PORT/DATABASE");
  await rejected("postgress://weft:hunter2@host/x", "invalid", 'invalid store "postgress://host/x"');
});

test("a role needs few rights once the tables are there, and is told which it lacks", async () => {
  const url = stores.url();
  const schema = new URL(url).searchParams.get("schema")!;
  await stores.server.psql("CREATE ROLE limited LOGIN");
  const limited = url.replace("weft@", "limited@");
  await rejected(limited, "unavailable", `may not use or create the tables of schema ${schema}`, "permission denied");
  await (await openStore(url)).close();
  await rejected(limited, "unavailable", "permission denied");
  await stores.server.psql(
    `GRANT USAGE ON SCHEMA ${schema} TO limited;
     GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO limited`,
  );
  {
    await using store = await openStore(limited);
    await store.history.save({ base: 0, operations: [] });
    await store.history.prune(1);
    await store.presence.heartbeat({ id: "a", time: new Date(), data: null });
    assert(await store.meta.swap("a", undefined, 1));
  }
  await stores.server.psql(`INSERT INTO ${schema}.migrations VALUES (99)`);
  await rejected(limited, "unavailable", `version 99 of schema ${schema} is newer than this program`);
  const foreign = stores.url();
  const taken = new URL(foreign).searchParams.get("schema")!;
  await stores.server.psql(`CREATE SCHEMA ${taken}; CREATE TABLE ${taken}.versions (x int)`);
  await rejected(foreign, "unavailable", `schema ${taken} belongs to another program`, "?schema=NAME");
  assertEquals(await stores.server.psql(`SELECT to_regclass('${taken}.migrations') IS NULL`), "t");
});

test("the certificate of a server is checked by the authority that the URL names", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, AUTHORITY);
  const url = stores.url();
  for (const parameters of [`sslmode=require`, `sslmode=verify-full&sslrootcert=${file}`, `sslrootcert=${file}`]) {
    const store = await openStore(`${url}&${parameters}`.replace("127.0.0.1", "localhost"));
    await store.close();
  }
  await rejected(`${url}&sslmode=verify-full`, "unavailable", "certificate");
  await Deno.remove(file);
});

test("tables that many make at once are made once", async () => {
  const url = stores.url();
  const opened = await Promise.all(Array.from({ length: 5 }, () => openStore(url)));
  for (const { history } of opened) assertEquals((await history.versions()).length, 1);
  await Promise.all(opened.map((store) => store.close()));
  const missing = stores.url();
  const error = await assertRejects(() => openStore(missing, { create: false }), RegistryError);
  assertEquals(error.code, "not_found");
});

test("what was written counts once, although its answer was lost", async () => {
  await using proxy = new LossyProxy(stores.server.port);
  // an answer, and not a part of what begins TLS, is to be lost
  const url = stores.url().replace(`:${stores.server.port}`, `:${proxy.port}`) + "&sslmode=disable";
  await using store = await openStore(url);
  const { history, meta } = store;
  proxy.loseNextAnswer();
  const one = await history.save({ base: 0, operations: [], message: "one" });
  assertEquals([one.id, one.message, (await history.head()).sequence, proxy.lost], [1, "one", 1, 1]);
  proxy.loseNextAnswer();
  assertEquals(await history.setHead(0, 1), { version: 0, sequence: 2 });
  // to where head is already: done again, it would be one move too many
  proxy.loseNextAnswer();
  assertEquals(await history.setHead(0, 0), { version: 0, sequence: 3 });
  proxy.loseNextAnswer();
  await assertRejects(() => history.save({ base: 1, operations: [] }), ConflictError);
  for (const [before, after] of [[undefined, 1], [1, 2]] as const) {
    proxy.loseNextAnswer();
    assert(await meta.swap("a", before, after));
  }
  proxy.loseNextAnswer();
  assertEquals([await meta.get("a"), proxy.lost, (await history.moves(0)).length], [2, 7, 3]);
});

test("the crash of a server under writes loses and doubles nothing, and watches go on", async () => {
  const url = stores.url();
  await using writer = await openStore(url);
  await using reader = await openStore(url);
  const watcher = new Watcher(reader.history, 0);
  const writes = 24;
  const crashes = (async () => {
    for (let crash = 0; crash < 2; crash++) {
      await delay(500);
      await stores.server.end("SIGKILL");
      await stores.server.begin();
    }
  })();
  const saved: number[] = [];
  let base = 0;
  for (let at = 0; at < writes; at++) {
    base = (await writer.history.save({ base, operations: [], message: `${at}` })).id;
    saved.push(base);
    await writer.presence.heartbeat({ id: "a", time: new Date(), data: at });
    await delay(100);
  }
  await crashes;
  const moves = await reader.history.moves(0);
  assertEquals(moves.map(({ message }) => message), Array.from({ length: writes }, (_, at) => `${at}`));
  assertEquals(moves.map(({ version }) => version), saved);
  await until("the watch has all moves", () => watcher.sequences.length >= writes);
  assertEquals(watcher.sequences, moves.map(({ sequence }) => sequence));
  // the server tells again, as nobody would wait for the next look
  const at = performance.now();
  await writer.history.save({ base, operations: [] });
  await until("the watch has the last move", () => watcher.sequences.length > writes);
  assert(performance.now() - at < 2_000, `${performance.now() - at} ms`);
  await watcher.stop();
}, false); // the server that is started again lives on

test("two runtimes on a store follow one head", async () => {
  const url = stores.url();
  const flow = (text: string) => `
- { kind: listener, name: web, port: 0, links: { out: [{ name: hi, port: in }] } }
- { kind: snippet, name: hi, language: text, code: ${text} }
`;
  await using one = await World.start(flow("one"), { store: await openStore(url) });
  await using two = await World.start("[]", { store: await openStore(url) });
  assertEquals((await two.fetch("/")).text, "one");
  for (const text of ["two", "three"]) {
    await one.apply(flow(text));
    await until("the other one follows", async () => (await two.fetch("/")).text === text);
  }
  await two.apply(flow("four"));
  await until("the first one follows", async () => (await one.fetch("/")).text === "four");
  const { presence } = two.runtime.store;
  const versions = async () => (await presence.instances()).map(({ data }) => (data as { version: number }).version);
  await until("both have told", async () => (await versions()).join() === "4,4");
}, false); // runtimes start threads that others share
