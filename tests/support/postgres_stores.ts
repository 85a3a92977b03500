import { postgres, PostgresServer, type PostgresServerOptions } from "./postgres_server.ts";

/** A server for the tests of one file, which starts before the first of them and ends after the last. */
export class PostgresStores {
  #server: PostgresServer | undefined;
  #count = 0;

  /** Has the server started and ended. */
  constructor(options: PostgresServerOptions = {}) {
    Deno.test.beforeAll(async () => {
      if (!postgres.ignore) this.#server = await PostgresServer.start(options);
    });
    Deno.test.afterAll(async () => await this.#server?.[Symbol.asyncDispose]());
  }

  /** The server. */
  get server(): PostgresServer {
    return this.#server!;
  }

  /** Returns the URL of a store that is new. */
  url(): string {
    return this.server.url("postgres", `?schema=store_${++this.#count}`);
  }
}
