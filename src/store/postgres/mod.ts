/** A store on a PostgreSQL server. */
import { PostgresMeta, PostgresPresence, presenceTables } from "../../presence/postgres/mod.ts";
import { historyTables, PostgresHistory } from "../../registry/postgres/mod.ts";
import { type Migration, PostgresConnection } from "../../storage/postgres/mod.ts";
import type { Store } from "../store.ts";

/** What each version of the tables adds to the one before. */
const MIGRATIONS: readonly Migration[] = [(schema) => [...historyTables(schema), ...presenceTables(schema)]];

/**
 * Opens a store with one pool of connections for all three.
 *
 * @param create Whether to create its tables where there are none.
 * @throws {StorageError} As `PostgresConnection.open`.
 */
export async function openPostgres(url: string, create: boolean): Promise<Store> {
  const connection = await PostgresConnection.open(url, { migrations: MIGRATIONS, create });
  const history = new PostgresHistory(connection);
  const close = async () => {
    await history.close();
    await connection.close();
  };
  try {
    await history.head();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    history,
    presence: new PostgresPresence(connection),
    meta: new PostgresMeta(connection),
    close,
    [Symbol.asyncDispose]: close,
  };
}
