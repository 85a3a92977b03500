import { connect, type Socket } from "node:net";
import { type Database, PostgresDatabase, type SocketTarget, SqliteDatabase } from "../../src/database/mod.ts";
import { postgres, PostgresServer } from "../support/postgres_server.ts";

/** A database as two engines have it open. Tests share it, and have tables of their own. */
export interface Backend {
  readonly type: "sqlite" | "postgres";
  readonly engines: readonly [Database, Database];
  /** The data of a connection to it. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Returns the name of a table that no other test has. */
  table(): string;
}

/** The databases that can be tested here, and their server. */
export interface Backends {
  readonly all: readonly Backend[];
  readonly server: PostgresServer | undefined;
}

/**
 * Registers tests that share the databases, as the steps of one test.
 *
 * @param tests By their names, which are sentences about what holds.
 */
export function testBackends(
  name: string,
  tests: Readonly<Record<string, (backends: Backends) => Promise<void>>>,
): void {
  Deno.test(name, async (test) => {
    await using cleanUp = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "weft-state-" });
    cleanUp.defer(() => Deno.remove(folder, { recursive: true }));
    const server = postgres.ignore ? undefined : await PostgresServer.start();
    if (server !== undefined) cleanUp.use(server);
    const file = `${folder}/state.db`;
    const all: Backend[] = [];
    const add = async (data: Backend["data"], open: () => Database | Promise<Database>) => {
      const engines = [await open(), await open()] as const;
      for (const database of engines) cleanUp.defer(() => database.close());
      let count = 0;
      all.push({ type: data.type as Backend["type"], engines, data, table: () => `state${++count}` });
    };
    await add({ type: "sqlite", file, durable: false }, () => SqliteDatabase.open({ path: file, durable: false }));
    if (server !== undefined) {
      const url = server.url();
      await add({ type: "postgres", url }, () => PostgresDatabase.open({ url, open: socketTo }));
    }
    for (const [name, run] of Object.entries(tests)) await test.step(name, () => run({ all, server }));
  });
}

/** Opens a socket to a server of PostgreSQL. */
export function socketTo(target: SocketTarget): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect("path" in target ? { path: target.path } : { host: target.host, port: target.port });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}
