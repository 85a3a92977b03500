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

/** What opens a store, by the scheme of its URL; it gets what follows the colon. */
const SCHEMES: Readonly<Record<string, (rest: string) => Store | Promise<Store>>> = {
  memory: () => volatileStore(new MemoryHistory()),
  nil: () => volatileStore(new NilHistory()),
  sqlite: openSqlite,
};

/**
 * Opens a store by its URL: `memory:`, `nil:`, `sqlite:PATH`, or just the path of a SQLite file.
 *
 * @throws {RegistryError} `invalid`, for an unknown scheme or a missing path; `unavailable`, if a newer program wrote
 * the file, or it cannot be opened; `internal`, if it is damaged.
 */
export async function openStore(url: string): Promise<Store> {
  // A scheme of one letter is a drive.
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(url) ?? [, "sqlite", url];
  const open = Object.hasOwn(SCHEMES, scheme!) ? SCHEMES[scheme!] : undefined;
  if (open === undefined || (scheme === "sqlite") !== (rest !== "")) {
    throw new RegistryError(
      "invalid",
      `invalid store ${JSON.stringify(url)}: expected memory:, nil:, sqlite:PATH, or the path of a SQLite file`,
    );
  }
  return await open(rest!);
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
