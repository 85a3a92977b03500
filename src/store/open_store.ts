import { MemoryMeta, MemoryPresence, SqliteMeta, SqlitePresence } from "../presence/mod.ts";
import {
  type History,
  MemoryHistory,
  NilHistory,
  RegistryError,
  SqliteHistory,
  toRegistryError,
} from "../registry/mod.ts";
import { SqliteConnection } from "../storage/mod.ts";
import type { Store } from "./store.ts";
import { schemeOf, storeName, storeUrl } from "./store_url.ts";

/** Options of `openStore`. */
export interface OpenStoreOptions {
  /**
   * Whether to create the tables of a store on a server where there are none; if not, `not_found` is thrown. Default true.
   */
  readonly create?: boolean;
}

/** What opens a store, by the scheme of its URL; it gets what follows the colon, and the URL. */
const SCHEMES: Readonly<
  Record<string, (rest: string, url: string, options: OpenStoreOptions) => Store | Promise<Store>>
> = {
  memory: () => volatileStore(new MemoryHistory()),
  nil: () => volatileStore(new NilHistory()),
  sqlite: openSqlite,
  postgres: openPostgres,
  postgresql: openPostgres,
};

/**
 * Opens a store by its URL: `memory:`, `nil:`, `sqlite:PATH`, or just the path of a SQLite file,
 * `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, or `env:NAME`, a variable of the environment that holds one of these.
 *
 * @throws {RegistryError} `invalid`, for an unknown scheme or a missing path; `unavailable`, if a newer program wrote
 * the file or tables, or they cannot be opened; `internal`, if they are damaged.
 */
export async function openStore(store: string, options: OpenStoreOptions = {}): Promise<Store> {
  const url = storeUrl(store);
  const [, scheme, rest] = schemeOf(url) ?? [, "sqlite", url];
  const open = Object.hasOwn(SCHEMES, scheme!) ? SCHEMES[scheme!] : undefined;
  const isBare = scheme === "memory" || scheme === "nil";
  if (open === undefined || isBare !== (rest === "")) {
    throw new RegistryError(
      "invalid",
      `invalid store ${
        JSON.stringify(storeName(url))
      }: expected memory:, nil:, sqlite:PATH, the path of a SQLite file, ` +
        "or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    );
  }
  return await open(rest!, url, options);
}

/** Returns a store that lasts as long as the object. Several registries and runtimes of one process may share it. */
function volatileStore(history: History): Store {
  const [presence, meta] = [new MemoryPresence(), new MemoryMeta()];
  const close = async () => {
    presence.close();
    meta.close();
    await history.close();
  };
  return { history, presence, meta, close, [Symbol.asyncDispose]: close };
}

/** Opens a SQLite file with one worker and one connection for all three. */
async function openSqlite(path: string): Promise<Store> {
  try {
    const connection = await SqliteConnection.open(path);
    const history = new SqliteHistory(connection);
    const close = async () => {
      await history.close();
      await connection.close();
    };
    const [presence, meta] = [new SqlitePresence(connection), new SqliteMeta(connection)];
    try {
      await history.head();
    } catch (error) {
      await close();
      throw error;
    }
    return { history, presence, meta, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    throw toRegistryError(error);
  }
}

/** Opens the tables of a PostgreSQL server. Its client is loaded only then. */
async function openPostgres(_rest: string, url: string, { create = true }: OpenStoreOptions): Promise<Store> {
  try {
    const { openPostgres } = await import("./postgres/mod.ts");
    return await openPostgres(url, create);
  } catch (error) {
    throw toRegistryError(error);
  }
}
