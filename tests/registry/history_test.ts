import { type History, MemoryHistory, NilHistory, SqliteHistory } from "../../src/registry/mod.ts";
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

const BACKENDS: Backend[] = [
  shared("memory", true, () => new MemoryHistory()),
  shared("nil", false, () => new NilHistory()),
  sqlite,
];

for (const backend of BACKENDS) testHistory(backend);
