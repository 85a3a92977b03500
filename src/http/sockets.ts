import { asError, type Failure, failure, reasonOf, within } from "../value/mod.ts";
import { type AddressKeeper, takeOver } from "./address_keeper.ts";
import type { Credentials } from "./credentials.ts";
import { Server } from "./server.ts";
import { Traffic } from "./traffic.ts";

/** Handles the requests of a socket. */
export type SocketHandler = (
  request: Request,
  info: Deno.ServeHandlerInfo<Deno.NetAddr>,
) => Response | Promise<Response>;

/** A lease of a socket, held by a listener. */
export interface SocketLease {
  /** `http://127.0.0.1:8000`, `https://...` with TLS. */
  readonly url: string;
  /** The address that is bound: `127.0.0.1`, `::`. */
  readonly hostname: string;
  /** The port that is bound. */
  readonly port: number;
  /**
   * Makes a handler receive the requests from now on, in place of the previous one.
   *
   * @param credentials Those of TLS, or none; the same handler may be attached again with others.
   */
  attach(handler: SocketHandler, credentials?: Credentials): Promise<void>;
  /** Stops a handler from receiving requests, unless another one has replaced it already. */
  detach(handler: SocketHandler): void;
  /** Keeps the socket open until a body has arrived, or reading it has failed. */
  reading<T>(body: Promise<T>): Promise<T>;
  /** Records that a client has gone away while its request was being upgraded. */
  abandoned(): void;
  /** Gives up the lease. With the last one the socket closes, once its requests are answered. */
  release(): Promise<void>;
}

interface Lease {
  readonly owner: string;
  /** Whether the owner is about to release it, so that another owner may acquire the address. */
  leaving: boolean;
}

interface Socket {
  server: Server;
  url: string;
  credentials: Credentials | undefined;
  readonly leases: Set<Lease>;
  /** The number of bodies that are being read. */
  bodies: number;
  /** Called when the last of the bodies has arrived. */
  arrived: (() => void)[];
  /** Whether the socket is being closed. */
  closing: boolean;
  handler: SocketHandler | undefined;
  /** Whether requests wait for a handler while there is none. */
  opening: boolean;
  /** Wakes the requests that arrived before there was a handler. */
  waiting: (() => void)[];
}

/** How long a request waits for a workflow to start, in milliseconds. */
const HANDLER_TIMEOUT = 30_000;

/**
 * The sockets that a runtime has bound, by address. A socket stays open while anyone holds a lease of it: when a new
 * version of a listener has the same address, both hold one for a moment, and no connection is refused or dropped.
 */
export class Sockets {
  readonly traffic: Traffic = new Traffic();
  readonly #sockets = new Map<string, Promise<Socket>>();
  readonly #warn: (message: string) => void;
  readonly #keeper: AddressKeeper | undefined;
  readonly #draining = new AbortController();

  /**
   * @param warn Writes a log line about a socket that cannot accept connections.
   * @param keeper Stands at the addresses while the program is not there. Default: nobody does.
   */
  constructor(warn: (message: string) => void, keeper?: AddressKeeper) {
    this.#warn = warn;
    this.#keeper = keeper;
  }

  /** Aborted when a drain begins: a response that would go on without end is ended then. */
  get draining(): AbortSignal {
    return this.#draining.signal;
  }

  /**
   * Returns a lease of the socket at an address, and binds it if necessary.
   *
   * @param port 0 for any free port.
   * @param owner Identifies the listener. An address belongs to one owner at a time.
   * @param credentials Those of TLS, for a socket that is bound now; one that is bound gets them with its handler.
   * @throws {Failure} `address`, if it cannot be bound, or belongs to another owner that has not been passed to
   *   `markReplaced`.
   */
  async acquire(hostname: string, port: number, owner: string, credentials?: Credentials): Promise<SocketLease> {
    const key = `${hostname}:${port === 0 ? owner : port}`;
    const socket = await this.#bound(key, { hostname, port, credentials });
    for (const other of socket.leases) {
      if (other.owner !== owner && !other.leaving) {
        throw addressError(
          `address ${addressOf(hostname, port)} is already in use by another listener of this runtime`,
        );
      }
    }
    const lease: Lease = { owner, leaving: false };
    socket.leases.add(lease);
    return {
      url: socket.url,
      hostname: socket.server.hostname,
      port: socket.server.port,
      attach: async (handler, credentials) => {
        const { cert, key } = socket.credentials ?? {};
        if (cert !== credentials?.cert || key !== credentials?.key) {
          socket.credentials = credentials;
          await socket.server.secure(credentials);
          socket.url = urlOf(socket.server, credentials);
        }
        socket.handler = handler;
        for (const go of socket.waiting.splice(0)) go();
      },
      detach: (handler) => {
        if (socket.handler !== handler) return;
        socket.handler = undefined;
        socket.opening = false;
      },
      reading: (body) => reading(socket, body),
      abandoned: () => socket.server.abandoned(),
      release: async () => {
        if (!socket.leases.delete(lease) || socket.leases.size > 0) return;
        this.#sockets.delete(key);
        if (this.draining.aborted) return;
        await shut(socket);
        this.#keeper?.released(socket.server.hostname, socket.server.port);
      },
    };
  }

