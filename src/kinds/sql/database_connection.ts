import { createConnection, type Socket } from "node:net";
import { type Database, PostgresDatabase, type SocketTarget, SqliteDatabase } from "../../database/mod.ts";
import { asError, type Failure, failure } from "../../value/mod.ts";
import { internalsOf } from "../internals.ts";
import { connectionData, type PostgresConnectionData, type SqliteConnectionData } from "../net/connection.ts";
import { openSocket } from "../net/open_socket.ts";
import type { PrivateHosts } from "../net/private_hosts.ts";
import { keyFor, type ReadSecret, type TlsOptions, tlsOptionsOf, valueOf } from "../net/resolved_secrets.ts";
import { migrate, readMigrations } from "./migrations.ts";

/** The types of connections that are databases. */
export const DATABASE_TYPES = ["sqlite", "postgres"] as const;

/** The data of a connection to a database. */
export type DatabaseConnectionData = SqliteConnectionData | PostgresConnectionData;

/** A connection to a database with its secrets. */
export interface DatabaseConnection {
  readonly data: DatabaseConnectionData;
  /** The file, or the URL. */
  readonly where: string;
  readonly password: string | undefined;
  readonly tls: TlsOptions;
}

/** What a database is used with: the context of a host kind. */
export interface DatabaseContext {
  secret: ReadSecret;
  dataOf(kind: string, name: string): unknown;
}

/** Returns a connection with its secrets read. @throws {Error} If one is not granted. */
export async function readDatabaseConnection(
  data: DatabaseConnectionData,
  secret: ReadSecret,
): Promise<DatabaseConnection> {
  if (data.type === "sqlite") {
    return { data, where: await valueOf(data.file, secret), password: undefined, tls: {} };
  }
  const password = data.password === undefined ? undefined : await secret(data.password);
  return { data, where: await valueOf(data.url, secret), password, tls: await tlsOptionsOf(data.tls, secret) };
}

/** Opens a database, without looking at its migrations. @throws {Failure} If it cannot be opened. */
export async function openDatabase(
  { data, where, password, tls }: DatabaseConnection,
  privateHosts: PrivateHosts,
): Promise<Database> {
  const { connections, idle } = data.limits;
  if (data.type === "sqlite") {
    const { readOnly, durable } = data;
    return await SqliteDatabase.open({ path: where, readOnly, durable, connections, idle });
  }
  return PostgresDatabase.open({
    url: where,
    password,
    tls,
    connections,
    idle,
    connectTimeout: data.timeout,
    open: (target, timeout) => socketTo(target, timeout, privateHosts),
  });
}

/**
 * Returns the database that a node names by its field `connection`, open and migrated: one pool for all nodes that name it,
 * of whatever kind, which reloads keep.
 *
 * @throws {Error} If there is no such connection, or its database cannot be used.
 */
export async function useDatabase(
  context: DatabaseContext,
  name: string,
): Promise<{ database: Database; key: string }> {
  const data = context.dataOf("connection", name) as { type: string };
  if (!(DATABASE_TYPES as readonly string[]).includes(data.type)) {
    throw failure(
      `invalid connection "${name}": expected one of type sqlite or postgres, got one of type ${data.type}`,
    );
  }
  return await useDatabaseOf(context, name, data as DatabaseConnectionData);
}

/** How other systems name a database of SQLite in memory, which all nodes that name it share. */
const IN_MEMORY = /^file::memory:(?:\?|$)/;

/**
 * Returns the database of a driver and a source, as other systems name one in each node.
 *
 * @throws {Error} If the database cannot be used.
 */
export async function useSource(
  context: DatabaseContext,
  driver: "sqlite" | "postgres",
  source: string,
): Promise<{ database: Database; key: string }> {
  const data = driver === "sqlite"
    ? { type: driver, file: IN_MEMORY.test(source) ? ":memory:" : source }
    : { type: driver, url: source };
  return await useDatabaseOf(context, `${driver} source`, connectionData.parse(data) as DatabaseConnectionData);
}

async function useDatabaseOf(context: DatabaseContext, name: string, data: DatabaseConnectionData) {
  const connection = await readDatabaseConnection(data, context.secret);
  const { useShared, checkHealth, privateHosts } = internalsOf(context);
  const key = keyFor(name, [connection, await readMigrations(data.migrations)]);
  try {
    const database = await useShared(
      key,
      async () => {
        const opened = await openDatabase(connection, privateHosts);
        try {
          await migrate(opened, data.migrations);
        } catch (error) {
          await opened.close();
          throw error;
        }
        return opened;
      },
      (database) => database.close(),
    );
    if (data.health) checkHealth(name, async (signal) => void await database.verify({ signal, timeout: 2_000 }));
    return { database, key };
  } catch (thrown) {
    const error = asError(thrown) as Failure;
    throw failure<string>(`connection ${name}: ${error.message}`, {
      cause: error,
      ...error.code !== undefined && { code: error.code },
    });
  }
}

/** Tries whether a database can be reached. Nothing is created or migrated. @throws {Failure} Why it cannot. */
export async function tryDatabase(
  data: DatabaseConnectionData,
  { secret, privateHosts, timeout }: { secret: ReadSecret; privateHosts: PrivateHosts; timeout: number },
): Promise<void> {
  const connection = await readDatabaseConnection(data, secret);
  await readMigrations(data.migrations);
  if (data.type === "sqlite" && (connection.where === ":memory:" || !await exists(connection.where))) return;
  const tried = data.type === "sqlite" ? { ...connection, data: { ...data, readOnly: true } } : connection;
  const database = await openDatabase(tried, privateHosts);
  try {
    const text = data.type === "sqlite" ? "SELECT count(*) FROM sqlite_schema" : "SELECT 1";
    await database.query(text, [], { timeout });
  } finally {
    await database.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Opens a socket to a server of PostgreSQL. One of the machine's file system is a private address. */
async function socketTo(target: SocketTarget, timeout: number, hosts: PrivateHosts): Promise<Socket> {
  if ("host" in target) return await openSocket(hosts, target.host, target.port, timeout);
  hosts.check("localhost", 5_432, "127.0.0.1");
  return await new Promise((resolve, reject) => {
    const socket = createConnection({ path: target.path });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}
