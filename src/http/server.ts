import { asError, TIMED_OUT, within } from "../value/mod.ts";
import type { Credentials } from "./credentials.ts";

/** Options of a server. */
export interface ServerOptions {
  hostname: string;
  /** 0 for any free port. */
  port: number;
  handle(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Response | Promise<Response>;
  /** Makes it speak TLS, with HTTP/2 for clients that want it. */
  credentials?: Credentials | undefined;
  /** Answers a request whose handler has failed. Default Deno's own. */
  onError?(error: unknown): Response;
  /** Resolves when no body is arriving: closing a connection whose request has one in transit would lose it. */
  bodies?(): Promise<void>;
  /** Writes a log line about connections that cannot be accepted. */
  warn(message: string): void;
}

/** The first wait before connections are accepted again after a failure that follows another one, in milliseconds. */
const FIRST_PAUSE = 100;
/** The longest such wait. */
const LONGEST_PAUSE = 1_000;
/** How long closing connections waits for bodies that are arriving, in milliseconds. */
const PATIENCE = 1_000;
/** How long a shutdown takes at least once an upgrade was abandoned, in milliseconds: who is being answered may be done. */
const ABANDONED = 3_000;
/** How long no failure must follow for the next one to count as the first again, in milliseconds. */
const CALM = 5_000;
/** How often binding an address is tried that this server has just let go of, and the wait between, in milliseconds. */
const REBINDS = 500;
const REBIND_PAUSE = 1;

/**
 * An HTTP server that goes on when the system refuses it a connection, because too many files are open. `Deno.serve` by
 * itself stops accepting then, for good. Connections without a request in flight are closed to make room, and the
 * address is bound again.
 */
export class Server {
  readonly hostname: string;
  readonly port: number;
  readonly #options: ServerOptions;
  /** The servers that have requests in flight, the one that accepts connections last. */
  readonly #servers = new Set<Deno.HttpServer<Deno.NetAddr>>();
  /** Whether a client has gone away while its request was being upgraded: Deno then waits for it without end. */
  #isAbandoned = false;
  #pause = 0;
  #failedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closing = false;
  #credentials: Credentials | undefined;
  #accepting: Deno.HttpServer<Deno.NetAddr>;

  /** Binds the address. @throws {Error} If it cannot be bound. */
  constructor(options: ServerOptions) {
    this.#options = options;
    this.#credentials = options.credentials;
    this.#accepting = this.#serve(options.port);
    const { addr } = this.#accepting;
    this.hostname = addr.hostname;
    this.port = addr.port;
  }

  /** Stops accepting connections, and resolves when the requests in flight are answered. */
  async shutdown(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    const ended = Promise.all([...this.#servers].map((server) => server.shutdown()));
    const began = performance.now();
    while (await within(PATIENCE, ended) === TIMED_OUT) {
      if (this.#isAbandoned && performance.now() - began >= ABANDONED) return;
    }
  }

  /** Records that a client has gone away while its request was being upgraded. */
  abandoned(): void {
    this.#isAbandoned = true;
  }

  /**
   * Speaks TLS with other credentials from now on, or none. Requests in flight are answered; connections without one are
   * closed, and for some milliseconds new ones are refused, because Deno cannot hand on a bound address.
   */
  async secure(credentials: Credentials | undefined): Promise<void> {
    this.#credentials = credentials;
    await within(PATIENCE, this.#options.bodies?.() ?? Promise.resolve());
    if (this.#closing) return;
    const former = this.#accepting;
    // those in flight keep it from ending
    void former.shutdown().catch(() => {}).then(() => this.#servers.delete(former));
    for (let left = REBINDS; !this.#closing; left--) {
      try {
        this.#accepting = this.#serve(this.port);
        return;
      } catch (thrown) {
        if (left === 0) return this.#bindLater(thrown);
        await new Promise((resolve) => setTimeout(resolve, REBIND_PAUSE));
      }
    }
  }

  #serve(port: number): Deno.HttpServer<Deno.NetAddr> {
    const { hostname, handle, onError } = this.#options;
    const options = { hostname, port, onListen() {}, ...this.#credentials, ...onError !== undefined && { onError } };
    const server = Deno.serve(options, handle) as Deno.HttpServer<Deno.NetAddr>;
    this.#servers.add(server);
    server.finished.catch((thrown) => this.#failed(server, thrown));
    return server;
  }

  /** Makes room, then binds the address again. */
  #failed(server: Deno.HttpServer<Deno.NetAddr>, thrown: unknown): void {
    if (this.#closing) return;
    const now = performance.now();
    const again = now - this.#failedAt < CALM;
    this.#failedAt = now;
    this.#pause = again ? Math.min(LONGEST_PAUSE, this.#pause * 2 || FIRST_PAUSE) : 0;
    if (!again) {
      this.#options.warn(
        `cannot accept connections on ${this.hostname}:${this.port}: ${reason(thrown)}; ` +
          "closing those without a request in flight",
      );
    }
    void this.#retire(server);
    this.#timer = setTimeout(() => this.#bindAgain(), this.#pause);
  }

  /** Answers the requests in flight, and closes the connections that have none. */
  async #retire(server: Deno.HttpServer<Deno.NetAddr>): Promise<void> {
    await within(PATIENCE, this.#options.bodies?.() ?? Promise.resolve());
    await server.shutdown().catch(() => {});
    this.#servers.delete(server);
  }

  #bindAgain(): void {
    if (this.#closing) return;
    try {
      this.#accepting = this.#serve(this.port);
    } catch (thrown) {
      this.#bindLater(thrown);
    }
  }

  #bindLater(thrown: unknown): void {
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2 || FIRST_PAUSE);
    this.#options.warn(`cannot listen on ${this.hostname}:${this.port}: ${reason(thrown)}; trying again`);
    this.#timer = setTimeout(() => this.#bindAgain(), this.#pause);
  }
}

/** Returns what the system says, without the name of the error that Deno puts in front. */
function reason(thrown: unknown): string {
  return asError(thrown).message.replace(/^Error: /, "");
}