  /**
   * Marks the leases of these owners as about to be released, so that others may acquire their addresses in the same
   * change.
   *
   * @returns Undoes it.
   */
  async markReplaced(owners: ReadonlySet<string>): Promise<() => void> {
    const leaving: Lease[] = [];
    for (const { leases } of await this.#open()) {
      for (const lease of leases) if (owners.has(lease.owner) && !lease.leaving) leaving.push(lease);
    }
    for (const lease of leaving) lease.leaving = true;
    return () => leaving.forEach((lease) => lease.leaving = false);
  }

  /** Ends a change: requests no longer wait for a handler, and are answered with 503 where there is none. */
  async finishSwap(): Promise<void> {
    for (const socket of await this.#open()) {
      socket.opening = false;
      for (const go of socket.waiting.splice(0)) go();
    }
  }

  /** Returns the bound sockets, once pending ones are bound or have failed. */
  async #open(): Promise<Socket[]> {
    const bound = await Promise.allSettled(this.#sockets.values());
    return bound.flatMap((socket) => socket.status === "fulfilled" ? [socket.value] : []);
  }

  /** Returns the socket of a key, and binds it if necessary. */
  async #bound(key: string, address: Address): Promise<Socket> {
    for (;;) {
      let bound = this.#sockets.get(key);
      if (bound === undefined) {
        bound = bind(address, this.#warn, this.#keeper);
        this.#sockets.set(key, bound);
        bound.catch(() => this.#sockets.delete(key));
      }
      const socket = await bound;
      // its last lease may have been released in the meantime
      if (this.#sockets.get(key) === bound) return socket;
    }
  }

  /** Returns the URLs of all sockets, sorted. */
  async urls(): Promise<string[]> {
    return (await this.#open()).map(({ url }) => url).sort();
  }

  /** Stops accepting connections and waits until the requests in flight are answered. */
  async drain(): Promise<void> {
    this.#draining.abort();
    await Promise.all((await this.#open()).map(shut));
  }
}

/** What to bind. */
interface Address {
  readonly hostname: string;
  readonly port: number;
  readonly credentials: Credentials | undefined;
}

async function bind(
  { hostname, port, credentials }: Address,
  warn: (message: string) => void,
  keeper: AddressKeeper | undefined,
): Promise<Socket> {
  const socket: Omit<Socket, "server" | "url"> & Partial<Socket> = {
    credentials,
    leases: new Set(),
    bodies: 0,
    arrived: [],
    closing: false,
    handler: undefined,
    opening: true,
    waiting: [],
  };
  const handle: SocketHandler = (request, info) => {
    if (socket.closing) return unavailable();
    const handler = socket.handler;
    if (handler !== undefined) return handler(request, info);
    return socket.opening ? wait(socket as Socket, request, info) : unavailable();
  };
  const serve = () =>
    new Server({
      hostname,
      port,
      credentials,
      handle,
      onError: failed,
      bodies: () => bodiesArrived(socket as Socket),
      warn,
    });
  try {
    socket.server = keeper === undefined ? serve() : await takeOver(keeper, port, serve);
  } catch (thrown) {
    const address = addressOf(hostname, port);
    if (thrown instanceof Deno.errors.AddrInUse) throw addressError(`address ${address} is already in use`, thrown);
    throw addressError(`cannot listen on ${address}: ${reasonOf(asError(thrown))}`, thrown);
  }
  socket.url = urlOf(socket.server, credentials);
  return socket as Socket;
}

function urlOf({ hostname, port }: Server, credentials: Credentials | undefined): string {
  return `${credentials === undefined ? "http" : "https"}://${addressOf(hostname, port)}`;
}

/** Counts a body as being read until it has arrived. */
async function reading<T>(socket: Socket, body: Promise<T>): Promise<T> {
  socket.bodies++;
  try {
    return await body;
  } finally {
    if (--socket.bodies === 0) { for (const go of socket.arrived.splice(0)) go(); }
  }
}

/** Resolves when no body is being read. */
async function bodiesArrived(socket: Pick<Socket, "bodies" | "arrived">): Promise<void> {
  if (socket.bodies > 0) await new Promise<void>((resolve) => socket.arrived.push(resolve));
}

/** Stops accepting requests, and closes the socket once the responses are sent. */
async function shut(socket: Socket): Promise<void> {
  socket.closing = true;
  // a server that shuts down aborts bodies that are still arriving
  await bodiesArrived(socket);
  await socket.server.shutdown();
}

/** Holds a request until a handler is attached. */
async function wait(socket: Socket, ...[request, info]: Parameters<SocketHandler>): Promise<Response> {
  await within(HANDLER_TIMEOUT, new Promise<void>((resolve) => socket.waiting.push(resolve)));
  return socket.handler === undefined ? unavailable() : await socket.handler(request, info);
}

function unavailable(): Response {
  return new Response("Service Unavailable", { status: 503, headers: { "retry-after": "1", connection: "close" } });
}

function addressError(message: string, cause?: unknown): Failure {
  return failure(message, { code: "address", cause });
}

/** Returns an address as in a URL, with brackets around an IPv6 address. */
function addressOf(hostname: string, port: number): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

function failed(): Response {
  return new Response("Internal Server Error", { status: 500 });
}
