import { openStore, type Store } from "../../src/store/mod.ts";
import { postgres } from "../support/postgres_server.ts";
import { PostgresStores } from "../support/postgres_stores.ts";

/** A place where stores are kept. */
export interface Backend {
  readonly name: string;
  /** Whether its tests cannot run here. */
  readonly ignore?: boolean;
  /** Opens a new, empty store. */
  open(): Promise<OpenStore>;
}

/** One store of a test. */
export interface OpenStore extends AsyncDisposable {
  readonly store: Store;
  /** Opens the same store as another process does: with another connection, where there are connections. */
  other(): Promise<Store>;
  /** Closes everything and opens the store again; absent where nothing outlives that. */
  reopen?(): Promise<Store>;
}

/** A store that lasts as long as its object, which all its users share. */
function volatile(url: string): Backend {
  return {
    name: url,
    async open() {
      const store = await openStore(url);
      const shared: Store = { ...store, close: () => Promise.resolve() };
      return { store, other: () => Promise.resolve(shared), [Symbol.asyncDispose]: () => store.close() };
    },
  };
}

const sqlite: Backend = {
  name: "sqlite:",
  async open() {
    const folder = await Deno.makeTempDir();
    const opened: Store[] = [];
    const open = async () => {
      const store = await openStore(`${folder}/registry.db`);
      opened.push(store);
      return store;
    };
    const close = async () => {
      for (const store of opened) await store.close();
    };
    return {
      store: await open(),
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

/** A store on a server that the tests of a file share, each with tables of its own. */
function onPostgres(): Backend {
  const stores = new PostgresStores();
  return {
    name: "postgres:",
    ignore: postgres.ignore,
    async open() {
      const url = stores.url();
      const opened: Store[] = [];
      const open = async () => {
        const store = await openStore(url);
        opened.push(store);
        return store;
      };
      const close = async () => {
        for (const store of opened) await store.close();
      };
      return {
        store: await open(),
        other: open,
        async reopen() {
          await close();
          return await open();
        },
        [Symbol.asyncDispose]: close,
      };
    },
  };
}

/** Every kind of store. */
export const BACKENDS: readonly Backend[] = [volatile("memory:"), volatile("nil:"), sqlite, onPostgres()];

/** Registers a test for every kind of store; it must leave no timer, worker or file open. */
export function testStores(name: string, run: (open: OpenStore) => Promise<void>): void {
  for (const backend of BACKENDS) {
    const { ignore = false } = backend;
    Deno.test(`${backend.name} ${name}`, { ignore, sanitizeOps: true, sanitizeResources: true }, async () => {
      await using open = await backend.open();
      await run(open);
    });
  }
}
