import { postgres, PostgresServer } from "./postgres_server.ts";

/** A database that a test has for itself, empty. */
export interface TestDatabase {
  readonly type: "sqlite" | "postgres";
  /** The data of a connection to it. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What each test of databases is run with. */
export interface Databases {
  /** The server of PostgreSQL; undefined where there is none. */
  readonly server: PostgresServer | undefined;
  /** A folder that is removed after. */
  readonly folder: string;
  /** Makes an empty database of a type. */
  make(type: TestDatabase["type"]): Promise<TestDatabase>;
}

/** A test of databases. */
export type DatabaseTest = (databases: Databases) => Promise<void>;

/** The types of databases that can be tested here. */
export const DATABASE_TYPES: readonly TestDatabase["type"][] = postgres.ignore ? ["sqlite"] : ["sqlite", "postgres"];

/**
 * Registers tests that share one server of PostgreSQL, as the steps of one test.
 *
 * @param tests By their names, which are sentences about what holds.
 */
export function testDatabases(name: string, tests: Readonly<Record<string, DatabaseTest>>): void {
  Deno.test(name, async (test) => {
    const folder = await Deno.makeTempDir({ prefix: "weft-database-" });
    const server = postgres.ignore ? undefined : await PostgresServer.start();
    let count = 0;
    const databases: Databases = {
      server,
      folder,
      async make(type) {
        count++;
        if (type === "sqlite") return { type, data: { type, file: `${folder}/test${count}.db`, durable: false } };
        await server!.psql(`CREATE DATABASE test${count}`);
        return { type, data: { type, url: server!.url(`test${count}`) } };
      },
    };
    try {
      for (const [name, run] of Object.entries(tests)) await test.step(name, () => run(databases));
    } finally {
      await server?.[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Returns a test that is run with an empty database of each type. */
export function eachDatabase(run: (database: TestDatabase, databases: Databases) => Promise<void>): DatabaseTest {
  return async (databases) => {
    for (const type of DATABASE_TYPES) await run(await databases.make(type), databases);
  };
}
