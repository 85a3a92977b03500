import { type History, MemoryHistory, NilHistory, SqliteHistory } from "../../src/registry/mod.ts";
import { openStore } from "../../src/store/mod.ts";
import { postgres } from "../support/postgres_server.ts";
import { PostgresStores } from "../support/postgres_stores.ts";
import { type Backend, testHistory } from "./history_contract.ts";

/** A backend whose users share one object, which is closed at the end of the test. */
function shared(name: string, keeps: boolean, create: () => History): Backend {
  return {
    name,
    keeps,
    open() {
      const history = create();
      return Promise.resolve({
        history,
        other: () => Promise.resolve(new Proxy(history, { get: bindOrIgnoreClose })),
        [Symbol.asyncDispose]: () => history.close(),
      });
    },
  };
}

function bindOrIgnoreClose(history: History, key: string | symbol): unknown {
  if (key === "close") return () => Promise.resolve();
  const value = Reflect.get(history, key);
  return typeof value === "function" ? value.bind(history) : value;
}

const sqlite: Backend = {
  name: "sqlite",
  keeps: true,
  async open() {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/registry.db`;
    const opened = [await SqliteHistory.open(path)];
    const open = async () => {
      const history = await SqliteHistory.open(path);
      opened.push(history);
      return history;
    };
    const close = async () => {
      for (const history of opened) await history.close();
    };
    return {
      history: opened[0]!,
      other: open,
      async reopen() {
        await close();
        return await open();
      },
      async [Symbol.asyncDispose]() {
        await close();
        await Deno.remove(folder, { recursive: true });
      },
    };
  },
};

const stores = new PostgresStores();

const onPostgres: Backend = {
  name: "postgres",
  ignore: postgres.ignore,
  keeps: true,
  async open() {
    const url = stores.url();
    const closing: (() => Promise<void>)[] = [];
    const open = async () => {
      const store = await openStore(url);
      closing.push(() => store.close());
      return store.history;
    };
    const close = async () => {
      for (const close of closing.splice(0)) await close();
    };
    return {
      history: await open(),
      other: open,
      async reopen() {
        await close();
        return await open();
      },
      [Symbol.asyncDispose]: close,
    };
  },
};

const BACKENDS: Backend[] = [
  shared("memory", true, () => new MemoryHistory()),
  shared("nil", false, () => new NilHistory()),
  sqlite,
  onPostgres,
];

for (const backend of BACKENDS) testHistory(backend);
