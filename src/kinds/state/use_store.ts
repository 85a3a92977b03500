import type { Clock } from "@weft/weft/kind";
import type { Database } from "../../database/mod.ts";
import { asError, type Failure, failure } from "../../value/mod.ts";
import { internalsOf } from "../internals.ts";
import { type DatabaseContext, useDatabase } from "../sql/database_connection.ts";
import { DatabaseKv } from "./database_kv.ts";
import { DatabaseQueue } from "./database_queue.ts";
import type { KvStore } from "./kv_store.ts";
import { MemoryKv } from "./memory_kv.ts";

/** What a store in memory may hold. */
const BOUNDS = { entries: 100_000, size: 64 * 2 ** 20 };

/** The fields by which nodes name a store. */
export interface StoreFields {
  readonly connection?: string | undefined;
  readonly table: string;
}

/** Returns the store of values by key that a node names: one for all nodes that name it, which reloads keep. */
export async function useKv(
  context: DatabaseContext & { readonly clock: Clock },
  { connection, table }: StoreFields,
): Promise<KvStore> {
  const { useShared } = internalsOf(context);
  if (connection === undefined) {
    return await useShared(`kv in memory ${table}`, () => new MemoryKv(BOUNDS, () => context.clock.now()));
  }
  const { database, key } = await useDatabase(context, connection);
  return await useTable(context, connection, `kv ${key} ${table}`, database, () => DatabaseKv.open(database, table));
}

/** Returns the queues that a node names, with their database: one for all nodes that name them, which reloads keep. */
export async function useQueue(context: DatabaseContext, { connection, table }: StoreFields & { connection: string }) {
  const { database, key } = await useDatabase(context, connection);
  const name = `queue ${key} ${table}`;
  const queue = await useTable(context, connection, name, database, () => DatabaseQueue.open(database, table));
  return { queue, database, key };
}

/** Returns what is in a table of a database, opened once for all nodes that name it. */
async function useTable<Table extends { close(): Promise<void> }>(
  context: object,
  connection: string,
  key: string,
  database: Database,
  open: (database: Database) => Promise<Table>,
): Promise<Table> {
  try {
    return await internalsOf(context).useShared(key, () => open(database), (table) => table.close());
  } catch (thrown) {
    const error = asError(thrown) as Failure;
    throw failure<string>(`connection ${connection}: ${error.message}`, {
      cause: error,
      ...error.code !== undefined && { code: error.code },
    });
  }
}
