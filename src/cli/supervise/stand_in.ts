import { within } from "../../value/mod.ts";

/** An address that the engine listens on. */
export interface Address {
  hostname: string;
  port: number;
}

/** How often an address is tried that is still in use, and how long to wait in between, in milliseconds. */
const ATTEMPTS = 5;
const PAUSE = 10;
/** How long giving up an address may take, in milliseconds. */
const PATIENCE = 100;
/** How long the body of a request is read before it is answered, in milliseconds: unread, it could lose the answer. */
const BODY = 1_000;

const HEADERS = { "retry-after": "1", "connection": "close", "content-type": "text/plain; charset=utf-8" };
const TEXT = "the engine is being started again; try again in a second\n";

/** Answers at the addresses of an engine while there is none: 503 to everything. */
export class StandIn {
  readonly #servers = new Map<string, Deno.HttpServer<Deno.NetAddr>>();

  /** Binds addresses. One that cannot be bound is left out. */
  async cover(addresses: Iterable<Address>): Promise<void> {
    await Promise.all(Array.from(addresses, (address) => this.#cover(address)));
  }

  /** Gives up a port, on all hosts. Resolves when it can be bound. */
  async vacate(port: number): Promise<void> {
    await this.#close([...this.#servers].filter(([, { addr }]) => addr.port === port));
  }

  /** Gives up all addresses. */
  async close(): Promise<void> {
    await this.#close([...this.#servers]);
  }

  async #cover({ hostname, port }: Address): Promise<void> {
    const key = `${hostname} ${port}`;
    for (let attempt = 0; attempt < ATTEMPTS && !this.#servers.has(key); attempt++) {
      try {
        const server = Deno.serve({ hostname, port, onListen() {} }, respond);
        this.#servers.set(key, server);
        // it ends by itself when too many files are open
        server.finished.catch(() => {
          if (this.#servers.get(key) !== server) return;
          this.#servers.delete(key);
          setTimeout(() => void this.#cover({ hostname, port }), PAUSE);
        });
      } catch {
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    }
  }

  async #close(servers: [key: string, server: Deno.HttpServer][]): Promise<void> {
    await Promise.all(servers.map(([key, server]) => {
      this.#servers.delete(key);
      // the listening socket is closed first; who is still being answered goes on
      return within(PATIENCE, server.shutdown());
    }));
  }
}

async function respond({ body }: Request): Promise<Response> {
  if (body !== null) await within(BODY, body.pipeTo(new WritableStream()).catch(() => {}));
  return new Response(TEXT, { status: 503, headers: HEADERS });
}
